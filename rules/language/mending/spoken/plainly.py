"""Sentences said in other words than the readers know, in theirs: 새벽 2시 전 → 새벽 2시 이전, twice a day → twice in one day, 영업부만 → 영업부.

Only what says the same is written otherwise: every number, name and denial stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_HALF = r"(?:새벽|오전|오후|밤|저녁|아침|낮|한밤)"
_HOUR = rf"{_HALF}\s?(?:에\s)?[0-9]{{1,2}}\s?시(?!간)(?:\s?(?:[0-9]{{1,2}}\s?분|반))?|[0-9]{{1,2}}:[0-9]{{2}}"
_CLOCK = r"(?:[0-9]{1,2}(?::[0-9]{2})?\s?(?:[ap]\.?\s?m\b\.?)|[0-9]{1,2}:[0-9]{2})"
_TEAMS = r"(?:sales|marketing|finance|accounting|hr|human resources|legal|engineering|purchasing|procurement|operations|logistics|production|research|administration|admin|design|planning|audit)"
_DEPARTMENT = r"(?:departments?|teams?|dept\.?|divisions?)"
_ONE_PAYMENT = r"(?:(?:하나의|한)\s?(?:번에|건에|건으로|번으로|방에|큐에)|한꺼번에|단\s?한\s?번에|단건(?:으로)?|1\s?건에|1\s?회에|일시불로)(?:만)?|\b(?:in|as|with|by|on) (?:just )?(?:a |one )?(?:single|one) (?:payments?|transactions?|purchases?|charges?|go|swipe|bill)\b|\b(?:all )?(?:at once|in one go|in one piece)\b"
_COUNTED = re.compile(
    r"[0-9한두세네]\s?(?:번|회|건)(?!\s?한도)|\b(?:twice|thrice|times|payments|transactions|purchases|claims)\b",
    re.IGNORECASE,
)
_SAME = re.compile(r"\bsame\b", re.IGNORECASE)
_SPAN = re.compile(r"부터|에서|[~～]|\b(?:from|between|after|since)\b", re.IGNORECASE)


def _night(match: re.Match[str]) -> str:
    hour = int(re.match(r"[0-9]+", match["clock"])[0])  # type: ignore[index]  # begins with digits
    half = "pm" if 6 <= hour <= 11 else "am" if hour == 12 or hour < 6 else ""
    return f"{match['clock']} {half}" if half else match[0]


#: What is written otherwise | how | what has to stand in the text, or must not.
_ROWS: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (rf"(?P<hour>{_HOUR})\s?전(?P<tail>에는|에|까지|의)?(?=\s|$)(?!\s(?:직원|사원|임직원|부서|직급|직원들))", lambda m: f"{m['hour']} 이전{'에' if m['tail'] else ''}"),
    (r"(?P<clock>[0-9]{1,2}(?::[0-9]{2})?)(?: o'?clock)? in the morning\b", r"\g<clock> am"),
    (r"(?P<clock>[0-9]{1,2}(?::[0-9]{2})?)(?: o'?clock)? in the (?:afternoon|evening)\b", r"\g<clock> pm"),
    (r"(?P<clock>\b[0-9]{1,2}(?::[0-9]{2})?)(?: o'?clock)? at night\b", _night),
    (rf"\b(?<!no )(?<!not )(?:earlier than|prior to|ahead of) (?={_CLOCK})", "before "),
    (rf"(?P<clock>{_CLOCK}) or (?:earlier|before)\b", r"no later than \g<clock>"),
    (rf"\bafter (?P<low>{_CLOCK}) (?:until|till|to|and before) (?P<high>{_CLOCK})", r"from \g<low> until \g<high>"),
    (r"(?<![가-힣])(?P<unit>[가-힣A-Za-z0-9]{1,9}(?:부서|본부|사업부|팀|부|센터|연구소)(?:\s?(?:직원|소속|사람))?)(?:에서)?만(?=\s|$)", r"\g<unit>"),
    (rf"\b(?:only|just) (?:for |from |by |in )?(?:the )?{_DEPARTMENT} (?P<name>[a-z]+)\b", r"\g<name> department"),
    (rf"\b(?:the )?{_DEPARTMENT} (?P<name>{_TEAMS})(?: only)?\b", r"\g<name> department"),
    (rf"\b(?:only|just) (?:for |from |by |in )?(?:the )?(?P<name>{_TEAMS})\b(?! (?:{_DEPARTMENT}|and|or)\b)", r"\g<name> department"),
    (rf"^(?P<name>{_TEAMS})(?: people| staff)? only\b", r"\g<name> department"),
    (rf"(?:\b(?:everyone|everybody|all|anyone|anybody) )?\b(?:except|but|excluding|without)(?: for)? (?:the )?(?P<name>{_TEAMS})\b(?! (?:{_DEPARTMENT}|and|or)\b)", r"except the \g<name> department"),
)  # fmt: skip
_REPEATED: tuple[tuple[str, str], ...] = (
    (r"\b(?P<n>once|twice|thrice|(?:[0-9]+|two|three|four|five|six) times) (?:a|an|per|each|every|the same) (?P<period>day|hour|week|month)\b", r"\g<n> in one \g<period>"),
    (r"\b(?P<how>within|in) an hour\b", r"\g<how> one hour"),
    (r"\bsame (?:person|colleague|staff member|user|member of staff)\b", "same employee"),
    (r"\bsame (?:sum|price|value)\b", "same amount"),
    (r"\bsame (?:place|vendor|supplier)\b", "same merchant"),
)  # fmt: skip


def said_plainly(text: str) -> str:
    """The sentence in words the readers know; the same text where nothing is written otherwise."""
    said = text
    for pattern, plain in _ROWS:
        if "전(?P<tail>" in pattern and _SPAN.search(said):
            continue  # up to before an hour: the end of a span, which is asked back
        said = re.sub(pattern, plain, said, flags=re.IGNORECASE)
    if not _SPAN.search(said):
        said = re.sub(
            rf"\b(?:until|till) (?P<clock>{_CLOCK})", r"no later than \g<clock>", said, flags=re.IGNORECASE
        )
    if _SAME.search(said):
        for pattern, plain in _REPEATED:
            said = re.sub(pattern, plain, said, flags=re.IGNORECASE)
    return _without_one_payment(said)


def _without_one_payment(text: str) -> str:
    """``in one payment`` beside an amount or a share: what every rule looks at. Payments that are counted are several."""
    rest = re.sub(_ONE_PAYMENT, " ", text, flags=re.IGNORECASE)
    is_said = rest != text and re.search(r"[0-9]|절반|half|third|quarter|한도|limit", rest, re.IGNORECASE)
    return " ".join(rest.split()) if is_said and not _COUNTED.search(rest) else text
