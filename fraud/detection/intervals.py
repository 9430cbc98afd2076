"""Intervals for shares."""

from __future__ import annotations

import math
from dataclasses import dataclass

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
    # at the ends both terms are the same number but for rounding
    low = 0.0 if found <= 0 else max(0.0, middle - half)
    return Interval(low, 1.0 if found >= n else min(1.0, middle + half))


def clopper_pearson(found: float, n: float, level: float = 0.95) -> Interval:
    """Exact binomial interval (never covers less than ``level``); fractional counts are allowed."""
    from scipy.special import betaincinv

    if n <= 0:
        return Interval(0.0, 1.0)
    tail = (1 - level) / 2
    low = 0.0 if found <= 0 else float(betaincinv(found, n - found + 1, tail))
    high = 1.0 if found >= n else float(betaincinv(found + 1, n - found, 1 - tail))
    return Interval(low, high)
