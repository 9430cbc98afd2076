"""A small tree that repeats the model's score: IF/THEN paths somebody can read, and how faithfully they tell it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraud.detection.detectors.frames import Matrix
from fraud.detection.intervals import wilson
from fraud.detection.scoring.formula import sigmoid
from fraud.learning.evaluation.comparison import Window

Floats = NDArray[np.float64]
MOST_DEPTH = 4
_LEAST_SHARE = 0.005


def paths(
    X: Matrix,
    names: Sequence[str],
    probability: Floats,
    window: Window,
    threshold: float,
    *,
    depth: int = MOST_DEPTH,
) -> dict[str, Any]:
    """Paths of a tree of at most ``depth`` (4 at most) fitted to the log-odds of the score on every second claim; plain values.

    Missing values lie below everything (a condition "<= x" may mean "not known"). Measured on the other claims: ``fidelity`` R^2 of
    the log-odds and ``agreement`` with the alerts at the threshold; per path support, mean score, share alerted, precision among
    claims with an outcome and its interval.
    """
    from sklearn.tree import DecisionTreeRegressor

    p = np.clip(probability, 1e-6, 1 - 1e-6)
    z = np.log(p) - np.log1p(-p)
    filled = np.where(np.isfinite(X), X, -1e9).astype(np.float32)
    learn = np.arange(len(z)) % 2 == 0
    least = max(20, int(_LEAST_SHARE * learn.sum()))
    tree = DecisionTreeRegressor(max_depth=min(depth, MOST_DEPTH), min_samples_leaf=least, random_state=0)
    tree.fit(filled[learn], z[learn])
    leaf, told = tree.apply(filled), tree.predict(filled)
    held = ~learn
    left = float(np.square(z[held] - told[held]).sum())
    spread = float(np.square(z[held] - z[held].mean()).sum())
    return {
        "fidelity": 1 - left / spread if spread else None,
        "agreement": float(((sigmoid(told) > threshold) == (p > threshold))[held].mean()),
        "n_claims": len(z),
        "paths": _leaves(tree.tree_, names, leaf, probability, window, threshold),
    }


def _leaves(
    tree: Any, names: Sequence[str], leaf: NDArray[np.int64], p: Floats, window: Window, threshold: float
) -> list[dict[str, Any]]:
    rows = []
    for node, conditions in conditions_of(
        tree.children_left, tree.children_right, tree.feature, tree.threshold
    ):
        here = leaf == node
        reviewed = here & (window.weight > 0)
        n, k = int(reviewed.sum()), int((reviewed & window.y).sum())
        bounds = wilson(k, n)
        rows.append(
            {
                "conditions": [
                    {"name": names[j], "above": low, "at_most": high} for j, low, high in conditions
                ],
                "support": int(here.sum()),
                "share": float(here.mean()),
                "score": float(p[here].mean()) if here.any() else None,
                "alerted": float((p[here] > threshold).mean()) if here.any() else None,
                "n_reviewed": n,
                "n_misuse": k,
                "precision": k / n if n else None,
                "precision_low": bounds.low if n else None,
                "precision_high": bounds.high if n else None,
            }
        )
    return sorted(rows, key=lambda row: -(row["score"] or 0))


def conditions_of(
    left: Sequence[int], right: Sequence[int], feature: Sequence[int], limit: Sequence[float]
) -> list[tuple[int, list[tuple[int, float | None, float | None]]]]:
    """Leaf -> its conditions (column, above, at most), each column once with its tightest bounds; -1 as a child marks a leaf."""
    out: list[tuple[int, list[tuple[int, float | None, float | None]]]] = []
    waiting: list[tuple[int, dict[int, tuple[float | None, float | None]]]] = [(0, {})]
    while waiting:
        node, bounds = waiting.pop()
        if left[node] == -1:
            out.append((node, [(j, low, high) for j, (low, high) in bounds.items()]))
            continue
        j, cut = int(feature[node]), float(limit[node])
        low, high = bounds.get(j, (None, None))
        waiting.append((right[node], {**bounds, j: (cut if low is None else max(low, cut), high)}))
        waiting.append((left[node], {**bounds, j: (low, cut if high is None else min(high, cut))}))
    return out
