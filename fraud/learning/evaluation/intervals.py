"""Intervals for shares, and how much misuse a control sample says was missed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: Below this many misses found, a recall figure would be noise: sd(recall) is about r (1 - r) / sqrt(misses found).
ENOUGH_MISSES = 5
_Z95 = 1.959963984540054


@dataclass(frozen=True)
class Interval:
    """Lower and upper bound."""

    low: float
    high: float


def wilson(found: float, n: float, z: float = _Z95) -> Interval:
    """Wilson score interval of a share; (0, 1) when nothing was looked at."""
    if n <= 0:
        return Interval(0.0, 1.0)
    p, zz = found / n, z * z
    middle = (p + zz / (2 * n)) / (1 + zz / n)
    half = z / (1 + zz / n) * math.sqrt(p * (1 - p) / n + zz / (4 * n * n))
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def clopper_pearson(found: float, n: float, level: float = 0.95) -> Interval:
    """Exact binomial interval (never covers less than ``level``); fractional counts are allowed."""
    from scipy.special import betaincinv

    if n <= 0:
        return Interval(0.0, 1.0)
    tail = (1 - level) / 2
    low = 0.0 if found <= 0 else float(betaincinv(found, n - found + 1, tail))
    high = 1.0 if found >= n else float(betaincinv(found + 1, n - found, 1 - tail))
    return Interval(low, high)


@dataclass(frozen=True)
class Stratum:
    """A part of the claims that were not alerted: how many there are, how many were audited, how much misuse that found."""

    n_claims: int
    n_audited: int
    n_found: int


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


def estimate_misses(true_positives: float, strata: Sequence[Stratum]) -> MissEstimate:
    """M = sum N_h k_h / n_h over strata that must not be the score; recall = TP / (TP + M).

    The interval is Clopper-Pearson on the pooled share with the stratified sample's effective size; zero found gives the upper
    bound 1 - .025 ** (1 / n), about 3.7 / n. A stratum with claims but no audit makes the estimate silent about it: ValueError.
    """
    if any(s.n_claims > 0 and s.n_audited <= 0 for s in strata):
        raise ValueError("every stratum with claims needs at least one audited claim")
    used = [s for s in strata if s.n_claims > 0]
    total = sum(s.n_claims for s in used)
    audited, found = sum(s.n_audited for s in used), sum(s.n_found for s in used)
    missed = sum(s.n_claims * s.n_found / s.n_audited for s in used)
    share = missed / total if total else 0.0
    size = _effective_size(used, total, share, audited)
    bounds = clopper_pearson(share * size, size)
    low, high = max(bounds.low * total, float(found)), bounds.high * total
    return MissEstimate(
        missed,
        Interval(low, high),
        _recall(true_positives, missed),
        Interval(_recall(true_positives, high), _recall(true_positives, low)),
        audited,
        found,
        found >= ENOUGH_MISSES,
    )


def checks_needed(
    true_positives: float, n_claims: int, n_audited: int, n_found: int, half_width: float = 0.10
) -> int:
    """How many checks more until recall is known within +- ``half_width``, whichever rate in the present interval is the true one.

    The rates are 25 between the bounds of the Clopper-Pearson interval of what was found, the interval to come is the one of
    ``estimate_misses``; at most every claim there is is checked. 0 where nothing was found by alerts: then no number of checks
    makes a recall.
    """
    if true_positives <= 0 or n_claims <= n_audited:
        return 0
    bounds = clopper_pearson(n_found, n_audited)
    low = max(bounds.low, 0.5 / n_claims)
    rates = [low * (bounds.high / low) ** (i / 24) for i in range(25)]
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


def _effective_size(strata: Sequence[Stratum], total: int, share: float, audited: int) -> float:
    variance = 0.0
    for s in strata:
        p = s.n_found / s.n_audited
        variance += (s.n_claims / total) ** 2 * p * (1 - p) / s.n_audited
    return share * (1 - share) / variance if variance > 0 else float(audited)


def _recall(found: float, missed: float) -> float:
    return found / (found + missed) if found + missed > 0 else float("nan")
