"""A share of a tip or a tax (tip over 10%), and a time since somebody joined or a shop opened: how a rule asks for them."""

from __future__ import annotations

import re

from rules.language.literals import length_text
from rules.language.mending.meanings import Meanings
from rules.language.mending.unsaid.parts import ENGLISH_NUMBERS, number_in, sign_at, sign_in

_PART = re.compile(
    r"(?P<service_charge>팁|봉사료|\b(?:tips?|gratuity|service charge)\b)|(?P<vat_amount>부가가?치?세(?:액)?|세금|세액|\b(?:vat|tax)\b)",
    re.IGNORECASE,
)
_SHARE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(?:%|퍼센트|프로|percent)", re.IGNORECASE)
_OF_ALL = re.compile(
    r"(?:결제\s?)?(?:금액|결제액|총액)의|\bof (?:the )?(?:whole |total )?(?:amount|bill|total|payment)\b",
    re.IGNORECASE,
)
_LENGTH = r"(?P<n{at}>[0-9]+|한|두|세)\s*(?P<u{at}>일|주일?|개월|달)"
_SINCE = re.compile(
    r"(?P<event>입사|취업|개업|개점|오픈|창업)(?:한|하고|일|후|한 지|한지|일로부터|일부터)?\s*(?:지|후|뒤|이후)?\s*"
    + _LENGTH.format(at=1)
    + r"(?:이|도)?\s*(?P<within>안\s?(?:된|되는|돼)\S*|이내|이하|미만|안에|안|내에|내|넘\S*|초과|이상|지난|지나\S*)\S*"
    r"|\b(?P<english>joined|hired|started|opened|founded|established)\s+(?P<sign>less than|within the last|within|under|more than|over|at least)\s+(?P<n2>[0-9]+|a|one|two|three|six)\s+(?P<u2>days?|weeks?|months?)(?:\s+ago)?"
    r"|\bwithin\s+(?P<n3>[0-9]+|a|one|two|three|six)\s+(?P<u3>days?|weeks?|months?)\s+of\s+(?P<of>joining|being hired|hiring|starting|opening)\b",
    re.IGNORECASE,
)
#: How long after the payment before.
_GAP = re.compile(
    r"(?:결제|사용)\s?(?:간격|간\s?시간|사이\s?시간)(?:이|은|가)?\s*(?P<n>[0-9]+)\s*분(?:\s?(?:미만|이하|이내|초과|이상)\S*)?"
    r"|(?:직전|바로\s?(?:전|앞)|앞선|이전)\s?(?:결제|사용|거래)(?:와|과|에서|로부터|부터)?\s?(?:후|이후|뒤|하고)?\s*(?P<n_ko>[0-9]+)\s*분\s?(?:미만|이하|이내|안|내|만|초과|이상|넘)\S*(?:\s?다시)?"
    r"|\b(?:(?:less|more) than|within|under|over) (?P<n_en>[0-9]+) minutes? (?:since|after|of) (?:the |his |her |their )?(?:previous|last|prior) (?:payment|purchase|transaction)\b",
    re.IGNORECASE,
)
_OPENED = re.compile(r"개업|개점|오픈|창업|open|found|establish", re.IGNORECASE)


def shares_asked(text: str) -> Meanings | None:
    """``tip over 10%``: of the whole amount, or of what it is put on; None where no share of a tip or a tax is told."""
    part = _PART.search(text)
    share = next((one for one in _SHARE.finditer(text) if not _is_of_limit(text, one)), None)
    if part is None or share is None:
        return None
    field = str(part.lastgroup)
    whole = _OF_ALL.search(text)
    said = sign_at(text, share.start(), share.end())
    signs = [said] if said else [">=", ">"]
    bases = ("amount",) if whole else ("amount", f"(amount - {field})")
    ways = ", ".join(f"{field} {sign} {share[1]}% * {base}" for base in bases for sign in signs)
    places = [found.span() for found in (part, share, whole) if found is not None]
    end = max(high for _, high in places)
    return Meanings(
        min(low for low, _ in places), end, ways, is_one=", " not in ways, is_denied_within=bool(said)
    )


def since_asked(text: str) -> Meanings | None:
    """``입사 한 달 안에``, ``opened less than 30 days ago``: days since the one or the other, minutes since the payment before; None where neither is told."""
    gap = _GAP.search(text)
    if gap is not None:
        number = gap["n"] or gap["n_ko"] or gap["n_en"]
        return Meanings(
            gap.start(), gap.end(), f"minutes_since_previous {_gap_sign(gap)} {number}", is_one=True
        )
    match = _SINCE.search(text)
    if match is None:
        return None
    said = next((match[f"n{at}"], match[f"u{at}"]) for at in (1, 2, 3) if match[f"n{at}"])
    days = _days(*said)
    if days is None:
        return None
    what = match["event"] or match["english"] or match["of"]
    field = "merchant_age_days" if _OPENED.search(what) else "days_since_hired"
    return Meanings(match.start(), match.end(), f"{field} {_sign(match)} {days}", is_one=True)


def _is_of_limit(text: str, share: re.Match[str]) -> bool:
    """``한도의 50%``, ``50% of the card limit``."""
    return bool(
        re.search(r"한도(?:액)?(?:의|에서|가)?\s*$", text[: share.start()])
        or re.match(
            r"\s*(?:of )?(?:the |their |his |her )?(?:card )?limit", text[share.end() :], re.IGNORECASE
        )
    )


def _gap_sign(gap: re.Match[str]) -> str:
    """Of the words of the gap alone: within is up to and with."""
    return sign_in(gap[0]) or (
        "<=" if re.search(r"^within|분\s?(?:안|내|만)", gap[0], re.IGNORECASE) else "<"
    )


def _days(number: str, unit: str) -> int | None:
    """How many days a length is; None where it is none."""
    count = (
        1
        if number == "한"
        else 6
        if number.lower() == "six"
        else number_in(number)
        if number.lower() in ENGLISH_NUMBERS or not number.isascii() or number.isdigit()
        else None
    )
    length = length_text(str(count), "개월" if unit == "달" else unit) if count is not None else None
    if length is None:
        return None
    amount, _, name = length.partition(" ")
    return int(amount) * (7 if name.startswith("week") else 1)


def _sign(match: re.Match[str]) -> str:
    word = (match["within"] or match["sign"] or "").lower()
    if re.match("넘|초과|지|more|over", word):
        return ">"
    if re.match("이상|at least", word):
        return ">="
    return "<" if re.match(r"미만|less|under|안\s?(?:된|되|돼)", word) else "<="
