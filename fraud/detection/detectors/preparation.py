"""Scaling for detectors that need comparable columns, frozen at training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraud.detection.detectors.frames import Matrix

#: Standardised values end here: one absurd amount must not drown every other column.
LIMIT = 8.0


@dataclass(frozen=True)
class Preparation:
    """A centre and a scale per column; a missing or infinite value becomes the centre."""

    centre: Matrix
    scale: Matrix

    @classmethod
    def standard(cls, X: Matrix) -> Preparation:
        """Mean and standard deviation of each column between its .001 and .999 quantiles (outliers moved to these)."""
        filled = cls.from_rows(X).fill(X).astype(np.float64)
        low, high = np.quantile(filled, [0.001, 0.999], axis=0)
        inside = np.clip(filled, low, high)
        scale = inside.std(axis=0)
        return cls(
            inside.mean(axis=0).astype(np.float32), np.where(scale > 1e-9, scale, 1.0).astype(np.float32)
        )

    @classmethod
    def from_rows(cls, X: Matrix) -> Preparation:
        """Median and a robust spread of each column; a constant column gets scale 1, an all-missing one centre 0."""
        known = np.where(np.isfinite(X), X, np.nan).astype(np.float64)
        centre = np.zeros(X.shape[1])
        scale = np.ones(X.shape[1])
        for j in range(X.shape[1]):
            column = known[:, j][~np.isnan(known[:, j])]
            if column.size:
                centre[j] = np.median(column)
                scale[j] = _spread(column)
        return cls(centre.astype(np.float32), scale.astype(np.float32))

    def fill(self, X: Matrix) -> Matrix:
        """The same matrix with the centre in place of missing and infinite values."""
        return np.where(np.isfinite(X), X, self.centre)

    def squash(self, X: Matrix) -> Matrix:
        """``sign(t) * log1p(|t|)`` of ``t = (x - centre) / scale`` (n, d) float32."""
        t = (self.fill(X) - self.centre) / self.scale
        return np.copysign(np.log1p(np.abs(t)), t)

    def standardise(self, X: Matrix) -> Matrix:
        """``(x - centre) / scale`` within +-LIMIT (n, d) float32."""
        return np.clip((self.fill(X) - self.centre) / self.scale, -LIMIT, LIMIT)


def _spread(column: NDArray[np.float64]) -> float:
    """Interquartile range as a normal's standard deviation; the plain one where the quartiles coincide; 1 if constant."""
    low, high = np.quantile(column, [0.25, 0.75])
    spread = (high - low) / 1.349 if high > low else float(column.std())
    return float(spread) if spread > 1e-12 else 1.0
