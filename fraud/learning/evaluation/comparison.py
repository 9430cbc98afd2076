"""Champion against challenger on the same later window, and the gates a promotion must pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraud.company.thresholds import CostMatrix
from fraud.learning.evaluation import metrics
from fraud.learning.evaluation.bootstrap import Difference, paired_difference
from fraud.learning.evaluation.costs import confusion
from fraud.learning.evaluation.daily import at_seats, top_per_day

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Window:
    """Claims scored by both, with outcomes: y, cardholder, day (n,), weight (n,) = 1 / inclusion probability, segments by name."""

    y: NDArray[np.bool_]
    cardholder: NDArray[np.int64]
    day: NDArray[np.int64]
    weight: Floats
    segments: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Limits:
    """The gates' limits."""

    seats_per_day: int = 100
    lower_bound: float = -0.005
    is_structural: bool = False
    max_calibration_error: float = 0.01
    calibration_ratio: tuple[float, float] = (0.8, 1.25)
    max_segment_loss: float = 0.05
    min_segment_misuse: int = 20
    max_more_alerts: float = 0.10
    max_novel_loss: float = 0.05
    min_misuse: int = 30
    draws: int = 200


@dataclass(frozen=True)
class Gate:
    """One condition of promotion: what was measured, what it is held against, whether it holds (None: could not be measured)."""

    gate: str
    value: float | None
    limit: str
    holds: bool | None
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        """For ``Evaluation.gates``; not-a-number becomes null."""
        out = asdict(self)
        if self.value is not None and not np.isfinite(self.value):
            out["value"] = None
        return out


def promotion_gates(
    window: Window,
    champion: Floats,
    challenger: Floats,
    *,
    cost: CostMatrix | None = None,
    limits: Limits | None = None,
    novel_recall: Mapping[str, tuple[float, float]] | None = None,
) -> list[Gate]:
    """All gates, in order; promote only if every one holds.

    ``champion``, ``challenger`` (n,) calibrated probabilities. ``novel_recall``: misuse type -> recall of (champion, challenger) when
    that type was hidden from training; None when the test was not run (the gate then does not hold).
    """
    cost, limits = cost or CostMatrix(), limits or Limits()
    saving, recall = differences(window, champion, challenger, cost, limits)
    return [
        _enough(window, limits),
        _better(saving, recall, limits),
        _calibrated(window, challenger, limits),
        _ratio(window, challenger, limits),
        _segments(window, champion, challenger, limits),
        _alerts(window, champion, challenger, cost, limits),
        _novel(novel_recall, limits),
    ]


def differences(
    window: Window, champion: Floats, challenger: Floats, cost: CostMatrix, limits: Limits
) -> tuple[Difference, Difference]:
    """Challenger minus champion: saving per claim relative to reviewing nothing (at the cost threshold), and recall at the seats."""
    threshold, k = cost.threshold(), limits.seats_per_day
    scale = float(cost.fn * (window.weight @ window.y)) or 1.0

    def saving(p: Floats) -> Any:
        cells = np.where(p > threshold, np.where(window.y, cost.fn - cost.tp, cost.tn - cost.fp), 0.0)
        return lambda w: float(w @ cells) / scale

    def recall(p: Floats) -> Any:
        found = window.y & top_per_day(p, window.day, k)
        return lambda w: float(w @ found) / float(w @ window.y) if (w @ window.y) else float("nan")

    def difference(figure: Any) -> Difference:
        return paired_difference(
            figure(champion), figure(challenger), window.cardholder, draws=limits.draws, weight=window.weight
        )

    return difference(saving), difference(recall)


def figures(window: Window, probability: Floats, cost: CostMatrix, seats: int = 100) -> dict[str, float]:
    """The figures of one scorer on a window, for the comparison table."""
    y, w = window.y, window.weight
    top, alerted = at_seats(y, probability, window.day, seats, w), probability > cost.threshold()
    cells = confusion(y, alerted, w)
    return {
        "average_precision": metrics.average_precision(y, probability, w),
        "auc": metrics.roc_auc(y, probability, w),
        "lift_at_20": metrics.lift_at(y, probability, 0.20, w),
        "gain_at_20": 0.20 * metrics.lift_at(y, probability, 0.20, w),
        "recall_at_seats": top.recall,
        "precision_at_seats": top.precision,
        "brier": metrics.brier(y, probability, w),
        "calibration_error": metrics.calibration_error(y, probability, w),
        "calibration_ratio": metrics.calibration_ratio(y, probability, w),
        "alerts_per_day": float(alerted.sum() / max(len(np.unique(window.day)), 1)),
        "recall": cells.recall,
        "precision": cells.precision,
        "f1": cells.f1,
        "cost_per_1000": cells.cost_per_1000(cost),
        "cost_of_nothing": confusion(y, np.zeros(len(y), dtype=bool), w).cost_per_1000(cost),
    }


def _enough(window: Window, limits: Limits) -> Gate:
    n = int(window.y.sum())
    return Gate("enough_misuse", float(n), f">= {limits.min_misuse}", n >= limits.min_misuse)


def _better(saving: Difference, recall: Difference, limits: Limits) -> Gate:
    """Saving or recall: point estimate above 0 and lower bound above the limit (above 0 for a structural change)."""
    floor = 0.0 if limits.is_structural else limits.lower_bound
    best = max(
        (saving, recall),
        key=lambda d: (d.value > 0 and d.low > floor, d.low if np.isfinite(d.low) else -np.inf),
    )
    name = "saving" if best is saving else "recall"
    text = f"{name} {best.value:+.4f} [{best.low:+.4f}, {best.high:+.4f}]"
    return Gate(
        "better", best.value, f"> 0, lower bound > {floor:g}", bool(best.value > 0 and best.low > floor), text
    )


def _calibrated(window: Window, challenger: Floats, limits: Limits) -> Gate:
    value = metrics.calibration_error(window.y, challenger, window.weight)
    return Gate(
        "calibration_error",
        value,
        f"<= {limits.max_calibration_error:g}",
        value <= limits.max_calibration_error,
    )


def _ratio(window: Window, challenger: Floats, limits: Limits) -> Gate:
    value, (low, high) = (
        metrics.calibration_ratio(window.y, challenger, window.weight),
        limits.calibration_ratio,
    )
    return Gate("calibration_ratio", value, f"{low:g} to {high:g}", bool(low <= value <= high))


def _segments(window: Window, champion: Floats, challenger: Floats, limits: Limits) -> Gate:
    """Largest loss of recall at the seats in a segment with enough misuse."""
    before, after = (top_per_day(p, window.day, limits.seats_per_day) for p in (champion, challenger))
    worst, where = 0.0, ""
    for kind, values in window.segments.items():
        for value in np.unique(values):
            inside = (values == value) & window.y
            if inside.sum() >= limits.min_segment_misuse:
                w = window.weight[inside]
                loss = float(w @ before[inside] - w @ after[inside]) / float(w.sum())
                if loss > worst:
                    worst, where = loss, f"{kind} {value}"
    return Gate("segments", worst, f"<= {limits.max_segment_loss:g}", worst <= limits.max_segment_loss, where)


def _alerts(window: Window, champion: Floats, challenger: Floats, cost: CostMatrix, limits: Limits) -> Gate:
    threshold = cost.threshold()
    before, after = int((champion > threshold).sum()), int((challenger > threshold).sum())
    value = (after - before) / before if before else (0.0 if not after else float("inf"))
    return Gate(
        "alerts",
        value,
        f"<= +{limits.max_more_alerts:.0%}",
        value <= limits.max_more_alerts,
        f"{before} -> {after}",
    )


def _novel(recall: Mapping[str, tuple[float, float]] | None, limits: Limits) -> Gate:
    limit = f"<= {limits.max_novel_loss:g}"
    if not recall:
        return Gate("novel_misuse", None, limit, None, "not measured")
    kind, loss = max(((k, old - new) for k, (old, new) in recall.items()), key=lambda item: item[1])
    return Gate("novel_misuse", loss, limit, loss <= limits.max_novel_loss, kind)
