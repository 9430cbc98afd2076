"""Amounts and numbers of which something was not said: how they compare, in which currency, of what; and averages."""

from __future__ import annotations

import re

from rules.language.literals import number_of, usual_currency
from rules.language.mending.meanings import Meanings
from rules.language.mending.pieces import pieces_of
from rules.language.mending.unsaid.parts import money_in, period_in, plain_amount, sign_at, sign_in, sign_of

_TOTAL = re.compile(
    r"합계|총액|총합|누계|누적|합산|총\s|합이|\btotal(?:s|ling|ing)?\b|\bsum\b|altogether|combined",
    re.IGNORECASE,
)
_AVERAGE = re.compile(
    r"평균|평소(?!에?는?\s?(?:안|못|가|다니|쓰지|이용|잘))|\b(?:average|avg|mean|usual)\b", re.IGNORECASE
)
_FACTOR = re.compile(
    r"([0-9.]+|두|세|네)\s*배|\b([0-9.]+|three|four|five)\s*(?:x|times)\b|\b(twice|double)\b", re.IGNORECASE
)
_FACTORS = {"두": "2", "세": "3", "네": "4", "three": "3", "four": "4", "five": "5"}
#: The average of what may be several things: of all payments there, or of this person's there.
_WHOSE_AVERAGE = re.compile(
    r"(가맹점|가게|상점|매장|업종|전체|전사|회사|카드)(?:의)?\s?평균|\b(merchant|shop|store|category|trade|company|overall|global|general|card)(?:'s)? (?:average|mean|avg)\b",
    re.IGNORECASE,
)
_AVERAGE_OF = (
    (r"가맹점|가게|상점|매장|merchant|shop|store", ("merchant", "cardholder, merchant")),
    (r"업종|category|trade", ("mcc", "cardholder, mcc")),
    (r"카드|card", ("cardholder",)),
    (r"", ("department", "grade", "cardholder")),  # no window holds the whole company
)
_PIECES = re.compile(
    r"(?<![0-9,.])([0-9]+)\s*개(?!월|국|소|의|\s?(?:가맹점|국가|도시|부서|업종|상점|나라|지역))(?:가|를)?(?:\s*(?:이상|초과|이하|미만))?"
)
_BARE = re.compile(
    r"\s*(?:(?P<before>after|before|over|under|above|below|more than|less than|at least|at most|exceeds?|from|up to)\s+)?(?P<n>[0-9]{1,3})(?![0-9,.])\s*(?P<behind>이상|초과|이하|미만|넘는|이후|이전|or more|or less)?\s*",
    re.IGNORECASE,
)
_BARE_SIGNS = {"after": ">", "before": "<", "from": ">=", "이후": ">=", "이전": "<"}
_SHARES = re.compile(
    r"((?:카드\s?)?한도액?|사전\s?승인\s?(?:금액|액))(?:의)?\s*([0-9.]+)\s*%\s*(이상|초과)\s*([0-9.]+)\s*%\s*(이하|미만)"
)
_SHARE_RANGE = re.compile(
    r"(?:(?:카드\s?)?한도액?|사전\s?승인\s?(?:금액|액))(?:의)?\s*(?P<low>[0-9.]+)\s*%?\s*(?:~|～|-|에서|부터)\s*(?P<high>[0-9.]+)\s*%(?:까지)?(?:\s?사이)?"
    r"|\b(?:between )?(?P<first>[0-9.]+) ?%? ?(?:and|to|-|–) ?(?P<second>[0-9.]+) ?(?:%|percent) of (?:the |their |his |her )?(?:card )?(?:limit|pre-?approved amount)\b",
    re.IGNORECASE,
)
#: 10만원 단위, round amounts of 100: whole multiples of it.
_MULTIPLE = re.compile(
    r"(?P<korean>(?:[0-9][0-9,.]*\s?)?(?:[십백천만억]\s?)*원?)\s?(?:단위|배수)(?:로|인|의)?(?:\s?(?:딱|정확히))?(?:\s?(?:나누어\s?)?떨어지\S*)?(?:\s?(?:결제|금액)\S*)?"
    r"|\b(?:amounts? (?:that (?:is|are) )?(?:an? )?)?(?:(?:exact |whole )?multiples? of|round(?:ed)? (?:amounts?|sums?|numbers?) of|in steps of|divisible by) (?P<english>[0-9][0-9,.]*)(?: [A-Z]{3}\b)?",
    re.IGNORECASE,
)
_NOBODY = re.compile(r"(외부\s?)?(?:참석자|참석\s?인원|참석인원)\s?(?:수)?(?:가|이|도|은|는)?\s*(?:없\S*)")
#: What a number counts that is no amount.
_COUNTS = re.compile(
    r"^[0-9,.]+\s*(?:번|회|건|명|차례|곳|일|주|개월|분|시간|(?:times|payments|purchases|people|days|weeks|months|hours|minutes)\b)"
)
_HEAD = re.compile(r"(?:1\s?인|일인|인)\s?당|\bper (?:head|person|attendee|guest)\b", re.IGNORECASE)
_LIMIT = re.compile(r"한도|\blimit\b", re.IGNORECASE)
_COMPARED = re.compile(
    r"이상|초과|웃도|밑도|상회|하회|달하|도달|이하|미만|이내|넘|까지|부터|에서.*사이|~|～|\.\.|보다|많|적은|적으|큰|크면|작|높|낮|이전|이후|최소|최대|못\s?미|아닌|아니|정확|같|딱|안\s?되|밑도|미달|돌파|달하|내외|정도|약\s|배수|단위"
    r"|\b(?:over|above|more|greater|larger|bigger|higher|exceed\w*|beyond|excess|under|below|less|fewer|smaller|lower|at least|at most|up to|between|from|to|than|minimum|maximum|min|max|exactly|equals?|not|around|about|multiples?|ends?|ending|is|are)\b|[0-9] (?-i:[A-Z]{3})\b",
    re.IGNORECASE,
)


def amounts_asked(text: str) -> Meanings | None:
    """What is not said of an amount or number in a text; None where all is."""
    for asked in (
        _multiple,
        _foreign,
        _average,
        _nobody,
        _digits,
        _share_span,
        _compared,
        _pieces,
        bare_number_asked,
    ):
        found = asked(text)
        if found is not None:
            return found
    return None


def _multiple(text: str) -> Meanings | None:
    """10만원 단위로 떨어지는, round amounts of 100: whole multiples, which is no comparison."""
    match = _MULTIPLE.search(text)
    if match is None:
        return None
    named = next((piece for piece in money_in(text) if match.start() <= piece.start < match.end()), None)
    bare = number_of(match["english"]) if match["english"] else None
    unit = named.out if named else f"{bare} {usual_currency()}" if bare else ""
    return Meanings(match.start(), match.end(), f"is_multiple(amount, {unit})", is_one=True) if unit else None


def _foreign(text: str) -> Meanings | None:
    """100 dollars where amounts are won: what was charged there, or what was billed?"""
    usual = usual_currency()
    for piece in money_in(text):
        number, currency = plain_amount(piece.out)
        if currency == usual:
            continue
        sign = sign_of(text, piece) or ">="
        there = f'original_currency = "{currency}" and original_amount {sign} {number:,f}'
        return Meanings(piece.start, piece.end, f"{there}, amount {sign} {piece.out}")
    return None


def _average(text: str) -> Meanings | None:
    """An average against an amount (평균 10만원 초과), or so many times of it without a comparison."""
    match = _AVERAGE.search(text)
    if match is None:
        return None
    money, times = money_in(text), _FACTOR.search(text)
    whose = next(
        (
            key
            for word, key in (
                ("부서|department|team", "department"),
                ("직급|grade", "grade"),
                ("가맹점|merchant", "merchant"),
            )
            if re.search(word, text)
        ),
        "cardholder",
    )
    if times is None and money and not re.search(r"보다|than (?:the|their)", text):
        sign = sign_of(text, money[0]) or ">="
        period, said = period_in(text)
        ways = [f"mean(amount same {whose}{period or ' within 30 days'}) {sign} {money[0].out}"]
        if said is not None and period == ", day":
            ways.append(f"sum(amount same {whose} within 30 days) / 30 {sign} {money[0].out}")
        return Meanings(match.start(), match.end(), ", ".join(ways), is_one=len(ways) == 1)
    if times is None or _COMPARED.search(text):
        return None
    factor = _FACTORS.get((times[1] or times[2] or "").lower(), times[1] or times[2] or "2")
    length = period_in(text)[0] or " within 30 days"
    ways = [f"amount {sign} {factor} * mean(amount same {whose}{length})" for sign in (">=", ">")]
    return Meanings(0, len(text), ", ".join(ways))


def whose_average_asked(text: str) -> Meanings | None:
    """가맹점 평균의 3배, the company average: the average of whose payments is not certain."""
    match = _WHOSE_AVERAGE.search(text)
    times = _FACTOR.search(text)
    if match is None or not (
        times or (re.search(r"보다|\bthan\b|초과|이상|넘", text) and not money_in(text))
    ):
        return None
    said = (match[1] or match[2]).lower()
    keys = next(keys for word, keys in _AVERAGE_OF if re.search(word, said))
    factor = times and (_FACTORS.get((times[1] or times[2] or "").lower()) or times[1] or times[2] or "2")
    length = period_in(text)[0] or " within 30 days"
    sign = sign_at(text, *times.span()) if times else sign_in(text)
    subject = f"{factor} * mean" if factor else "mean"
    signs = (sign,) if sign else (">=", ">")
    ways = [f"amount {one} {subject}(amount same {key}{length})" for key in keys for one in signs]
    return Meanings(match.start(), match.end(), ", ".join(ways), is_one=len(ways) == 1)


def _compared(text: str) -> Meanings | None:
    """금액 100만원, 50% of the limit: how it compares was not said."""
    if _COMPARED.search(text):
        return None
    shares = [piece for piece in pieces_of(text) if piece.kind == "percent"]
    if len(shares) == 1 and _LIMIT.search(text):
        ways = [f"amount {sign} {shares[0].out} * card.limit" for sign in (">=", ">", "<=")]
        return Meanings(0, len(text), ", ".join(ways))
    money = money_in(text)
    known = {piece.start for piece in money}
    money += [
        piece
        for piece in pieces_of(text)
        if piece.start not in known
        and piece.kind == "number"
        and _COUNTS.search(text[piece.start : piece.end + 10]) is None
        and re.search(r"금액|amount|per (?:head|person)", text, re.IGNORECASE)
        and number_of(piece.out)
    ]
    if len(money) != 1 or plain_amount(money[0].out)[0] == 0:
        return None
    whole = money[0].out if money[0].kind == "money" else f"{money[0].out} {usual_currency()}"
    subject = "per_head" if _HEAD.search(text) else "amount"
    if _TOTAL.search(text):
        subject = f"sum(amount same cardholder{period_in(text)[0] or ' within 30 days'})"
    signs = (">=", ">", "<=", "=") if subject == "amount" else (">=", ">", "<=")
    return Meanings(money[0].start, money[0].end, ", ".join(f"{subject} {sign} {whole}" for sign in signs))


def _share_span(text: str) -> Meanings | None:
    """한도의 90% 이상 100% 이하: of the amount, both ends are asked."""
    match = _SHARES.search(text)
    if match is None:
        return _share_range(text)
    base = "card.limit" if "한도" in match[1] else "pre_approved_amount"
    low, high = (f"{number}% * {base}" for number in (match[2], match[4]))
    above, below = ">=" if match[3] == "이상" else ">", "<=" if match[5] == "이하" else "<"
    rule = f"amount {above} {low} and amount {below} {high}"
    is_whole = not re.sub(
        r"결제|금액|사용|[이가은는의한된\s]", "", text[: match.start()] + text[match.end() :]
    )
    return Meanings(match.start(), match.end(), rule, is_one=True, rule=rule if is_whole else "")


def _share_range(text: str) -> Meanings | None:
    """``한도의 80~100%``, ``between 80% and 100% of the limit``: both ends belong to it."""
    match = _SHARE_RANGE.search(text)
    if match is None:
        return None
    low, high = (
        next(one for one in match.group(*names) if one) for names in (("low", "first"), ("high", "second"))
    )
    base = "card.limit" if re.search("한도|limit", match[0], re.IGNORECASE) else "pre_approved_amount"
    rule = f"amount >= {low}% * {base} and amount <= {high}% * {base}"
    return Meanings(match.start(), match.end(), rule, is_one=True)


def _nobody(text: str) -> Meanings | None:
    """참석자 없음: none were there, or none were told?"""
    match = _NOBODY.search(text)
    if match is None:
        return None
    field = "n_external_attendees" if match[1] else "n_attendees"
    return Meanings(match.start(), match.end(), f"{field} is missing, {field} = 0")


def _digits(text: str) -> Meanings | None:
    """금액에 4가 많은: digits of an amount, which is no comparison."""
    match = re.search(r"(?:금액|액수)(?:에|의|에서)\s*[0-9]+(?:이|가)?\s*(?:많|들|포함|있)\S*", text)
    if match is None:
        return None
    return Meanings(
        match.start(), match.end(), "first_digit = 9, is_multiple(amount, 1,000 KRW), is_round_amount"
    )


def _pieces(text: str) -> Meanings | None:
    """3개 이상: three of what?"""
    match = _PIECES.search(text)
    if match is None:
        return None
    sign, period = sign_in(match[0]) or ">=", period_in(text)[0] or " within 30 days"
    ways = (f"count(same cardholder{period})", f"distinct(merchant same cardholder{period})", "installments")
    return Meanings(match.start(), match.end(), ", ".join(f"{way} {sign} {match[1]}" for way in ways))


def bare_number_asked(text: str) -> Meanings | None:
    """after 22, 5 이상: a number of what?"""
    match = _BARE.fullmatch(text)
    if match is None or not (match["before"] or match["behind"]):
        return None
    said = (match["before"] or match["behind"]).lower()
    sign, number = _BARE_SIGNS.get(said) or sign_in(text) or ">", match["n"]
    ways = [f"amount {sign} {number} {usual_currency()}", f"n_attendees {sign} {number}"]
    if int(number) < 24:
        ways.insert(0, f"hour {'>=' if said == 'after' else sign} {number}")
    return Meanings(0, len(text), ", ".join(ways))
