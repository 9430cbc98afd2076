"""Curves and distributions of a score for charts: ROC, gain, and how it spreads over misuse, genuine and unreviewed claims."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fraud.learning.evaluation.metrics import precision_recall

Floats = NDArray[np.float64]
#: What a curve's area may lose between two points without a further one.
_LEAST_AREA = 1e-12
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
    return _thinned(rate, curve.recall, n)


def gain(
    y: ArrayLike, score: ArrayLike, weight: ArrayLike | None = None, n: int = 60
) -> list[tuple[float, float]]:
    """At most ``n`` + 1 points (share of claims looked at, highest score first; share of the misuse that finds)."""
    truth = np.asarray(y, dtype=np.float64)
    w = np.ones(len(truth)) if weight is None else np.asarray(weight, dtype=np.float64)
    curve = precision_recall(truth, score, w)
    if not len(curve.recall):
        return []
    return _thinned(curve.alerted / w.sum(), curve.recall, n)


def _thinned(x: Floats, y: Floats, n: int) -> list[tuple[float, float]]:
    """At most ``n`` + 1 points from (0, 0) to the last one, spread over the way along both axes, with the whole curve's area under them.

    Between two points of the curve stands one that makes up for the area of those left out: the figure beside the curve is the
    one that can be computed from its table.
    """
    x, y = np.concatenate([[0.0], x]), np.concatenate([[0.0], y])
    way = x + y
    index = np.searchsorted(way, np.linspace(0, way[-1], n // 2 + 1))
    index = np.unique(np.clip(np.concatenate([[0], index, [len(way) - 1]]), 0, len(way) - 1))
    points = [(0.0, 0.0)]
    for first, last in pairwise(index.tolist()):
        width, height = float(x[last] - x[first]), float(y[last] - y[first])
        area = float(np.trapezoid(y[first : last + 1], x[first : last + 1]))
        left_out = area - width * (float(y[first]) + height / 2)
        if last > first + 1 and width * height > 0 and abs(left_out) > _LEAST_AREA:
            # from the middle of the straight line towards the corner that the curve leans to
            lean = min(abs(left_out) / (width * height / 2), 1.0) / 2 * (1 if left_out > 0 else -1)
            points.append((float(x[first]) + width * (0.5 - lean), float(y[first]) + height * (0.5 + lean)))
        points.append((float(x[last]), float(y[last])))
    return points


def spread(
    value: ArrayLike, groups: dict[str, NDArray[np.bool_]], edges: Sequence[float] = SCORE_EDGES
) -> dict[str, list[int]]:
    """Group -> claims per bin of ``edges`` (b + 1); values outside count in the outermost bins."""
    inner = np.asarray(edges, dtype=np.float64)[1:-1]
    place = np.searchsorted(inner, np.asarray(value, dtype=np.float64), side="right")
    return {
        name: np.bincount(place[mask], minlength=len(edges) - 1).tolist() for name, mask in groups.items()
    }
