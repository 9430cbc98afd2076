"""Curves and distributions of a score for charts: ROC, gain, and how it spreads over misuse, genuine and unreviewed claims."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fraud.learning.evaluation.metrics import precision_recall

Floats = NDArray[np.float64]
#: Edges of the bins of a probability: fine where the claims are.
SCORE_EDGES = (0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0)


def roc(
    y: ArrayLike, score: ArrayLike, weight: ArrayLike | None = None, n: int = 60
) -> list[tuple[float, float]]:
    """At most ``n`` + 1 points (false positive rate, true positive rate) from (0, 0) to (1, 1); empty unless both classes occur."""
    truth = np.asarray(y, dtype=np.float64)
    w = np.ones(len(truth)) if weight is None else np.asarray(weight, dtype=np.float64)
    positives, negatives = float(w @ truth), float(w @ (1 - truth))
    if not positives or not negatives:
        return []
    curve = precision_recall(truth, score, w)
    rate = (curve.alerted - curve.recall * positives) / negatives
    return [(0.0, 0.0), *_thinned(rate, curve.recall, n)]


def gain(
    y: ArrayLike, score: ArrayLike, weight: ArrayLike | None = None, n: int = 60
) -> list[tuple[float, float]]:
    """At most ``n`` + 1 points (share of claims looked at, highest score first; share of the misuse that finds)."""
    truth = np.asarray(y, dtype=np.float64)
    w = np.ones(len(truth)) if weight is None else np.asarray(weight, dtype=np.float64)
    curve = precision_recall(truth, score, w)
    if not len(curve.recall):
        return []
    return [(0.0, 0.0), *_thinned(curve.alerted / w.sum(), curve.recall, n)]


def _thinned(x: Floats, y: Floats, n: int) -> list[tuple[float, float]]:
    """Points spread over the way along both axes; the last one stays."""
    way = x + y
    index = np.unique(np.clip(np.searchsorted(way, np.linspace(0, way[-1], n)), 0, len(way) - 1))
    return [(float(x[i]), float(y[i])) for i in index]


def spread(
    value: ArrayLike, groups: dict[str, NDArray[np.bool_]], edges: Sequence[float] = SCORE_EDGES
) -> dict[str, list[int]]:
    """Group -> claims per bin of ``edges`` (b + 1); values outside count in the outermost bins."""
    inner = np.asarray(edges, dtype=np.float64)[1:-1]
    place = np.searchsorted(inner, np.asarray(value, dtype=np.float64), side="right")
    return {
        name: np.bincount(place[mask], minlength=len(edges) - 1).tolist() for name, mask in groups.items()
    }
