"""Where the moments of a day lie on its axis, so that no label covers another. Pure: minutes in, places out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Protocol

from fraud.company.calendar import NIGHT_ENDS_HOUR, NIGHT_STARTS_HOUR

DAY = 24 * 60
#: Halves of a day of leave meet at 13:00.
NOON = 13 * 60
#: Late night on the axis of one day, (from, to) in minutes.
NIGHT = ((0, NIGHT_ENDS_HOUR * 60), (NIGHT_STARTS_HOUR * 60, DAY))
#: How much of the axis a mark takes with its label, in per cent; enough on a phone's width.
LABEL = 40.0


class Span(Protocol):
    """Leave, a trip or overtime of somebody, as the personnel feeds tell it."""

    @property
    def kind(self) -> str: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date: ...
    @property
    def half(self) -> str: ...
    @property
    def since(self) -> time | None: ...
    @property
    def until(self) -> time | None: ...


def share(minute: float) -> float:
    """The minute of the day in per cent of the axis."""
    return minute / DAY * 100


def minute_of(at: time) -> int:
    """Minutes since midnight."""
    return at.hour * 60 + at.minute


def label_is_left(minute: float) -> bool:
    """Whether a mark's label stands before it: in the afternoon there is more room there."""
    return minute > DAY / 2


def levels(minutes: Sequence[int], *, label: float = LABEL) -> list[int]:
    """The level of each mark from the top, in their order: the first on which neither it nor its label touches another."""
    taken: list[list[tuple[float, float]]] = []
    places = []
    for minute in minutes:
        at = share(minute)
        own = (at - label, at + 4) if label_is_left(minute) else (at - 4, at + label)
        level = next(
            (n for n, spans in enumerate(taken) if not any(_touch(own, one) for one in spans)), len(taken)
        )
        if level == len(taken):
            taken.append([])
        taken[level].append(own)
        places.append(level)
    return places


def stretch(span: Span, day: date) -> tuple[int, int] | None:
    """The part of the day a span covers, in minutes; None where it does not.

    Overtime whose end comes before its beginning ends in the night after, which is the next day's.
    """
    if span.kind == "overtime" and span.since and span.until and span.until <= span.since:
        if day == span.starts_on:
            return minute_of(span.since), DAY
        after = day == span.starts_on + timedelta(days=1)
        return (0, minute_of(span.until)) if after and minute_of(span.until) else None
    if not span.starts_on <= day <= span.ends_on:
        return None
    if span.kind == "overtime":  # without its beginning: from the morning, where the day of a payment begins
        since = minute_of(span.since) if span.since else NIGHT_ENDS_HOUR * 60
        return since, minute_of(span.until) if span.until else DAY
    if span.half == "am":
        return 0, NOON
    return (NOON, DAY) if span.half == "pm" else (0, DAY)


def _touch(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
