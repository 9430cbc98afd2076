"""Nights of a named day that pass midnight: the night that begins on that day, or the hours of that day alone."""

from __future__ import annotations

import re
from itertools import pairwise

from rules.language.mending.meanings import Meanings
from rules.language.mending.pieces import TIME_WRITTEN
from rules.language.mending.spans import span_of
from rules.language.mending.spoken.clauses import negated
from rules.language.mending.unsaid.parts import is_denied

_TIME = re.compile(rf"{TIME_WRITTEN}|[0-9]{{1,2}}:[0-9]{{2}}", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:부터|에서|~|～|-|–|to|until|till|and)\s*", re.IGNORECASE)
_WEEKDAYS = (
    r"월요일|\bmondays?\b", r"화요일|\btuesdays?\b", r"수요일|\bwednesdays?\b", r"목요일|\bthursdays?\b", r"금요일|\bfridays?\b", r"토요일|\bsaturdays?\b", r"일요일|\bsundays?\b",
)  # fmt: skip
_DAY = "|".join(_WEEKDAYS)
_NIGHT = r"(?:한밤중?|밤늦게|밤|심야(?:\s?시간대?)?|야간)(?:에|의)?(?![가-힣])(?!\s*(?:[0-9]{1,2}|[가-힣]{1,2})\s*시|\s*[0-9]{1,2}:)"
#: 금요일 밤, friday night, late at night on sunday.
_NAMED_NIGHT = re.compile(
    rf"(?:{_DAY})(?:의|에)?\s*{_NIGHT}|(?:{_DAY})(?:\s+(?:late\s+)?(?:at\s+)?)nights?\b|\b(?:late\s+)?(?:at\s+)?nights?\s+(?:on|of)\s+(?:a\s+)?(?:{_DAY})",
    re.IGNORECASE,
)
#: Days a span may be said of → those days, and the days behind them.
_DAYS = (
    (r"주말|\bweekends?\b", "is_weekend", "weekday in (1, 7)"),
    (r"평일|\bweekdays\b", "weekday in 1..5", "weekday in 2..6"),
    (r"영업일|근무일|\b(?:business|working) days?\b|\bworkdays?\b", "is_business_day", ""),
    (r"공휴일|휴일|\bholidays?\b", "is_holiday", ""),
)  # fmt: skip


def nights_asked(text: str) -> Meanings | None:
    """Where a text names a day beside a span or a night that passes midnight: both readings; None where it does not."""
    times = list(_TIME.finditer(text))
    for first, last in pairwise(times):
        spans = span_of(first[0], last[0]) if _BETWEEN.fullmatch(text[first.end() : last.start()]) else []
        day, behind = _denied_where_said(text, *_days_in(text))
        if day and len(spans) == 1 and "00:00" < spans[0][1] < spans[0][0]:
            low, high = spans[0]
            late, early = f"time(transacted_at) >= {low}", f"time(transacted_at) <= {high}"
            begins = f"({day} and {late}) or ({behind} and {early})" if behind else f"{day} and {late}"
            return Meanings(
                first.start(), last.end(), f"{begins}, {day} and time(transacted_at) in {low}..{high}"
            )
    night = _NAMED_NIGHT.search(text)
    if night is None:
        return None
    day, behind = _weekdays_in(text)
    begins = f"({day} and is_night and hour >= 12) or ({behind} and is_night and hour < 12)"
    return Meanings(night.start(), night.end(), f"{begins}, {day} and is_night")


def _days_in(text: str) -> tuple[str, str]:
    """The days a text names and the days behind them, as conditions; empty where it names none, or no weekday is behind."""
    day, behind = _weekdays_in(text)
    if day:
        return day, behind
    return next(
        ((day, next_) for said, day, next_ in _DAYS if re.search(said, text, re.IGNORECASE)), ("", "")
    )


def _denied_where_said(text: str, day: str, behind: str) -> tuple[str, str]:
    """The same days, each denied where the text denies them: but not on fridays, 금요일 제외."""
    said = "|".join([_DAY, *(pattern for pattern, _, _ in _DAYS)])
    if not any(is_denied(text, *match.span()) for match in re.finditer(said, text, re.IGNORECASE)):
        return day, behind
    return negated(day), negated(behind) if behind else ""


def _weekdays_in(text: str) -> tuple[str, str]:
    days = [at for at, said in enumerate(_WEEKDAYS, 1) if re.search(said, text, re.IGNORECASE)]
    return _on(days), _on([day % 7 + 1 for day in days])


def _on(days: list[int]) -> str:
    if len(days) < 2:
        return f"weekday = {days[0]}" if days else ""
    return f"weekday in ({', '.join(map(str, sorted(days)))})"
