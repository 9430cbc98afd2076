"""An autoencoder looked at closely: trained on claims presumed normal, its error by class, its line, what it could not rebuild."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraud.company.thresholds import CostMatrix
from fraud.detection.detectors.autoencoder import AutoencoderDetector
from fraud.detection.detectors.frames import Matrix
from fraud.learning.evaluation import metrics
from fraud.learning.evaluation.comparison import Window
from fraud.learning.evaluation.costs import Confusion, confusion
from fraud.learning.evaluation.curves import spread
from fraud.learning.evaluation.daily import top_per_day

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
MOST_ROWS = 30_000
#: Claims whose parts are kept: the most unusual, and of each class those with an outcome.
KEPT_CLAIMS = 300
KEPT_COLUMNS = 6
_BINS = 12


def study(
    usual: Matrix,
    names: Sequence[str],
    later: Matrix,
    window: Window,
    claim_ids: NDArray[np.int64],
    *,
    layers: tuple[int, ...],
    cost: CostMatrix,
    seats: int,
    seed: int = 0,
) -> dict[str, Any]:
    """Fit on rows presumed normal (m, d) and look at the later claims (n, d); plain values.

    ``spread``: claims per bin of the error and class, ``edges`` of the bins; ``lines``: threshold by f1, cost and capacity with its four
    cells; ``columns``: mean squared error of each column by class; ``claims``: per kept claim what could not be rebuilt.
    """
    rng = np.random.default_rng(seed)
    if len(usual) > MOST_ROWS:
        usual = usual[np.sort(rng.choice(len(usual), MOST_ROWS, replace=False))]
    detector = AutoencoderDetector(random_state=seed, layers=layers)
    detector.fit(usual, names)
    parts = detector.errors_by_column(later)
    error = parts.mean(axis=1)
    reviewed = window.weight > 0
    classes = {"misuse": reviewed & window.y, "genuine": reviewed & ~window.y, "unreviewed": ~reviewed}
    edges = np.unique(np.quantile(error, np.linspace(0, 1, _BINS + 1)))
    return {
        "n_usual": len(usual),
        "spread": spread(error, classes, edges.tolist()),
        "edges": edges.tolist(),
        "medians": {name: float(np.median(error[mask])) for name, mask in classes.items() if mask.any()},
        "auc": _plain(metrics.roc_auc(window.y[reviewed], error[reviewed], window.weight[reviewed])),
        "average_precision": _plain(
            metrics.average_precision(window.y[reviewed], error[reviewed], window.weight[reviewed])
        ),
        "lines": lines_of(error, window, cost, seats),
        "columns": column_errors(parts, names, classes),
        "claims": _claims(detector, later, parts, names, claim_ids, classes),
    }


def lines_of(error: Floats, window: Window, cost: CostMatrix, seats: int) -> dict[str, dict[str, Any]]:
    """Way -> threshold of the error and the four cells there, on claims with an outcome.

    f1 and cost: the best of all errors that occur; capacity: the error of the last claim that gets one of ``seats`` a day, on
    average. Empty without an outcome.
    """
    inside = window.weight > 0
    y, e, w = window.y[inside], error[inside], window.weight[inside]
    if not y.any():
        return {}
    order = np.argsort(-e, kind="stable")
    last = np.flatnonzero(np.append(np.diff(e[order]) != 0, True))
    tp, on = np.cumsum((w * y)[order])[last], np.cumsum(w[order])[last]
    misuse, total = float(w @ y), float(w.sum())
    f1 = 2 * tp / (on + misuse)
    paid = tp * cost.tp + (on - tp) * cost.fp + (misuse - tp) * cost.fn + (total - on - misuse + tp) * cost.tn
    above = e[order][last]
    chosen = {"f1": float(above[np.argmax(f1)]), "cost": float(above[np.argmin(paid)])}
    top = error[top_per_day(error, window.day, seats)]
    n = min(len(error), len(top))
    chosen["capacity"] = float(np.sort(error)[::-1][n - 1])
    return {way: _at(line, e, y, w, cost, error, window) for way, line in chosen.items()}


def _at(
    line: float, e: Floats, y: Bools, w: Floats, cost: CostMatrix, error: Floats, window: Window
) -> dict[str, Any]:
    cells: Confusion = confusion(y, e >= line, w)
    days = max(len(np.unique(window.day)), 1)
    return {
        "threshold": line,
        "tp": cells.tp,
        "fp": cells.fp,
        "fn": cells.fn,
        "tn": cells.tn,
        "precision": _plain(cells.precision),
        "recall": _plain(cells.recall),
        "f1": _plain(cells.f1),
        "cost_per_1000": _plain(cells.cost_per_1000(cost)),
        "alerts_per_day": float((error >= line).sum() / days),
    }


def column_errors(parts: Floats, names: Sequence[str], classes: Mapping[str, Bools]) -> list[dict[str, Any]]:
    """Mean squared error (in squared standard deviations) of each column overall and by class, largest for misuse first."""
    rows = [
        {
            "name": name,
            "all": float(parts[:, j].mean()),
            **{key: float(parts[mask, j].mean()) for key, mask in classes.items() if mask.any()},
        }
        for j, name in enumerate(names)
    ]
    return sorted(rows, key=lambda row: -float(row.get("misuse", row["all"])))


def _claims(
    detector: AutoencoderDetector,
    later: Matrix,
    parts: Floats,
    names: Sequence[str],
    claim_ids: NDArray[np.int64],
    classes: Mapping[str, Bools],
) -> list[dict[str, Any]]:
    """Per kept claim: id, class, error, and the columns that were rebuilt worst with value, rebuilt value and share of the error."""
    error = parts.mean(axis=1)
    order = np.argsort(-error, kind="stable")
    known = order[~classes["unreviewed"][order]][: KEPT_CLAIMS // 2]
    kept = np.unique(np.concatenate([order[: KEPT_CLAIMS // 2], known]))
    kept = kept[np.argsort(-error[kept], kind="stable")]
    rebuilt = detector.rebuilt(later[kept])
    kinds = {name: mask[kept] for name, mask in classes.items()}
    out = []
    for i, row in enumerate(kept):
        worst = np.argsort(-parts[row], kind="stable")[:KEPT_COLUMNS]
        total = float(parts[row].sum()) or 1.0
        out.append(
            {
                "claim": int(claim_ids[row]),
                "class": next(name for name, mask in kinds.items() if mask[i]),
                "error": float(error[row]),
                "columns": [
                    {
                        "name": names[j],
                        "value": _plain(float(later[row, j])),
                        "rebuilt": float(rebuilt[i, j]),
                        "share": float(parts[row, j] / total),
                    }
                    for j in worst
                ],
            }
        )
    return out


def _plain(value: float) -> float | None:
    return value if np.isfinite(value) else None
