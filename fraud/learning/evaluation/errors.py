"""Ten error measures of decisions, overall and per group, each with an interval.

Counts are weighted: a claim stands for 1 / (the probability with which it came to be looked at). The interval is Wilson's on the
effective number of rows, (sum w)^2 / sum w^2, so a few heavy rows do not look like many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fraud.detection.intervals import Interval, wilson

#: Measure -> cells that count, cells it is a share of.
MEASURES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "prevalence": (("tp", "fn"), ("tp", "fp", "fn", "tn")),
    "accuracy": (("tp", "tn"), ("tp", "fp", "fn", "tn")),
    "tpr": (("tp",), ("tp", "fn")),
    "precision": (("tp",), ("tp", "fp")),
    "specificity": (("tn",), ("tn", "fp")),
    "npv": (("tn",), ("tn", "fn")),
    "fpr": (("fp",), ("fp", "tn")),
    "fdr": (("fp",), ("tp", "fp")),
    "fnr": (("fn",), ("tp", "fn")),
    "for": (("fn",), ("fn", "tn")),
}
CELLS = ("tp", "fp", "fn", "tn")


@dataclass(frozen=True)
class Measure:
    """A share in [0, 1] with its 95 % interval; ``n`` effective rows it rests on."""

    value: float
    interval: Interval
    n: float


def weighted_cells(y: ArrayLike, alerted: ArrayLike, weight: ArrayLike) -> dict[str, list[float]]:
    """Cell -> [sum of weights, sum of squared weights] of decisions ``alerted`` (n,) on outcomes ``y`` (n,); plain numbers, to store."""
    truth, on, w = np.asarray(y, dtype=bool), np.asarray(alerted, dtype=bool), np.asarray(weight, float)
    masks = {"tp": truth & on, "fp": ~truth & on, "fn": truth & ~on, "tn": ~truth & ~on}
    return {name: [float(w @ mask), float((w * w) @ mask)] for name, mask in masks.items()}


def error_measures(cells: Mapping[str, Sequence[float]]) -> dict[str, Measure | None]:
    """The ten measures of what ``weighted_cells`` gave; None where nothing is there to take a share of."""
    return {name: _share(cells, top, bottom) for name, (top, bottom) in MEASURES.items()}


def _share(cells: Mapping[str, Sequence[float]], top: Sequence[str], bottom: Sequence[str]) -> Measure | None:
    total, squares = sum(cells[name][0] for name in bottom), sum(cells[name][1] for name in bottom)
    if total <= 0:
        return None
    value, n = sum(cells[name][0] for name in top) / total, total * total / squares
    return Measure(value, wilson(value * n, n), n)
