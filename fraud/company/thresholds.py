"""From probabilities to alerts: what an error costs, how many cases reviewers can take, what a claim may lose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CostMatrix:
    """Cost per decision cell, in one unit (a review = 5 by default): review of misuse, review of genuine, missed misuse, left alone."""

    tp: float = 5.0
    fp: float = 5.0
    fn: float = 100.0
    tn: float = 0.0

    def threshold(self) -> float:
        """Alert above p = (fp - tn) / (fp - tn + fn - tp): .05 for the default. 1 when missing costs no more than reviewing."""
        gain = self.fn - self.tp
        price = self.fp - self.tn
        return 1.0 if gain <= 0 else max(price, 0.0) / (max(price, 0.0) + gain)

    def cost(self, y: NDArray[np.bool_], alerted: NDArray[np.bool_], weight: Floats | None = None) -> float:
        """Total cost of alerting ``alerted`` (n,) when the truth is ``y`` (n,)."""
        w = np.ones(len(y)) if weight is None else weight
        cells = np.where(alerted, np.where(y, self.tp, self.fp), np.where(y, self.fn, self.tn))
        return float(w @ cells)


def n_alerts(probability: Floats, threshold: float | Floats, *, capacity: int | None) -> int:
    """K = min(number above the threshold, capacity): a free seat is never filled from below the threshold."""
    above = int((probability > threshold).sum())
    return above if capacity is None else min(above, max(capacity, 0))


def capacity(reviewer_minutes: float, minutes_per_case: float) -> int:
    """How many cases reviewers can take: whole cases only. Raises ValueError unless a case takes time."""
    if minutes_per_case <= 0:
        raise ValueError("minutes per case must be above 0")
    return int(max(reviewer_minutes, 0.0) // minutes_per_case)
