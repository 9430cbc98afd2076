"""Tail probabilities per feature against frozen training quantiles, which also say which value was unusual.

PyOD's ECOD re-estimates the distribution with the batch inside, so the same claim gets another score in another batch; here the
quantiles are those of the training rows for ever. Two-sided: ``p = min(1, 2 min(P(X <= x), P(X >= x)))``, ``u_f = -log10 p``;
the raw score is the sum over features (the independence form of Li et al. 2022).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fraud.detection.detectors.base import Detector
from fraud.detection.detectors.frames import Matrix
from fraud.detection.detectors.tails import Floats, with_outside

#: Quantile knots per feature; more of them lie in the tails than in the middle.
N_KNOTS = 256


class TailDetector(Detector):
    """Inductive ECOD: one frozen table per feature from value to two-sided ``-log10`` tail probability."""

    name = "ecdf"

    def _fit(self, X: Matrix) -> None:
        tables = [_table(X[:, j]) for j in range(X.shape[1])]
        self.offsets_ = np.cumsum([0] + [len(values) for values, _ in tables])
        self.values_ = np.concatenate([values for values, _ in tables])
        self.tails_ = np.concatenate([tails for _, tails in tables])

    def feature_tails(self, X: Matrix) -> Floats:
        """Two-sided ``-log10`` tail probability of every value (n, d); a missing value is never unusual (0)."""
        out = np.zeros(X.shape)
        for j in range(X.shape[1]):
            self._column(X[:, j], j, out[:, j])
        return out

    def _score(self, X: Matrix) -> Floats:
        total, column = np.zeros(len(X)), np.zeros(len(X))
        for j in range(X.shape[1]):
            self._column(X[:, j], j, column)
            total += column
        return total

    def _column(self, x: Matrix, j: int, out: Floats) -> None:
        part = slice(self.offsets_[j], self.offsets_[j + 1])
        out[:] = np.interp(x, self.values_[part], self.tails_[part])
        out[~np.isfinite(x)] = 0.0

    def _state(self) -> dict[str, Any]:
        return {
            "values": self.values_,
            "feature_tails": self.tails_,
            "offsets": np.asarray(self.offsets_, dtype=np.int64),
        }

    def _restore(self, state: dict[str, Any]) -> None:
        self.values_, self.tails_, self.offsets_ = state["values"], state["feature_tails"], state["offsets"]


def _table(column: Matrix) -> tuple[Floats, Floats]:
    """Value knots and tails of one feature; a feature that is never known gets one knot with tail 0."""
    known = np.sort(column[np.isfinite(column)].astype(np.float64))
    n = len(known)
    if n == 0:
        return np.zeros(1), np.zeros(1)
    values, first, counts = np.unique(known, return_index=True, return_counts=True)
    at_most, at_least = (first + counts + 1) / (n + 1), (n - first + 1) / (n + 1)
    tails = -np.log10(np.minimum(1.0, 2.0 * np.minimum(at_most, at_least)))
    keep = _knots(len(values))
    return with_outside(values[keep], tails[keep], low=np.log10((n + 1) / 2), high=np.log10((n + 1) / 2))


def _knots(n: int) -> Any:
    """Positions of at most N_KNOTS of n ascending values, geometrically denser towards both ends."""
    if n <= N_KNOTS:
        return np.arange(n)
    half = np.geomspace(1, n / 2, N_KNOTS // 2) - 1
    return np.unique(np.round(np.concatenate([half, n - 1 - half])).astype(np.int64))
