"""Sets of numbers as unions of spans: what an ordered value may still be once several conditions are to hold together."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

INF = math.inf


@dataclass(frozen=True, slots=True)
class Span:
    """From ``low`` to ``high``; an end that is ``open`` does not belong to it."""

    low: float = -INF
    high: float = INF
    low_open: bool = False
    high_open: bool = False

    def meet(self, other: Span) -> Span:
        """What lies in both; may be empty."""
        low, low_open = max((self.low, self.low_open), (other.low, other.low_open))
        high, high_open = min((self.high, not self.high_open), (other.high, not other.high_open))
        return Span(low, high, low_open, not high_open)

    def is_empty(self, *, whole: bool) -> bool:
        """Whether no number lies in it; with ``whole``, no whole number."""
        if whole and math.isfinite(self.low) and math.isfinite(self.high):
            first = math.floor(self.low) + 1 if self.low_open else math.ceil(self.low)
            last = math.ceil(self.high) - 1 if self.high_open else math.floor(self.high)
            return first > last
        if self.low == self.high:
            return self.low_open or self.high_open
        return self.low > self.high


@dataclass(frozen=True, slots=True)
class Numbers:
    """A union of spans; ``whole``: only whole numbers count."""

    spans: tuple[Span, ...] = (Span(),)
    whole: bool = False

    def meet(self, other: Numbers) -> Numbers:
        """What lies in both."""
        whole = self.whole or other.whole
        met = (mine.meet(theirs) for mine in self.spans for theirs in other.spans)
        return Numbers(tuple(span for span in met if not span.is_empty(whole=whole)), whole)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left."""
        return all(span.is_empty(whole=self.whole) for span in self.spans)

    def holds(self, value: float) -> bool:
        """Whether the number lies in it."""
        return not self.meet(Numbers((Span(value, value),))).is_empty

    def whole_ends(self) -> tuple[float, float]:
        """The least and the most whole number in it; infinite where there is no end. There must be a span."""
        lows = (math.floor(s.low) + 1 if s.low_open else math.ceil(s.low) for s in self.spans if s.low > -INF)
        highs = (
            math.ceil(s.high) - 1 if s.high_open else math.floor(s.high) for s in self.spans if s.high < INF
        )
        low = -INF if any(s.low == -INF for s in self.spans) else min(lows)
        return float(low), float(INF if any(s.high == INF for s in self.spans) else max(highs))


def of_comparison(op: str, low: float, high: float) -> Numbers:
    """The numbers x for which ``x op c`` can hold for some c from ``low`` to ``high``."""
    spans = {
        "=": (Span(low, high),),
        "<": (Span(-INF, high, high_open=True),),
        "<=": (Span(-INF, high),),
        ">": (Span(low, INF, low_open=True),),
        ">=": (Span(low, INF),),
    }
    if op == "!=":
        if low < high:  # another of the values is always there
            return Numbers()
        return Numbers((Span(-INF, low, high_open=True), Span(high, INF, low_open=True)))
    return Numbers(spans[op])


def between(low: float, high: float, *, wraps: bool) -> Numbers:
    """From low to high; where values wrap around (22:00 to 06:00), outside the gap."""
    if low > high and wraps:
        return Numbers((Span(-INF, high), Span(low, INF)))
    return Numbers((Span(low, high),))


def outside(low: float, high: float, *, wraps: bool) -> Numbers:
    """What ``between`` leaves."""
    if low > high:
        return Numbers((Span(high, low, True, True),)) if wraps else Numbers()
    return Numbers((Span(-INF, low, high_open=True), Span(high, INF, low_open=True)))


def united(parts: Iterable[Numbers]) -> Numbers:
    """What lies in any of them."""
    return Numbers(tuple(span for part in parts for span in part.spans))
