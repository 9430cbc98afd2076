"""How much misuse a control sample says was missed, with its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fraud.detection.intervals import Interval, clopper_pearson

#: Below this many misses found, a recall figure would be noise: sd(recall) is about r (1 - r) / sqrt(misses found).
ENOUGH_MISSES = 5


@dataclass(frozen=True)
class MissEstimate:
    """Misuse left in the claims nobody was alerted to, and the recall that follows; ``is_enough`` False: too few misses found."""

    missed: float
    missed_interval: Interval
    recall: float
    recall_interval: Interval
    n_audited: int
    n_found: int
    is_enough: bool

    @property
    def has_recall(self) -> bool:
        """Whether any misuse is known: of none there is no share that was found."""
        return not math.isnan(self.recall)


def counted_by_lot(found: Sequence[float], heaviest: float, level: float = 0.95) -> tuple[float, Interval]:
    """How many there are by those found in a sample with unequal chances, and the interval of Fay and Feuer (1997).

    ``found``: 1 / inclusion probability of each find; ``heaviest``: the largest such weight of all that was looked at, which is what
    a find nobody made yet might have weighed. Nothing found: from 0 to 3.7 times the heaviest.
    """
    total, squares, tail = sum(found), sum(w * w for w in found), (1 - level) / 2
    low = 0.0
    if total > 0:
        low = squares / total * _gamma_quantile(total * total / squares, tail)
    more, wider = total + heaviest, squares + heaviest * heaviest
    high = wider / more * _gamma_quantile(more * more / wider, 1 - tail) if more > 0 else 0.0
    return total, Interval(low, high)


def _gamma_quantile(shape: float, share: float) -> float:
    from scipy.special import gammaincinv

    return float(gammaincinv(shape, share))


def misses_by_lot(
    true_positives: float, n_claims: int, weights: Sequence[float], is_misuse: Sequence[bool]
) -> MissEstimate:
    """Misuse left in ``n_claims`` nobody was alerted to, from checks drawn with unequal chances (weights = 1 / inclusion probability).

    No fewer than were found, no more than there are claims.
    """
    found = [w for w, misuse in zip(weights, is_misuse, strict=True) if misuse]
    missed, bounds = counted_by_lot(found, max(weights, default=0.0))
    most = float(max(n_claims, len(found)))
    missed, low, high = (
        min(max(value, float(len(found))), most) for value in (missed, bounds.low, bounds.high)
    )
    return MissEstimate(
        missed,
        Interval(low, high),
        _recall(true_positives, missed),
        Interval(_recall(true_positives, high), _recall(true_positives, low)),
        len(weights),
        len(found),
        len(found) >= ENOUGH_MISSES,
    )


def checks_needed(
    true_positives: float, n_claims: int, n_audited: int, missed: Interval, half_width: float = 0.10
) -> int:
    """How many checks more until recall is known within +- ``half_width``, however many of ``missed`` there really are.

    25 rates between the bounds of the present estimate; the interval to come is that of a uniform draw; at most every claim there is
    is checked. 0 where nothing was found by alerts: then no number of checks makes a recall.
    """
    if true_positives <= 0 or n_claims <= n_audited:
        return 0
    low, high = max(missed.low, 0.5) / n_claims, min(max(missed.high, 0.5), n_claims) / n_claims
    rates = [low * (high / low) ** (i / 24) for i in range(25)]
    return max(_checks_at(rate, true_positives, n_claims, n_audited, half_width) for rate in rates)


def _checks_at(rate: float, true_positives: float, n_claims: int, n_audited: int, half_width: float) -> int:
    """Checks more until the interval is narrow enough if misuse is found at this rate."""

    def is_enough(n: int) -> bool:
        bounds = clopper_pearson(rate * n, n)
        wide = _recall(true_positives, bounds.low * n_claims) - _recall(
            true_positives, bounds.high * n_claims
        )
        return wide <= 2 * half_width

    low, high = n_audited, n_claims
    if n_audited and is_enough(n_audited):
        return 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high - n_audited


def _recall(found: float, missed: float) -> float:
    return found / (found + missed) if found + missed > 0 else float("nan")
