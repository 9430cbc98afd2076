"""How far two judgements of the same thing agree, beyond what chance alone would give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fraud.detection.intervals import Interval, wilson

_Z95 = 1.959963984540054


@dataclass(frozen=True)
class Agreement:
    """`n` things judged twice, of which `agreed` alike; kappa is None where everybody says the same and chance explains all.

    The share's interval is Wilson's; kappa's is 1.96 of its large-sample standard error (Cohen 1960), cut to [-1, 1].
    """

    n: int
    agreed: int
    interval: Interval
    kappa: float | None
    kappa_interval: Interval | None

    @property
    def share(self) -> float | None:
        """The share that was judged alike, None for nothing."""
        return self.agreed / self.n if self.n else None


def agreement_of(pairs: Sequence[tuple[bool, bool]]) -> Agreement:
    """The agreement of pairs (first verdict, second verdict)."""
    n, agreed = len(pairs), sum(first == second for first, second in pairs)
    if not n:
        return Agreement(0, 0, wilson(0, 0), None, None)
    observed = agreed / n
    first, second = (sum(pair[side] for pair in pairs) / n for side in (0, 1))
    by_chance = first * second + (1 - first) * (1 - second)
    if by_chance >= 1:
        return Agreement(n, agreed, wilson(agreed, n), None, None)
    kappa = (observed - by_chance) / (1 - by_chance)
    half = _Z95 * math.sqrt(observed * (1 - observed) / (n * (1 - by_chance) ** 2))
    bounds = Interval(max(-1.0, kappa - half), min(1.0, kappa + half))
    return Agreement(n, agreed, wilson(agreed, n), kappa, bounds)
