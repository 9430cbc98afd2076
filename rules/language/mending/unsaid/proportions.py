"""Shares of something of which a part was not said or nobody can tell: half of the limit, half of last month, twice the department's average in a month."""

from __future__ import annotations

import re
from decimal import Decimal

from rules.language.mending.meanings import Meanings
from rules.language.mending.spoken.edges import weeks_at
from rules.language.mending.spoken.hearing import heard
from rules.language.mending.spoken.proportions import of_share
from rules.language.mending.spoken.said import Said
from rules.language.mending.spoken.totals import average
from rules.language.mending.unsaid.parts import period_in, sign_at

_BEFORE = re.compile(
    r"(?P<korean>지난\s?달|저번\s?달|전월|지난\s?주|저번\s?주|전주|지난\s?분기|전\s?분기)(?:의|보다|에\s?비해|대비)?"
    r"|\b(?:the )?(?:last|previous|prior) (?P<english>week|month|quarter)(?:['’]s)?\b",
    re.IGNORECASE,
)
#: Told from it (30% more than last month), which is read elsewhere.
_THAN = re.compile(r"\b(?:than|from|on|over|to|with|versus|vs\.?|against)\s+(?:the\s+)?$", re.IGNORECASE)
_LENGTHS = {"달|월|month": "30 days", "주|week": "7 days", "분기|quarter": "90 days"}
_FALL = re.compile(
    r"감소|줄[었어은인]|하락|떨어|\b(?:fell|fall\w*|dropp\w*|drops?|decreas\w*|declin\w*|down)\b",
    re.IGNORECASE,
)
_RISE = re.compile(r"증가|늘[었어은인]|상승|\b(?:rose|ris\w+|grew|grow\w*|increas\w*|up)\b", re.IGNORECASE)
_TOTAL = re.compile(r"합계|총액|누적|사용액|지출|\b(?:total|sum|spend(?:ing)?)\b", re.IGNORECASE)
_UNIT_AVERAGE = re.compile(
    r"(?P<unit>부서|팀|직급|등급)(?:의|원들?의?)?\s?평균|\b(?P<english>department|team|grade)(?:'s)? (?:average|mean)\b",
    re.IGNORECASE,
)
_KEYS = {"부서": "department", "팀": "department", "직급": "grade", "등급": "grade", "team": "department"}
_DIFFERS = re.compile(
    r"(?P<n>[0-9.]+)\s*(?:%|percent|퍼센트|프로)(?P<behind>\s?(?:이상|초과|넘게))?\s?(?:차이|다[르른름]|어긋|벌어)\S*"
    r"|\bdiffers?\b(?=.*\bby (?P<lead>more than|over|at least) (?P<english>[0-9.]+) ?(?:%|percent))",
    re.IGNORECASE,
)
_AMOUNTS = {"card.limit", "pre_approved_amount", "receipt.amount", "amount", "net_amount"}


def proportions_asked(text: str) -> Meanings | None:
    """What a share in a text leaves open, with what to write; None where it leaves nothing open."""
    for asked in (_of_before, _of_unit, _differing, _a_little_over, _not_compared, _weeks):
        found = asked(text)
        if found is not None:
            return found
    return None


def _factor(tokens: list[Said]) -> Said | None:
    found = [one for one in tokens if one.kind in {"percent", "multiple"} or one.written.endswith(" times")]
    return found[0] if len(found) == 1 else None


def _of_before(text: str) -> Meanings | None:
    """``지난달의 절반``, ``more than double last month``: a change against the time before, told in percent."""
    match = _BEFORE.search(text)
    if match is None:
        return None
    factor = _factor(heard(text[: match.start()] + " " * len(match[0]) + text[match.end() :]))
    if factor is None:
        return None
    share = _percent(factor)
    said = (match["korean"] or match["english"]).lower()
    span = next(span for words, span in _LENGTHS.items() if re.search(words, said))
    is_by = re.search(r"보다|비해|대비", match[0]) or _THAN.search(text[: match.start()])
    fall, rise = _FALL.search(text), _RISE.search(text)
    if is_by and (re.search("[0-9]", text[factor.start : factor.end]) or not (fall or rise)):
        return None  # 지난달보다 50%: told elsewhere
    if is_by and factor.kind == "percent":
        share = 100 - share if fall else 100 + share
    sign = (
        sign_at(text, factor.start, factor.end)
        or _sign_said(text)
        or ("<=" if fall else ">=" if rise else "")
    )
    if is_by and fall:
        sign = {">": "<", ">=": "<="}.get(sign, sign)
    signs = (sign,) if sign else ("<=", ">=") if share < 100 else (">=", ">")
    change = f"{(share - 100).normalize():f}%"
    ways = [f"change(amount same cardholder within {span}) {one} {change}" for one in signs]
    start, end = min(match.start(), factor.start), max(match.end(), factor.end)
    return Meanings(start, end, ", ".join(ways), is_one=len(ways) == 1, is_denied_within=True)


def _sign_said(text: str) -> str:
    signs = {
        one.value for one in heard(text) if one.kind == "compare" and one.value in {"<", "<=", ">", ">="}
    }
    return signs.pop() if len(signs) == 1 else ""


def _percent(factor: Said) -> Decimal:
    """How many percent of something a share or a multiple is, to the hundredth."""
    part, _, parts = factor.value.partition("/")
    if parts:
        return (Decimal(part) * 100 / Decimal(parts)).quantize(Decimal("0.01"))
    number = Decimal(re.sub(r"[^0-9.]", "", factor.value) or "0")
    return number if factor.kind == "percent" else number * 100


def _of_unit(text: str) -> Meanings | None:
    """A person's total against what people of the department or grade spend on average: its total by its people, or one payment's average."""
    match, factor = _UNIT_AVERAGE.search(text), _factor(heard(text))
    period, said = period_in(text)
    if match is None or said is None or not _TOTAL.search(text[: match.start()] + text[match.end() :]):
        return None
    unit = (match["unit"] or match["english"]).lower()
    key = _KEYS.get(unit, unit)
    share = "" if factor is None else _times(factor)
    sign = (factor and sign_at(text, factor.start, factor.end)) or _sign_said(text) or ">"
    mine, theirs = f"sum(amount same cardholder{period})", f"same {key}{period})"
    way = f"{mine} {sign} {share}sum(amount {theirs} / distinct(cardholder {theirs}"
    return Meanings(0, len(text), way, is_one=True)


def _times(factor: Said) -> str:
    return of_share(factor.value.removesuffix(" times"), "").rstrip() + " " if "/" not in factor.value else ""


def _differing(text: str) -> Meanings | None:
    """``differs by more than 5%``: either way."""
    match = _DIFFERS.search(text)
    fields = [one for one in heard(text) if one.kind == "field" and one.value in _AMOUNTS]
    if match is None or len({one.value for one in fields}) != 2:
        return None
    number = match["n"] or match["english"]
    sign = ">=" if re.search("이상|at least", match["behind"] or match["lead"] or "") else ">"
    first, second = fields[0].value, fields[1].value
    way = f"abs({first} - {second}) {sign} {number}% * {second}"
    return Meanings(0, len(text), way, is_one=True)


def _a_little_over(text: str) -> Meanings | None:
    """``not more than 10% above the limit``: anything up to there, or only what is above the limit?"""
    tokens = [one for one in heard(text) if not one.is_word("of", "by", "is")]
    kinds = [one.kind for one in tokens]
    if kinds[:4] != ["compare", "percent", "compare", "field"] or tokens[3].value not in _AMOUNTS - {
        "amount"
    }:
        return None
    size, share, side, base = tokens[:4]
    if size.value not in {"<", "<="} or side.value != ">" or "/" in share.value:
        return None
    way = f"amount {size.value} {100 + _percent(share):f}% * {base.value}"
    return Meanings(size.start, base.end, f"amount > {base.value} and {way}, {way}")


def _not_compared(text: str) -> Meanings | None:
    """``half the average``, ``한도의 두 배``: how it compares was not said."""
    tokens = heard(text)
    factor = _factor(tokens)
    others = [
        one
        for one in tokens
        if one is not factor and not one.is_word("of", "by", "is", "same") and one.value != "="
    ]
    if factor is None or any(one.kind == "compare" for one in others):
        return None
    if len(others) > 1 and others[0].value == "amount":
        others = others[1:]
    if not others or len(others) > 2:
        return None
    base = others[-1]
    if base.kind == "aggregate" and base.value == "mean":
        name = average(others, []) or ""
    elif len(others) > 1:
        return None
    elif base.kind == "field" and base.value in _AMOUNTS - {"amount"}:
        name = base.value
    else:
        return None
    if not name:
        return None
    share = of_share(factor.value.removesuffix(" times"), name)
    signs = (">=", ">", "<=") if factor.kind == "percent" else (">=", ">")
    return Meanings(0, len(text), ", ".join(f"amount {sign} {share}" for sign in signs))


def _weeks(text: str) -> Meanings | None:
    """``둘째 주``, ``the second week of the month``: seven days from the first on, or weeks of the calendar?"""
    found = weeks_at(text)
    return None if found is None else Meanings(found[0], found[1], found[2], is_one=", " not in found[2])
