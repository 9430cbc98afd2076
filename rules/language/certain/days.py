"""Days: what is asked of month, day of the month, weekday, year and the day itself leaves some day, or none of any calendar."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date

from rules.language import nodes as n
from rules.language.certain.spans import Numbers
from rules.language.times import date_of, day_number

_ASKED = ("month", "day_of_month", "weekday", "year")
#: In 28 years every weekday meets every day of the year, 29 February too.
_ALL_YEARS = (day_number(date(2000, 1, 1)), day_number(date(2028, 1, 1)))
_PARTS = {"month": "month", "day_of_month": "day", "year": "year"}
_MOST_DAYS = 20_000
_MOMENT = n.FieldRef("transacted_at")


def is_no_day(held: Mapping[Hashable, object]) -> bool:
    """Whether no day is all that is asked of one moment's day."""
    asked: dict[n.Expression, dict[str, Numbers]] = {}
    for subject, fact in held.items():
        place = _place_of(subject)
        if place is not None and isinstance(fact, Numbers):
            before = asked.setdefault(place[0], {}).get(place[1])
            asked[place[0]][place[1]] = fact if before is None else before.meet(fact)
    return any(len(parts) > 1 and not _is_some_day(parts) for parts in asked.values())


def _is_some_day(parts: Mapping[str, Numbers]) -> bool:
    days, asked = _tried(parts)
    return any(all(parts[name].holds(_said(day, name)) for name in asked) for day in days)


def _place_of(subject: Hashable) -> tuple[n.Expression, str] | None:
    """(moment, what is asked of its day)."""
    if (
        isinstance(subject, n.Call)
        and subject.name in _ASKED
        and isinstance(subject.arguments[0], n.FieldRef)
    ):
        return subject.arguments[0], subject.name
    if isinstance(subject, n.Call) and subject.name == "date":
        return subject.arguments[0], "day"
    if isinstance(subject, tuple) and subject[0] == "day" and isinstance(subject[1], n.FieldRef):
        return subject[1], "day"
    return (_MOMENT, "weekday") if subject == n.FieldRef("weekday") else None


def _tried(parts: Mapping[str, Numbers]) -> tuple[range, list[str]]:
    """(days to try, what to ask of them): those that are named, those of the years that are named, else all kinds there are."""
    for name, length in (("day", 1.0), ("year", 366.0)):
        if name not in parts or not parts[name].spans:
            continue
        low, high = parts[name].whole_ends()
        if (high - low) * length > _MOST_DAYS:
            continue
        if name == "day":
            return range(int(low), int(high) + 1), list(parts)
        if low >= 1 and high < 9998:
            return range(day_number(date(int(low), 1, 1)), day_number(date(int(high) + 1, 1, 1))), list(parts)
    return range(*_ALL_YEARS), [name for name in parts if name not in {"day", "year"}]


def _said(day: int, name: str) -> int:
    if name == "day":
        return day
    found = date_of(day)
    return found.isoweekday() if name == "weekday" else int(getattr(found, _PARTS[name]))
