"""Frozen tables that turn a raw score into a tail probability against the training rows.

``u = -log10 P(S >= s)`` where P is taken over the training scores, counting the row itself: (number of training scores >= s, plus
one) / (n + 1). The table never changes after training, so a claim's ``u`` does not depend on who else is in the batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraud.detection.detectors.errors import DetectorFailed

#: Knots kept of the training distribution. The upper 512 ranks are all kept: that is where alerts come from.
MAX_KNOTS = 1024
#: ``u`` is rounded to this many decimals, so the last bit of a matrix product cannot move a claim over a tree's threshold.
U_DECIMALS = 3

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TailTable:
    """Raw score knots (ascending) and the tail value ``u`` at each, interpolated linearly in between."""

    scores: Floats
    tails: Floats

    @classmethod
    def from_scores(cls, scores: NDArray[np.floating]) -> TailTable:
        """Table of the training scores (n,), n >= 1 finite values."""
        ordered = np.sort(np.asarray(scores, dtype=np.float64))
        values, first = np.unique(ordered, return_index=True)
        n = len(ordered)
        tails = -np.log10((n - first + 1) / (n + 1))
        keep = _knots(len(values))
        return cls(*with_outside(values[keep], tails[keep], high=float(np.log10(n + 1))))

    def tail(self, raw: NDArray[np.floating]) -> Floats:
        """``u`` per raw score: 0 at or below the lowest training score, log10(n + 1) at most."""
        return np.round(np.interp(raw, self.scores, self.tails), U_DECIMALS) + 0.0  # no minus zero

    def percentile(self, raw: NDArray[np.floating]) -> Floats:
        """Share of training scores below ``raw``, in [0, 1]."""
        return np.clip(1.0 - np.power(10.0, -np.interp(raw, self.scores, self.tails)), 0.0, 1.0)


def with_outside(
    values: Floats, tails: Floats, *, high: float, low: float | None = None
) -> tuple[Floats, Floats]:
    """Add a knot beyond the largest (and smallest) value, one step of its neighbours away: what never occurred is rarer than the rarest.

    Without it a value outside all training values would count as usual as the end value, however often that occurred.
    """
    step = values[-1] - values[-2] if len(values) > 1 else max(abs(values[-1]), 1.0) * 1e-6
    values, tails = np.append(values, values[-1] + step), np.append(tails, high)
    if low is not None:
        step = values[1] - values[0]
        values, tails = np.append(values[0] - step, values), np.append(low, tails)
    return values, tails


def _knots(n: int) -> NDArray[np.int64]:
    """Positions of at most MAX_KNOTS of n ascending values: all of the top half-table, evenly spread below."""
    if n <= MAX_KNOTS:
        return np.arange(n)
    top = MAX_KNOTS // 2
    spread = np.linspace(0, n - top - 1, MAX_KNOTS - top)
    return np.unique(np.concatenate([np.round(spread).astype(np.int64), np.arange(n - top, n)]))


def require_finite(raw: NDArray[np.floating], detector: str) -> None:
    """Raises DetectorFailed if any score is nan or infinite (a rank-deficient matrix can do that to some detectors)."""
    bad = len(raw) - int(np.isfinite(raw).sum())
    if bad:
        raise DetectorFailed(detector, bad, len(raw))
