"""Where to draw the line, from counts of calibrated scores alone: by expected F1, or by what reviewers can take.

Scores are counted in equal bins of probability: ``counts`` (b,) claims, ``middles`` (b,) the middle of each bin, ascending. Everything
at or above a bin's lower edge is alerted; the expected misuse of a bin is ``counts * middles``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def edges(n_bins: int) -> Floats:
    """Lower edge (b,) of each bin."""
    return np.arange(n_bins, dtype=np.float64) / n_bins


def expected_f1(counts: Floats, middles: Floats) -> Floats:
    """F1 (b,) expected when alerting from each bin on: 2 found / (alerts + misuse); 0 without any misuse."""
    misuse = counts * middles
    found, alerts = np.cumsum(misuse[::-1])[::-1], np.cumsum(counts[::-1])[::-1]
    below = alerts + misuse.sum()
    return np.divide(2 * found, below, out=np.zeros(len(counts)), where=below > 0)


def best_f1(counts: Floats, middles: Floats) -> float | None:
    """The probability from which alerting gives the greatest expected F1; the highest of equal ones, None without a score."""
    if not counts.sum():
        return None
    f1 = expected_f1(counts, middles)
    return float(edges(len(counts))[np.flatnonzero(f1 >= f1.max() - 1e-12)[-1]])


def by_capacity(counts: Floats, seats: float) -> float | None:
    """The lowest probability from which no more than ``seats`` claims are alerted; None without a score, 1 where a full bin never fits."""
    if not counts.sum():
        return None
    alerts = np.cumsum(counts[::-1])[::-1]
    fitting = np.flatnonzero(alerts <= seats)
    return float(edges(len(counts))[fitting[0]]) if len(fitting) else 1.0
