"""What several words say only together, and no table of words can hold: two thirds, 3분의 1, the last three days of the month, 초과하지 않고."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from rules.language.mending.spoken.edges import edge_at
from rules.language.mending.spoken.said import Said

_DIGITS = {letter: at for at, letter in enumerate("일이삼사오육칠팔구십", start=1)}
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
_PARTS = {
    "half": 2, "halve": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10,
}  # fmt: skip
_KOREAN = re.compile(
    r"(?P<whole>[0-9]{1,2}|[일이삼사오육칠팔구십])\s?분의\s?(?P<n>[0-9]{1,2}|[일이삼사오육칠팔구])(?=[^0-9]|$)(?:도|을|를|이|가|은|는|에)?(?![가-힣])"
)
_ENGLISH = re.compile(
    r"(?P<n>a|an|one|two|three|four|five|six|seven|[1-7])[\s-]+(?P<whole>half|third|quarter|fourth|fifth|sixth|eighth|tenth)s?(?:\s+of)?\b(?!\s+(?:payment|purchase|transaction|time|visit|claim|day|week)s?\b)",
    re.IGNORECASE,
)
#: 1/3 is a fraction beside what it is of, or where it is compared; elsewhere it may be a day.
_WRITTEN = re.compile(
    r"(?P<n>[1-9])\s?/\s?(?P<whole>[2-9]|10)(?![0-9/])(?:을|를|이|가)?(?=\s+(?:of|the)\b|\s?(?:초과|이상|이하|미만|넘|보다|도\s))",
    re.IGNORECASE,
)
_AND_A_HALF = re.compile(
    r"(?:(?P<n>one|two|three|[1-9])[\s]+and[\s]+a[\s]+half(?:[\s]+times)?(?:[\s]+the)?\b|(?P<korean>한|두|세|[1-9])\s?배\s?반(?:을|를)?(?![가-힣]))",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:(?:초과|상회)\s?하?지(?:는|도)?\s?(?:않|못)|(?:초과|상회)\s?(?:는|를)?\s?안\s?하|넘(?:어서|기|어가)?지(?:는|도)?\s?(?:않|못)|안\s?넘)(?P<tail>[가-힣]*)"
    r"|\bnever\s+(?:exceed(?:s|ed)?|go(?:es)?\s+(?:over|above))\b|\b(?:(?:do|does|did|is|are|was|were|must|should|may|can)?(?:\s*not|n['’]t)\s+(?:be\s+)?(?:exceed(?:ing|ed)?|go(?:ing)?\s+(?:over|above|beyond)|surpass(?:ing)?))\b",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"(?:(?:도\s?)?안\s?[되돼될된]|(?:도\s?)?못\s?미치|(?:에\s?)?(?:미치|달하|이르|도달하)지(?:는|도)?\s?(?:않|못)|밑도|밑돌|하회하|모자라|모자란|미달(?!\S*\s?카드))(?P<tail>[가-힣]*)"
    r"|\b(?:falls?|falling)\s+short\s+of\b|\b(?:do|does|did)(?:\s+not|n['’]t)\s+reach\b",
    re.IGNORECASE,
)
_PRE_APPROVED = re.compile(
    r"(?:the\s+)?pre[\s-]?approved[\s-]+(?:amount|sum|budget|limit|total)\b|(?:the\s+)?amount\s+(?:that\s+was\s+)?(?:pre[\s-]?approved|approved\s+in\s+advance)\b"
    r"|(?:사전\s?승인(?:된|받은|한)?\s?(?:금액|액|한도)|사전에\s?승인(?:된|받은)\s?금액|품의\s?(?:금액|액))(?P<tail>보다|의|을|를|이|가|은|는|에|대비)?(?![가-힣])",
    re.IGNORECASE,
)
_RECEIPT = re.compile(
    r"(?:the\s+)?(?:receipt(?:['’]s)?\s+(?:total|sum|amount)|total\s+(?:of|on)\s+the\s+receipt|amount\s+on\s+the\s+receipt)\b|영수증(?:의|상)?\s?(?:합계|총액|합계\s?금액|금액)(?P<tail>보다|의|을|를|이|가|은|는|에)?(?![가-힣])",
    re.IGNORECASE,
)
_SINGLE = re.compile(
    r"(?:1\s?회|일\s?회|건당|단건|1\s?건)\s?(?:결제\s?)?한도(?:액)?(?:를|을|의|보다|가|는|은|에|로)?(?![가-힣])|(?:the\s+)?single(?:[\s-](?:payment|transaction|purchase))?[\s-]limit\b",
    re.IGNORECASE,
)
_JOINING = (("고", "and"), ("으며", "and"), ("며", "and"), ("면서", "and"), ("는데", "and"), ("거나", "or"))


def together_at(text: str, start: int) -> tuple[int, list[Said]] | None:
    """(where it ends, its tokens) of what several words say from ``start`` on; None where they say nothing together."""
    if start and text[start - 1].isalnum() and not re.match("안|도", text[start:]):
        return None
    readers: tuple[Callable[[str, int], tuple[int, list[Said]] | None], ...] = (
        _edge, _half_more, _fraction, _denied, _field, _single_limit,
    )  # fmt: skip
    return next((found for reader in readers if (found := reader(text, start))), None)


def share_token(part: int, whole: int, start: int, end: int, written: str) -> Said:
    """So many parts of a whole: a percent where it is one to the hundredth, else both numbers."""
    share = Decimal(part) * 100 / Decimal(whole)
    is_percent = share == share.quantize(Decimal("0.01"))
    said = f"{share.normalize():f}%" if is_percent else f"{part}/{whole}"
    return Said("percent", said, start, end, written)


def _edge(text: str, start: int) -> tuple[int, list[Said]] | None:
    found = edge_at(text, start)
    if found is None:
        return None
    end, condition, join = found
    flag = Said("flag", condition, start, end, text[start:end].lower())
    return end, [flag, Said("join", join, end, end, "")] if join else [flag]


def _half_more(text: str, start: int) -> tuple[int, list[Said]] | None:
    match = _AND_A_HALF.match(text, start)
    if match is None:
        return None
    said = (match["n"] or match["korean"]).lower()
    number = {"한": 1, "두": 2, "세": 3}.get(said) or _NUMBERS.get(said) or int(said)
    return match.end(), [Said("multiple", f"{number}.5", start, match.end(), match[0].lower())]


def _fraction(text: str, start: int) -> tuple[int, list[Said]] | None:
    for pattern in (_KOREAN, _ENGLISH, _WRITTEN):
        match = pattern.match(text, start)
        if match is None:
            continue
        part, whole = (_count(match[name]) for name in ("n", "whole"))
        if 0 < part < whole:
            return match.end(), [share_token(part, whole, start, match.end(), match[0].lower())]
    return None


def _count(said: str) -> int:
    word = said.lower()
    return int(word) if word.isdigit() else _DIGITS.get(word) or _NUMBERS.get(word) or _PARTS[word]


def _denied(text: str, start: int) -> tuple[int, list[Said]] | None:
    for pattern, sign in ((_DENIED, "<="), (_SHORT, "<")):
        match = pattern.match(text, start)
        if match is None:
            continue
        tokens = [Said("compare", sign, start, match.end(), match[0].lower())]
        join = next((join for ending, join in _JOINING if (match["tail"] or "").endswith(ending)), "")
        return match.end(), tokens + ([Said("join", join, match.end(), match.end(), "")] if join else [])
    return None


def _single_limit(text: str, start: int) -> tuple[int, list[Said]] | None:
    match = _SINGLE.match(text, start)
    return (
        None
        if match is None
        else (match.end(), [Said("money", "$single_limit", start, match.end(), match[0].lower())])
    )


def _field(text: str, start: int) -> tuple[int, list[Said]] | None:
    for pattern, name in ((_PRE_APPROVED, "pre_approved_amount"), (_RECEIPT, "receipt.amount")):
        match = pattern.match(text, start)
        if match is not None:
            return match.end(), [Said("field", name, start, match.end(), match[0].lower())]
    return None
