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
    r"(?:본인|자기\s?자신|자기|자신|스스로|자가)(?:이|가)?\s*(?:직접\s*)?승인(?!번호)\S*|승인자(?:가|는|와)?\s*본인\S*(?:\s*경우)?|\bself[\s-]?approv\w*|\bown approv\w*",
    re.IGNORECASE,
)
#: Times of day that people name: where each begins and ends is the company's own.
_TIMES = (
    (r"점심\s?시간|점심(?!값)|\blunch(?:\s?time|\s?hours?|\s?break)?\b", "time(transacted_at) in 11:30..13:30, hour in 12..13"),
    (r"정오|\bnoon\b|\bmidday\b", "hour = 12, time(transacted_at) in 11:30..12:30"),
    (r"자정|\bmidnight\b", "hour in 0..5, time(transacted_at) >= 23:00, is_night"),
    (r"저녁(?!\s*[0-9])(?:\s?시간)?|\bevenings?\b|\bdinner\s?time\b", "hour in 18..21, time(transacted_at) >= 18:00"),
    (r"아침(?!\s*[0-9])|(?<!early )\bmornings?\b", "hour in 6..9, time(transacted_at) in 06:00..10:00"),
)  # fmt: skip
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
