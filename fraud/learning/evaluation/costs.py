"""Decisions at a threshold and what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fraud.company.thresholds import CostMatrix


@dataclass(frozen=True)
class Confusion:
    """Weighted counts of the four decision cells."""

    tp: float
    fp: float
    fn: float
    tn: float

    @property
    def recall(self) -> float:
        """tp / (tp + fn); nan without misuse."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else float("nan")

    @property
    def precision(self) -> float:
        """tp / (tp + fp); nan without an alert."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else float("nan")

    @property
    def f1(self) -> float:
        """2 tp / (2 tp + fp + fn); nan without misuse and without an alert."""
        below = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / below if below else float("nan")

    def cost_per_1000(self, cost: CostMatrix) -> float:
        """Cost of these decisions per 1,000 claims."""
        n = self.tp + self.fp + self.fn + self.tn
        total = self.tp * cost.tp + self.fp * cost.fp + self.fn * cost.fn + self.tn * cost.tn
        return 1000 * total / n if n else float("nan")


def confusion(y: ArrayLike, alerted: ArrayLike, weight: ArrayLike | None = None) -> Confusion:
    """Cells of alerting ``alerted`` (n,) when the truth is ``y`` (n,)."""
    truth, on = np.asarray(y, dtype=bool), np.asarray(alerted, dtype=bool)
    w = np.ones(len(truth)) if weight is None else np.asarray(weight, dtype=np.float64)
    return Confusion(
        float(w @ (truth & on)), float(w @ (~truth & on)), float(w @ (truth & ~on)), float(w @ (~truth & ~on))
    )


@dataclass(frozen=True)
class CostPoint:
    """One threshold: alerted share of claims, recall, precision, cost per 1,000."""

    threshold: float
    alerted: float
    recall: float
    precision: float
    cost: float


def cost_curve(
    y: ArrayLike,
    probability: ArrayLike,
    cost: CostMatrix,
    *,
    thresholds: Sequence[float] | None = None,
    weight: ArrayLike | None = None,
) -> list[CostPoint]:
    """Cost over thresholds (default: 60 from .001 to .99, evenly spaced in log-odds), one sort for all of them."""
    truth, p = np.asarray(y, dtype=bool), np.asarray(probability, dtype=np.float64)
    w = np.ones(len(truth)) if weight is None else np.asarray(weight, dtype=np.float64)
    points = (
        np.asarray(thresholds)
        if thresholds is not None
        else 1 / (1 + np.exp(-np.linspace(np.log(0.001 / 0.999), np.log(99), 60)))
    )
    order = np.argsort(-p, kind="stable")
    tp, on = np.append(0.0, np.cumsum((w * truth)[order])), np.append(0.0, np.cumsum(w[order]))
    n_above = np.searchsorted(-p[order], -points, side="left")  # alert strictly above the threshold
    out = []
    for t, k in zip(points, n_above, strict=True):
        cells = Confusion(
            float(tp[k]),
            float(on[k] - tp[k]),
            float(tp[-1] - tp[k]),
            float(on[-1] - on[k] - (tp[-1] - tp[k])),
        )
        out.append(
            CostPoint(
                float(t),
                float(on[k] / on[-1]) if on[-1] else 0.0,
                cells.recall,
                cells.precision,
                cells.cost_per_1000(cost),
            )
        )
    return out
