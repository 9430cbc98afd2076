"""Misuse among claims nobody was alerted to, from claims drawn by lot with known probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from fraud.learning.evaluation.intervals import ENOUGH_MISSES, Interval, MissEstimate


def estimate_by_lot(
    true_positives: float, chances: ArrayLike, found: ArrayLike, n_claims: float, *, level: float = 0.95
) -> MissEstimate:
    """Misses and the recall that follows, from `n` decided checks.

    chances (n,): with which each was drawn, in (0, 1]; found (n,): whether it was misuse; n_claims: claims they were drawn from. Each
    check stands for 1 / chance claims, scaled so that all stand for `n_claims`: drawn checks that are not decided yet do no harm.
    The interval is that of Fay and Feuer (1997) for weighted counts, which hardly ever covers less than it says, also where few
    misses were found and their weights differ much. Raises ValueError without a check or with a chance outside (0, 1].
    """
    chance, misuse = np.asarray(chances, dtype=np.float64), np.asarray(found, dtype=bool)
    if not len(chance) or (chance <= 0).any() or (chance > 1).any():
        raise ValueError("a miss estimate needs checks, each with its chance above 0 and at most 1")
    weight = n_claims / (1 / chance).sum() / chance
    missed = float(weight[misuse].sum())
    bounds = weighted_count_interval(weight[misuse], float(weight.max()), level=level)
    n_found = int(misuse.sum())
    low, high = max(bounds.low, float(n_found)), max(bounds.high, float(n_found))
    return MissEstimate(
        missed,
        Interval(low, min(high, float(n_claims))),
        _recall(true_positives, missed),
        Interval(_recall(true_positives, high), _recall(true_positives, low)),
        len(chance),
        n_found,
        n_found >= ENOUGH_MISSES,
    )


def weighted_count_interval(weights: ArrayLike, largest: float, *, level: float = 0.95) -> Interval:
    """Interval of the expectation of a sum of Poisson counts with known weights (k,), of which the largest possible is given."""
    from scipy.stats import chi2

    w = np.asarray(weights, dtype=np.float64)
    total, variance, tail = float(w.sum()), float((w**2).sum()), (1 - level) / 2
    low = variance / (2 * total) * chi2.ppf(tail, 2 * total**2 / variance) if total else 0.0
    above, spread = total + largest, variance + largest**2
    high = spread / (2 * above) * chi2.ppf(1 - tail, 2 * above**2 / spread)
    return Interval(float(low), float(high))


def _recall(found: float, missed: float) -> float:
    return found / (found + missed) if found + missed > 0 else float("nan")
