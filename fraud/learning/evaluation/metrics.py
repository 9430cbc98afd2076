"""Ranking and probability metrics, plain and weighted; every function takes y (n,) 0/1 and a score (n,), higher = more suspicious."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def _checked(y: ArrayLike, score: ArrayLike, weight: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    truth, value = np.asarray(y, dtype=np.float64), np.asarray(score, dtype=np.float64)
    w = np.ones(len(truth)) if weight is None else np.asarray(weight, dtype=np.float64)
    if truth.shape != value.shape or truth.shape != w.shape:
        raise ValueError(f"outcomes {truth.shape}, scores {value.shape} and weights {w.shape} differ")
    return truth, value, w


def average_precision(y: ArrayLike, score: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Area under the precision-recall steps: sum of precision * gain in recall over distinct scores; nan without a positive."""
    curve = precision_recall(y, score, weight)
    return (
        float(np.sum(np.diff(curve.recall, prepend=0.0) * curve.precision))
        if len(curve.recall)
        else float("nan")
    )


def roc_auc(y: ArrayLike, score: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Probability that a positive outranks a negative, ties counting half; nan unless both occur."""
    truth, value, w = _checked(y, score, weight)
    _, group = np.unique(value, return_inverse=True)
    positive, negative = np.bincount(group, w * truth), np.bincount(group, w * (1 - truth))
    if not positive.sum() or not negative.sum():
        return float("nan")
    below = np.cumsum(negative) - negative
    return float(np.sum(positive * (below + negative / 2)) / (positive.sum() * negative.sum()))


@dataclass(frozen=True)
class Curve:
    """Precision-recall points, one per distinct score, from the highest score down."""

    threshold: Floats
    precision: Floats
    recall: Floats
    alerted: Floats

    def points(self, n: int = 200) -> list[tuple[float, float, float]]:
        """At most ``n`` points (threshold, precision, recall), evenly spread over recall."""
        if not len(self.recall):
            return []
        wanted = np.linspace(0, 1, n)
        index = np.unique(np.clip(np.searchsorted(self.recall, wanted), 0, len(self.recall) - 1))
        return [(float(self.threshold[i]), float(self.precision[i]), float(self.recall[i])) for i in index]


def precision_recall(y: ArrayLike, score: ArrayLike, weight: ArrayLike | None = None) -> Curve:
    """Precision and recall when alerting everything at or above each distinct score; empty without a positive."""
    truth, value, w = _checked(y, score, weight)
    if not (w @ truth):
        return Curve(*(np.zeros(0) for _ in range(4)))
    order = np.argsort(-value, kind="stable")
    value, found, alerted = value[order], np.cumsum((w * truth)[order]), np.cumsum(w[order])
    last = np.flatnonzero(np.append(np.diff(value) != 0, True))
    precision = found[last] / np.maximum(alerted[last], 1e-300)
    return Curve(value[last], precision, found[last] / found[-1], alerted[last])


def lift_at(y: ArrayLike, score: ArrayLike, fraction: float = 0.20, weight: ArrayLike | None = None) -> float:
    """Share of positives in the top ``fraction`` of claims over their share in all; 1 = as good as chance, nan without a positive.

    Claims tied at the cut count by the share of the tie that lies above it, so the order of equal scores cannot matter.
    """
    truth, value, w = _checked(y, score, weight)
    if not (w @ truth) or not 0 < fraction <= 1:
        return float("nan")
    curve = precision_recall(truth, value, w)
    seats = fraction * w.sum()
    alerted = np.concatenate([[0.0], curve.alerted])
    found = np.concatenate([[0.0], curve.recall])
    return float(np.interp(seats, alerted, found) / fraction)


def brier(y: ArrayLike, probability: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Mean squared difference between probability and outcome."""
    truth, p, w = _checked(y, probability, weight)
    return float(np.average((p - truth) ** 2, weights=w))


def calibration_error(
    y: ArrayLike, probability: ArrayLike, weight: ArrayLike | None = None, bins: int = 10
) -> float:
    """ECE over equal-width bins: weighted mean |mean probability - rate| per bin."""
    return float(
        sum(
            b.share * abs(b.mean_probability - b.rate) for b in calibration_bins(y, probability, weight, bins)
        )
    )


@dataclass(frozen=True)
class CalibrationBin:
    """One bin of a reliability diagram: share of all claims, mean probability, rate of misuse."""

    share: float
    mean_probability: float
    rate: float


def calibration_bins(
    y: ArrayLike, probability: ArrayLike, weight: ArrayLike | None = None, bins: int = 10
) -> list[CalibrationBin]:
    """Reliability diagram over equal-width bins; empty bins are left out."""
    truth, p, w = _checked(y, probability, weight)
    index = np.minimum((p * bins).astype(np.int64), bins - 1)
    mass = np.bincount(index, w, bins)
    mean, rate = np.bincount(index, w * p, bins), np.bincount(index, w * truth, bins)
    return [
        CalibrationBin(float(mass[k] / mass.sum()), float(mean[k] / mass[k]), float(rate[k] / mass[k]))
        for k in range(bins)
        if mass[k] > 0
    ]


def calibration_ratio(y: ArrayLike, probability: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Mean probability over the rate of misuse: 1 = right on average; nan without a positive."""
    truth, p, w = _checked(y, probability, weight)
    rate = np.average(truth, weights=w)
    return float(np.average(p, weights=w) / rate) if rate else float("nan")
