"""Words that could mean several fields or functions: what each of them would be written as; none of them is taken."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rules.language.literals import usual_currency
from rules.language.words import field_meant


@dataclass(frozen=True)
class Meanings:
    """``text[start:end]`` could mean any of the conditions in ``choices``."""

    start: int
    end: int
    choices: str
    #: whether one way to write it stands there, not several
    is_one: bool = False
    #: the whole rule, where nothing else was said
    rule: str = ""
    #: the message, where it is none of the usual two
    code: str = ""
    #: whether the choices deny already what the text denies of this part
    is_denied_within: bool = False
    #: the category of a trade that is named (`trades`)
    trade: str = ""


_COUNTED = re.compile(
    r"\s*(?:counts?|times|frequency)\s*(>=|<=|<>|!=|==|=|>|<)\s*([0-9][0-9,]*)\s*", re.IGNORECASE
)
_BARE = re.compile(r"\s*(>=|<=|<>|!=|>|<)\s*([0-9][0-9,]*)\s*")
_CALENDAR = re.compile(
    r"(?:^|\band\b|\bor\b|\bnot\b|\(|그리고|또는)\s*(month|year|minute|day|day_of_month|월|연도|년도|분)\s*(>=|<=|<>|!=|==|=|>|<)\s*([0-9]+\s*(?:월|년|분)?|)(?=\s|$|\))",
    re.IGNORECASE,
)
_CALLS = {"day": "day_of_month", "월": "month", "연도": "year", "년도": "year", "분": "minute"}
_SEARCHED = re.compile(
    r"\s*=?\s*(?:ISNUMBER\s*\(\s*)?(?:SEARCH|FIND)\s*\(\s*(\"[^\"]+\")\s*[,;]\s*([\w.]+)\s*\)\s*\)?\s*(?:>\s*0)?\s*", re.IGNORECASE
)  # fmt: skip
_OWN = re.compile(
    r"(?:본인|자기\s?자신|자기|자신|스스로|자가)(?:이|가)?\s*(?:직접\s*)?승인(?!번호)\S*|승인자(?:가|는|와)?\s*본인\S*(?:\s*경우)?|(?:결재자|승인자)(?:와|과|랑)\s?(?:카드\s?)?(?:사용자|소지자|직원)(?:가|이)?\s?(?:같은|동일)\S*|(?:카드\s?)?(?:사용자|소지자|직원)(?:와|과|랑)\s?(?:결재자|승인자)(?:가|이)?\s?(?:같은|동일)\S*|\bapproved by (?:the )?(?:same )?(?:card\s?holder|employee|user|claimant|person)(?: (?:himself|herself|themselves|themself|who paid))?\b|\b(?:approver and (?:the )?card\s?holder|card\s?holder and (?:the )?approver)(?: (?:is|are))? (?:the )?same(?: person)?\b|\bself[\s-]?approv\w*|\bown approv\w*",
    re.IGNORECASE,
)
#: Times of day that people name: where each begins and ends is the company's own.
_TIMES = (
    (r"점심\s?시간|점심(?!값)|\blunch(?:\s?time|\s?hours?|\s?break)?\b", "time(transacted_at) in 11:30..13:30, hour in 12..13"),
    (r"정오|\bnoon\b|\bmidday\b", "hour = 12, time(transacted_at) in 11:30..12:30"),
    (r"자정|\bmidnight\b|\bafter\s+12(?::00)?\s?a\.?m\b", "hour in 0..5, time(transacted_at) >= 23:00, is_night"),
    (r"저녁(?!\s*[0-9])(?:\s?시간)?|\bevenings?\b|\bdinner\s?time\b", "hour in 18..21, time(transacted_at) >= 18:00"),
    (r"아침(?!\s*[0-9])", "hour in 6..9, time(transacted_at) in 06:00..10:00"),
    (r"(?<!early )\bmornings?\b", "hour < 12, hour in 6..11"),
    (r"\bafternoons?\b", "hour >= 12, hour in 12..17"),
)  # fmt: skip
_NATIONS = {
    "미국": "US", "일본": "JP", "중국": "CN", "베트남": "VN", "태국": "TH", "홍콩": "HK", "대만": "TW", "싱가포르": "SG", "필리핀": "PH", "영국": "GB", "독일": "DE",
    "프랑스": "FR", "이탈리아": "IT", "스페인": "ES", "캐나다": "CA", "호주": "AU", "인도": "IN", "인도네시아": "ID", "말레이시아": "MY", "멕시코": "MX",
}  # fmt: skip
_MONIES = {
    "달러": "USD",
    "미화": "USD",
    "유로": "EUR",
    "엔화": "JPY",
    "위안": "CNY",
    "위안화": "CNY",
    "파운드": "GBP",
}
#: Days, halves of a day, places and moneys that are no shop's name: how a rule asks for them.
_NAMED = (
    (r"오전(?!\s*[0-9])", "hour < 12, hour in 6..11"),
    (r"오후(?!\s*[0-9])", "hour >= 12"),
    (r"어제|그저께|오늘|내일|지난\s?(?:주|달|해)(?!\s?[0-9])(?!.*(?:보다|대비|비해))|작년|올해|\b(?:yesterday|today|tomorrow)\b", "date(transacted_at) >= 2026-03-01"),
    (r"연휴|명절|추석|설날|구정|성탄절|크리스마스|\b(?:christmas|new year|thanksgiving)\b", "is_holiday, date(transacted_at) in 2026-09-24..2026-09-26"),
    (r"월말|\b(?:end of (?:the )?month|month[- ]end)\b", "day_of_month(transacted_at) >= 25"),
    (r"월초|\b(?:beginning|start) of (?:the )?month\b", "day_of_month(transacted_at) <= 5"),
    (r"\b(?:different|various|several|multiple|many|other|new)\s+(?:merchants?|shops?|stores?|places?|vendors?)\b|(?:서로\s?)?다른\s?(?:가맹점|가게|상점|곳)|여러\s?(?:가맹점|가게|상점|곳|군데)",
     "distinct(merchant same cardholder, day) >= 3"),
    (r"\b(?:number|count) of (?:different |distinct )?(?:merchants|shops|stores|vendors)\b|가맹점\s?(?:의\s)?(?:개수|갯수|수)(?![가-힣]*료)",
     "distinct(merchant same cardholder, day) >= 3, distinct(merchant same cardholder within 30 days) >= 3"),
    (r"\b(?:more than|at least|over)\s+(?:one|two|three|[0-9]+)\s+(?:cardholders?|employees?|persons?|users?)\b(?=.*\b(?:same|one)\b)",
     "distinct(cardholder same merchant within 1 hour) >= 2"),
    (r"\bapprover\s+(?:is|=|==|equals)\s+(?:the\s+)?(?:same\s+(?:person\s+)?as\s+)?(?:the\s+)?(?:cardholder|card\s?holder|employee|user|claimant)\b",
     "approver.employee_no = cardholder.employee_no"),
    (r"(?<![가-힣])(?:" + "|".join(_NATIONS) + r")(?=에서|의|\s|$)(?!\s?인)", ""),
    (r"(?<![0-9만천백십억])(?<![0-9만천백십억]\s)(?<![가-힣])(?:" + "|".join(_MONIES) + r")(?=로|의|\s|$)", ""),
)  # fmt: skip
_WEEKDAYS = "월화수목금토일"
_DAYS_FROM = re.compile(r"([월화수목금토일])요일\s*(?:부터|에서|~|-|–)\s*([월화수목금토일])요일(?:까지)?")
#: 7월: the month, which counts nothing; days (7월 1일) and years stand for themselves.
_MONTH = re.compile(
    r"(?<![0-9.,])(?<!년)(?<!년\s)(1[0-2]|[1-9])월(?!\s*[0-9]+\s*일)(?:에|의|달)?(?:\s*(이후|부터|이전|까지)(?:가|에는|에|의|는)?)?(?![가-힣])"
)
#: 밤 12시 이후: until the morning; as a time of day it is nearly all of it.
_SMALL_HOURS = re.compile(
    r"(?:밤|새벽|오전(?=\s*12))\s*(12|[1-5])\s*시(?!간)(?:\s*([0-9]{1,2})\s*분)?(?:를|을)?\s*(?:이후|넘|지나|부터(?!.*까지))"
)
_SINCE = {"이후": ">=", "부터": ">=", "이전": "<", "까지": "<="}
#: What nobody can see on a payment: the judgement is the reviewer's, a rule names what makes one ask.
_JUDGED = (
    (
        r"사적(?:인|으로)?|개인적(?:인|으로)?|개인\s?(?:용도|사용|목적|지출)|업무\s?(?:외|와\s?무관)\S*|\b(?:personal|private)\s(?:use|usage|expense|spend|purchase|purpose)\w*",
        "self_declared_personal, on_leave, is_weekend and not on_trip",
    ),
    (
        r"부정|불법|부당|부적절|비정상|수상|허위|무단|남용|유용|도용|과다|과도|^\s*이상\s?(?=거래|결제|사용|징후)|\b(?:suspicious|suspect|fraud|fraudulent|abuse|misuse|abnormal|unusual|improper|inappropriate|excessive)\b",
        "amount > 3 * mean(amount same cardholder within 90 days), is_night and is_weekend, count(same cardholder, merchant, day) >= 2",
    ),
)
_QUOTED = re.compile(r"[\"'“‘=<>@$]|포함|들어|contain|includ")
_TEXTUAL = re.compile(
    r"[\"'“‘]|포함|들어|contain|includ|purpose|목적|적요|품목|이름|이라는|라는|\bname|가맹점|merchant",
    re.IGNORECASE,
)


def could_mean(text: str) -> Meanings | None:
    """What a text could mean of which no one meaning can be told; None where none of these is said."""
    counted = _COUNTED.fullmatch(text)
    if counted is not None:
        sign, number = counted.groups()
        windows = (
            "count(same cardholder, day)",
            "count(same cardholder, merchant within 30 days)",
            "n_attendees",
        )
        return _whole(text, ", ".join(f"{window} {sign} {number}" for window in windows))
    bare = _BARE.fullmatch(text)
    if bare is not None:
        sign, number = bare.groups()
        hour = f", hour {sign} {number}" if len(number) < 3 and int(number) < 24 else ""
        return _whole(text, f"amount {sign} {number} {usual_currency()}, n_attendees {sign} {number}{hour}")
    calendar = _CALENDAR.search(text)
    if calendar is not None:
        return _calendar(calendar)
    if _QUOTED.search(text) is None:
        for pattern, choices in _JUDGED:
            match = re.search(pattern, text, re.IGNORECASE)
            if match is not None:
                return Meanings(match.start(), match.end(), choices)
        for pattern, choices in _NAMED:
            match = re.search(pattern, text, re.IGNORECASE)
            if match is not None:
                return _named(match, choices)
        span = _DAYS_FROM.search(text)
        if span is not None and _WEEKDAYS.index(span[1]) < _WEEKDAYS.index(span[2]):
            first, last = (_WEEKDAYS.index(day) + 1 for day in span.groups())
            return Meanings(span.start(), span.end(), f"weekday in {first}..{last}", is_one=True)
        small = _SMALL_HOURS.search(text)
        if small is not None:
            clock = f"{int(small[1]) % 12:02d}:{int(small[2] or 0):02d}"
            ways = f"time(transacted_at) in {clock}..05:59, time(transacted_at) >= {clock}"
            return Meanings(small.start(), small.end(), ways)
        month = _MONTH.search(text)
        if month is not None:
            asked = f"month(transacted_at) {_SINCE.get(month[2] or '', '=')} {month[1]}"
            return Meanings(month.start(), month.end(), asked, is_one=True)
    if _TEXTUAL.search(text) is not None:
        return None
    own = _OWN.search(text)
    if own is not None:
        return Meanings(own.start(), own.end(), "approver.employee_no = cardholder.employee_no", is_one=True)
    for pattern, choices in _TIMES:
        match = re.search(pattern, text, re.IGNORECASE)
        if match is not None:
            return Meanings(match.start(), match.end(), choices)
    return None


def _named(match: re.Match[str], choices: str) -> Meanings:
    word = match[0]
    if word in _NATIONS:
        choices = f'merchant.country = "{_NATIONS[word]}"'
    elif word in _MONIES:
        choices = f'original_currency = "{_MONIES[word]}"'
    return Meanings(match.start(), match.end(), choices, is_one=", " not in choices)


def _whole(text: str, choices: str) -> Meanings:
    return Meanings(0, len(text), choices)


def _calendar(match: re.Match[str]) -> Meanings:
    """``month = 13`` → ``month(transacted_at)``: the parts of a day are asked of the day."""
    name = match[1].lower()
    call = _CALLS.get(name, name)
    number = re.sub(r"[^0-9]", "", match[3]) or {"month": "12", "year": "2026", "minute": "30"}.get(call, "1")
    return Meanings(match.start(1), match.end(), f"{call}(transacted_at) {match[2]} {number}", is_one=True)


def searched_text(text: str) -> str | None:
    """``ISNUMBER(SEARCH("bar"; merchant.name))`` → how a text is looked for here; None for another formula."""
    match = _SEARCHED.fullmatch(text)
    if match is None:
        return None
    return f"{field_meant(match[2], near=False) or 'merchant.name'} contains {match[1]}"
