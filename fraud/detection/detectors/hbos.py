"""Histogram-based outlier score: PyOD fits the histograms, a table look-up scores."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from fraud.detection.detectors.base import Detector
from fraud.detection.detectors.frames import Matrix
from fraud.detection.detectors.preparation import Preparation
from fraud.detection.detectors.tails import Floats

N_BINS = 30


class HistogramDetector(Detector):
    """Sum over columns of -log2(density + alpha) (Goldstein and Dengel 2012) on squashed columns."""

    name = "hbos"

    def _fit(self, X: Matrix) -> None:
        # Compiling PyOD's loops takes longer than running them once as they are; the histograms are the same.
        os.environ.setdefault("NUMBA_DISABLE_JIT", "1")
        from pyod.models.hbos import HBOS

        self.preparation_ = Preparation.from_rows(X)
        fitted = HBOS(n_bins=N_BINS).fit(self.preparation_.squash(X))
        self.edges_ = np.asarray(fitted.bin_edges_, dtype=np.float64).T.copy()  # (d, bins + 1)
        density = -np.log2(np.asarray(fitted.hist_, dtype=np.float64).T + fitted.alpha)  # (d, bins)
        self.tol_ = float(fitted.tol)
        self.costs_ = _with_outside(density)

    def _score(self, X: Matrix) -> Floats:
        prepared = self.preparation_.squash(X).astype(np.float64)
        total = np.zeros(len(X))
        for j in range(prepared.shape[1]):
            total += self.costs_[j][self._bins(prepared[:, j], self.edges_[j])]
        return total

    def _bins(self, x: Floats, edges: Floats) -> Any:
        """Index into a row of ``costs_``: 0 far below, 1..bins inside, bins + 1 far above; just outside counts as the end bin."""
        bins = len(edges) - 1
        index = np.searchsorted(edges, x, side="left")
        low = (index == 0) & (edges[0] - x <= (edges[1] - edges[0]) * self.tol_)
        high = (index == bins + 1) & (x - edges[-1] <= (edges[-1] - edges[-2]) * self.tol_)
        return np.where(low, 1, np.where(high, bins, index))

    def _state(self) -> dict[str, Any]:
        prepared = {"centre": self.preparation_.centre, "scale": self.preparation_.scale}
        return {"edges": self.edges_, "costs": self.costs_, "tol": self.tol_, **prepared}

    def _restore(self, state: dict[str, Any]) -> None:
        self.preparation_ = Preparation(state["centre"], state["scale"])
        self.edges_, self.costs_, self.tol_ = state["edges"], state["costs"], float(state["tol"])


def _with_outside(density: Floats) -> Floats:
    """Costs per bin with the column's largest cost before and after: a value beyond the histogram costs as much as the rarest bin."""
    worst = density.max(axis=1, keepdims=True)
    return np.concatenate([worst, density, worst], axis=1)
