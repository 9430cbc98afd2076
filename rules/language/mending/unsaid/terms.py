"""Words of an office that a rule asks by another name: working hours, entertainment, about 100,000, the third payment, more than last month."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from rules.language.literals import usual_currency
from rules.language.mending.meanings import Meanings
from rules.language.mending.unsaid.parts import money_in, sign_at, sign_of
from rules.language.mending.unsaid.reckoned import (
    class_of_amounts,
    in_a_row,
    nearly,
    nth,
    of_each,
    people,
    told,
)
from rules.language.text import quote

#: Words → what a rule asks; several where nobody can tell which is meant.
_TERMS = (
    (r"말일|월\s?마지막\s?날\S*|(?:달|월)의\s?마지막\s?날\S*|\b(?:the )?last day of (?:the |each |every |a )?month\b", "day_of_month(transacted_at + 1 day) = 1"),
    (r"한도의?\s?(?P<share>[0-9]{1,2})\s?%\s?(?:이내로|안쪽|범위|안에서)\s?\S*|\b(?:within|up to) (?P<part>[0-9]{1,2}) ?(?:%|percent) of (?:the |their |his |her )?(?:card )?limit\b", "amount >= {near}% * card.limit and amount <= card.limit, amount >= {near}% * card.limit and amount <= {far}% * card.limit"),
    (r"(?:근무|업무|영업)\s?시간\s?(?:외|이외|밖|아닌|이 아닌)\S*|\b(?:outside|out of|beyond) (?:of )?(?:working|business|office) hours\b|\bafter hours\b", "not (is_business_day and time(transacted_at) in 09:00..18:00)"),
    (r"(?:근무|업무)\s?시간\s?(?:이후|후|뒤)\S*|퇴근\s?(?:이후|후|뒤)\S*|\bafter (?:work|working hours|office hours|business hours)\b", "is_business_day and time(transacted_at) >= 18:00"),
    (r"출근\s?(?:이전|전)\S*|\bbefore (?:work|working hours|office hours|business hours)\b", "is_business_day and time(transacted_at) < 09:00"),
    (r"(?:근무|업무)\s?시간(?:\s?(?:중|내|동안|대))?\S*|\b(?:during |in |within )?(?:working|business|office) hours\b", "is_business_day and time(transacted_at) in 09:00..18:00"),
    (r"(?:처음|첫)\s?(?:가|간|가는|이용|방문|거래|쓰는|쓴)?\S*\s?(?:가맹점|가게|곳|식당|상점)|\bfirst[- ](?:time|visit)(?: (?:merchants?|shops?|stores?|visits?))?\b|\bnew (?:merchants?|shops?|stores?|vendors?)\b", "is_first_at_merchant, merchant_seen_days < 30, date(transacted_at) - merchant.opened_on < 30 days"),
    (r"마지막\s?결제\S*|\blast payments?\b", "count(same cardholder, day) = count(same cardholder, whole day)"),
    (r"신입\s?(?:사원|직원)?\S*|\bnew (?:hires?|employees?|joiners?|starters?)\b", "date(transacted_at) - cardholder.hired_on < 90 days"),
    (r"고액\S*|비싼|큰\s?금액\S*|거액\S*|\b(?:large|big|high[- ]value|expensive|pricey|huge|big[- ]ticket)(?: (?:payments?|amounts?|purchases?|items?|expenses?))?\b", "amount > 1,000,000 {currency}, amount > 3 * mean(amount same cardholder within 90 days)"),
    (r"소액\S*|적은\s?금액\S*|\b(?:small|tiny|low[- ]value)(?: (?:repeated )?(?:payments?|amounts?|purchases?|expenses?))?\b", "amount < 10,000 {currency}, count(same cardholder, day where amount < 10,000 {currency}) >= 3"),
    (r"전액\s?취소\S*|\b(?:fully|completely) cancell?ed\b|\bfull cancellations?\b", "cancel_amount = amount"),
    (r"(?:부분|일부)\s?취소\S*|\bpart(?:ial)?ly cancell?ed\b|\bpartial cancellations?\b", "cancel_amount > 0 {currency} and cancel_amount < amount"),
    (r"(?:폐업|휴업)(?:한|된|자|신고)?\S*(?:\s?(?:가맹점|가게|상점|업체)\S*)?|\bclosed(?:[- ]down)? (?:merchants?|shops?|stores?|vendors?|businesses)\b", 'merchant.status = "closed"'),
    (r"환불\S*|\brefund(?:ed|s)?\b", "cancelled_at is not missing, cancel_amount > 0 {currency}"),
    (r"(?:분실|도난|정지)\s?(?:된\s?)?카드\S*|\b(?:lost|stolen|blocked)(?: or (?:lost|stolen))? cards?\b", 'card.status = "stopped", card.status = "lost"'),
    (r"병가\S*|\b(?:on )?sick leave\b", "on_leave"),
    (r"\b(?:edited|altered|forged|manipulated|tampered) receipts?\b|(?:위조|조작|편집)\S*\s?영수증\S*|영수증\s?(?:위조|조작|편집)\S*", "receipt.is_edited"),
    (r"\blate (?:submissions?|claims?|filing)\b|\b(?:submitted|filed|claimed) (?:too )?late\b|(?:지연|늦은)\s?(?:청구|제출|정산)\S*|늦게\s?(?:청구|제출)\S*", "submitted_at - transacted_at > 30 days"),
    (r"\b(?:not in|outside(?: of)?) (?:south )?korea\b|한국\s?(?:밖|외|아닌)\S*", 'merchant.country != "KR"'),
    (r"\bin (?:south )?korea\b|한국에서", 'merchant.country = "KR"'),
    (r"\bin (?:us )?dollars\b", 'original_currency = "USD"'), (r"\bin euros\b", 'original_currency = "EUR"'), (r"\bin yen\b", 'original_currency = "JPY"'),
    (r"외국\s?통화\S*|외화\s?결제\S*|\b(?:in )?(?:a )?foreign currenc(?:y|ies)\b", "original_currency != currency"),
    (r"매번\s?같은\s?금액\S*|\bevery time the same amount\b|\balways the same amount\b", "count(same cardholder, amount within 30 days) >= 3, count(same cardholder, merchant, amount within 30 days) >= 3"),
    (r"(?:같은|동일한?)\s?영수증(?:을|이|으로|으로\s?또)?\s?(?:두|2|여러|중복)\s?(?:번|회)?\S*|\b(?:the )?same receipt (?:twice|two times|again|more than once)\b", "count(same receipt within 365 days) >= 2"),
    (r"나눠\S*(?:\s(?:결제|계산)\S*)?|분할\s?의심\S*", "count(same cardholder, merchant, day) >= 2, sum(amount same cardholder, merchant, day) > 500,000 {currency}"),
)  # fmt: skip
#: Kinds of expense: a purpose in words, or the company's code of it.
_EXPENSE = re.compile(
    r"(?<![가-힣])(?P<korean>접대비|식대|식비|회식비|회의비|복리후생비|교통비|출장비|소모품비|도서비|교육비|광고비|업무추진비|점심값|밥값|술값|회식|접대)(?=$|[\s,]|[이가은는을를의에로]|로서)"
    r"|\b(?P<english>entertainment|meals?|dinner|team dinner|catering|stationery|training|travel expenses|office supplies)\b",
    re.IGNORECASE,
)
#: What a kind of expense is called → an example of the company's code for it.
_EXPENSE_CODES = (
    ("접대|추진|entertain", "ENTERTAINMENT"),
    ("회의|meeting", "MEETING"),
    ("식|밥|점심|술|meal|dinner|cater", "MEAL"),
    ("교통|transport", "TRANSPORT"),
    ("출장|travel", "TRAVEL"),
    ("소모품|stationery|supplies", "SUPPLIES"),
    ("도서|books", "BOOKS"),
    ("교육|training", "TRAINING"),
    ("광고|advertis", "ADVERTISING"),
    ("", "WELFARE"),
)
_UNIT = re.compile(
    r"(?<![가-힣A-Za-z0-9])(?!(?:전부|일부|내부|외부|세부|주부|공부|할부|[미]?첨부|여부|납부|기부|정부|거부|부부)(?:$|[\s이가은는을를의로]))(?!사무실|화장실|미용실|같은\s?(?:팀|부서)|어느|부서|팀)(?P<korean>[가-힣A-Za-z0-9]{1,9}(?:부서|본부|사업부|팀|부|센터|연구소))(?=(?:\s?(?:직원|소속|사원|사람|제외)\S*)|(?:이|가|은|는|의)?(?:\s|$))"
    r"|\b(?!(?:same|one|single|each|every|any|another|different|the|a|my|our|per|whole|other|by|of|in|two|three|and|or|number|average)\b)(?P<english>[a-z]+) (?:team|department|dept|division)\b",
    re.IGNORECASE,
)
_UNITS = re.compile(
    r"(?<![가-힣])(?P<one>[가-힣A-Za-z0-9]{1,9}(?:부서|본부|사업부|팀|부|센터|연구소))(?:과|와|이나|나|이랑|랑|하고|\s?및|\s?또는|,|·)\s?(?P<other>[가-힣A-Za-z0-9]{1,9}(?:부서|본부|사업부|팀|부|센터|연구소))(?=(?:이|가|은|는|의|만)?(?:\s|$))"
    r"|\b(?P<first>[a-z]+) (?:and|or|,) (?:the )?(?P<second>[a-z]+) (?:teams?|departments?|depts?|divisions?)\b",
    re.IGNORECASE,
)
_GRADES_UP = re.compile(
    r"\b(?P<grade>managers?|directors?|executives?|seniors?) (?:or|and) (?:above|higher|up|below|lower)\b",
    re.IGNORECASE,
)
_GRADE = re.compile(
    r"(?<![가-힣])(?P<korean>사원|주임|대리|과장|차장|부장|이사|상무|전무|임원|팀장|실장|본부장)(?:님|급)?(?:들)?(?=이|가|은|는|의|을|를|\s|$)(?!\s*(?:이상|이하|초과|미만|보다))|\b(?P<english>managers|directors|executives|interns|contractors|trainees)\b(?! grade)",
    re.IGNORECASE,
)
_THAN_BEFORE = re.compile(
    r"(?P<korean>지난\s?달|저번\s?달|전\s?월|전월|지난\s?주|저번\s?주|전주|작년|전년|지난\s?해|어제|전일)(?:\s?(?:같은\s?(?:기간|달)|동기|동월))?(?:\s?(?:보다|대비|에 비해|과 비교|와 비교))\S*"
    r"|\b(?:than|from|on|over|to|with|versus|vs\.?|against) (?:the )?(?:last|previous|prior) (?P<english>day|week|month|year)\b(?! of\b)|\b(?P<on>day|week|month|year)[- ](?:on|over)[- ](?:day|week|month|year)\b",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"보다|대비|비해|비교|than|up |more|increas|grow|gr[eo]w|down |less|fewer|drop|decreas|fell|fall|declin|rise|risen|higher|compar|versus|vs|against|on[- ]|over[- ]",
    re.IGNORECASE,
)
#: What went down; ``less than 30%`` compares the number.
_LESS = re.compile(
    r"감소|줄[었어은인]|하락|떨어|보다\s?(?:적|작|낮)|\b(?:less|fewer|lower) than (?:the )?(?:last|previous|prior)\b|\b(?:down|drop\w*|decreas\w*|fell|fall\w*|declin\w*)\b",
    re.IGNORECASE,
)
_SPANS = {"day": "1 day", "week": "7 days", "month": "30 days"}
_GROWTH = re.compile(r"([0-9.]+)\s*%|([0-9.]+|두|세|네)\s*배|\b(twice|double|[0-9.]+ times)\b", re.IGNORECASE)
_NOW = re.compile(
    r"올해|금년|당해\s?연도|\bthis year\b|\byear[- ]to[- ]date\b|\bytd\b|이번\s?달|이달|당월|\bthis month\b",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"합계|총|누적|누계|합산|\btotal\b|\bsum\b|to[- ]date|\bytd\b", re.IGNORECASE)
_ONE_PAYMENT = re.compile(
    r"\s*((?:all )?(?:in|with|by) (?:just )?(?:a |one )?(?:single|one) (?:payment|transaction|purchase|charge|go|swipe)|single payments?|one payment|한\s?(?:번에|건에|번의?\s?결제(?:로|에)?)|한꺼번에|단건(?:\s?결제)?)\s*[.!]?\s*",
    re.IGNORECASE,
)
_CARD_NUMBER = re.compile(r"카드\s?번호\S*|\bcard numbers?\b", re.IGNORECASE)


def terms_asked(text: str) -> Meanings | None:
    """A word of a text that a rule says otherwise: what to write; None where there is none."""
    readers: tuple[Callable[[str], Meanings | None], ...] = (
        _one_payment, _than_before, _now, nth, in_a_row, class_of_amounts, nearly, people, of_each, _card_number, _term, _expense, _units, _unit, _grade,
    )  # fmt: skip
    for asked in readers:
        found = asked(text)
        if found is not None:
            return found
    return None


def _one_payment(text: str) -> Meanings | None:
    """Nothing but that it is one payment: what every rule looks at."""
    match = _ONE_PAYMENT.fullmatch(text)
    if match is None:
        return None
    example = f"amount > 500,000 {usual_currency()}, amount >= 50% * card.limit"
    return Meanings(match.start(1), match.end(1), example, code="one_payment")


def _card_number(text: str) -> Meanings | None:
    """No card's number is kept: whose card it is can be asked."""
    match = _CARD_NUMBER.search(text)
    if match is None:
        return None
    return Meanings(match.start(), match.end(), 'cardholder.employee_no = "E1001"', code="cards_unseen")


def _term(text: str) -> Meanings | None:
    for pattern, ways in _TERMS:
        match = re.search(pattern, text, re.IGNORECASE)
        if match is not None:
            share = next((int(one) for one in match.groupdict().values() if one), 0)
            said = ways.format(currency=usual_currency(), near=100 - share, far=100 + share)
            return Meanings(
                match.start(), match.end(), said, is_one=", " not in re.sub(r"\([^()]*\)", "", said)
            )
    return None


def _than_before(text: str) -> Meanings | None:
    """More than last month: the thirty days up to now against those before."""
    match = _THAN_BEFORE.search(text)
    if match is None or _CHANGED.search(text) is None:
        return None
    said = (match["korean"] or match["english"] or match["on"]).replace(" ", "").lower()
    growth = _GROWTH.search(text)
    more = _percent(growth) if growth else Decimal(0)
    if re.search("작년|전년|지난해|year", said):
        yearly = "mean(amount same cardholder within 365 days)"
        return told(
            match,
            f"change(amount same cardholder within 183 days) > {more:f}%",
            f"amount > {100 + more:f}% * {yearly}",
        )
    span = next(
        span
        for word, span in (("달|월|month", _SPANS["month"]), ("주|week", _SPANS["week"]), ("", _SPANS["day"]))
        if re.search(word, said)
    )
    sign = (growth and sign_at(text, *growth.span())) or ">"
    if _LESS.search(text):
        sign = sign if sign == "!=" else {">": "<", ">=": "<=", "<": ">", "<=": ">="}.get(sign, sign)
        more = -more if growth is None or growth[1] else Decimal(-50)
    return told(match, f"change(amount same cardholder within {span}) {sign} {more:f}%")


def _percent(growth: re.Match[str]) -> Decimal:
    if growth[1]:
        return Decimal(growth[1])
    times = (
        {"두": "2", "세": "3", "네": "4"}.get(growth[2] or "")
        or growth[2]
        or re.sub(r"[^0-9.]", "", growth[3] or "")
        or "2"
    )
    return (Decimal(times) - 1) * 100


def _now(text: str) -> Meanings | None:
    """This year, this month: the calendar's; a total of it is a window."""
    match = _NOW.search(text)
    if match is None:
        return None
    is_month = re.search("달|월|month", match[0], re.IGNORECASE) is not None
    money = money_in(text)
    if is_month and (money or re.search(r"[0-9]", text)):
        return None  # a total or a count of the month, which is read
    key = "month" if is_month else "year"
    if money and _TOTAL.search(text):
        return told(
            match, f"sum(amount same cardholder, {key}) {sign_of(text, money[0]) or '>='} {money[0].out}"
        )
    ways = "year(transacted_at) = year(now)"
    return told(match, f"{ways} and month(transacted_at) = month(now)" if is_month else ways)


def _expense(text: str) -> Meanings | None:
    match = _EXPENSE.search(text)
    if match is None or re.search(r"목적|적요|사유|purpose|reason|포함|contain", text, re.IGNORECASE):
        return None
    word = (match["korean"] or match["english"]).lower()
    code = next(code for said, code in _EXPENSE_CODES if re.search(said, word))
    return told(
        match,
        f"purpose_text contains {quote(word.removesuffix('비').removesuffix(' expenses') or word)}",
        f'purpose_code = "{code}"',
        f'account_code = "{code}"',
    )


def _units(text: str) -> Meanings | None:
    """Two departments that are named together."""
    match = _UNITS.search(text)
    if match is None:
        return None
    one, other = (match["one"], match["other"]) if match["one"] else (match["first"], match["second"])
    return told(match, f"cardholder.department contains any ({quote(one)}, {quote(other)})")


def _unit(text: str) -> Meanings | None:
    match = _UNIT.search(text)
    if match is None:
        return None
    if match["korean"] and re.search(r"에서$|에$", match["korean"]):
        return None
    return told(match, f"cardholder.department contains {quote(match['korean'] or match['english'])}")


def _grade(text: str) -> Meanings | None:
    above = _GRADES_UP.search(text)
    if above is not None:
        return told(above, f'cardholder.grade in ("{above["grade"].lower().removesuffix("s")}", "director")')
    match = _GRADE.search(text)
    if match is None or re.search(r"직급|직위|등급|\bgrade|이름|포함", text):
        return None
    word = match["korean"] or match["english"].removesuffix("s")
    return told(match, f"cardholder.grade = {quote(word)}")
