"""A stored comparison as tables and curves: figures side by side, confusion, precision and recall, cost, segments, gates."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fraud.detection.models import ModelVersion
from fraud.learning.gate_words import GATES
from fraud.learning.group_words import KINDS, namer
from fraud.learning.models import Evaluation
from fraud.web.charts import Axis, Series, lines

# figure → (words, digits, whether more is better; None: neither)
FIGURES: dict[str, tuple[Any, int, bool | None]] = {
    "average_precision": (gettext_lazy("Average precision"), 3, True),
    "auc": (gettext_lazy("Area under the curve"), 3, True),
    "lift_at_20": (gettext_lazy("Lift in the top 20 %"), 2, True),
    "gain_at_20": (gettext_lazy("Share of misuse in the top 20 %"), 3, True),
    "recall_at_seats": (gettext_lazy("Recall at capacity"), 3, True),
    "precision_at_seats": (gettext_lazy("Precision at capacity"), 3, True),
    "recall": (gettext_lazy("Recall at the threshold"), 3, True),
    "precision": (gettext_lazy("Precision at the threshold"), 3, True),
    "f1": (gettext_lazy("F1 at the threshold"), 3, True),
    "alerts_per_day": (gettext_lazy("Alerts a day"), 1, False),
    "cost_per_1000": (gettext_lazy("Cost per 1,000 claims"), 1, False),
    "cost_of_nothing": (gettext_lazy("Cost per 1,000 of doing nothing"), 1, None),
    "brier": (gettext_lazy("Brier score"), 4, False),
    "calibration_error": (gettext_lazy("Calibration error"), 4, False),
    "calibration_ratio": (gettext_lazy("Predicted over observed"), 2, None),
}
SCORERS: dict[str, Any] = {
    "challenger": gettext_lazy("This version"),
    "champion": gettext_lazy("Champion"),
    "tree": gettext_lazy("Tree alone"),
    "rules": gettext_lazy("Rules alone"),
    "anomaly": gettext_lazy("Detectors alone"),
    "either": gettext_lazy("Rules or tree, apart"),
}
_SHOWN_KINDS = ("department", "mcc", "amount")  # here; all of them on the evaluation's own page
_COLORS = ("c1", "c2", "c4", "c5", "c3", "c6")


SOURCES: dict[str, Any] = {
    "review": gettext_lazy("reviews"),
    "appeal": gettext_lazy("appeals"),
    "control_sample": gettext_lazy("the control sample"),
    "tip": gettext_lazy("tips"),
    "audit": gettext_lazy("findings of an audit"),
    "other_system": gettext_lazy("outcomes of another system"),
    "earlier_appeal": gettext_lazy("earlier appeals"),
    "import": gettext_lazy("imported outcomes"),
    "simulated_history": gettext_lazy("simulated history"),
}
_GROUPS_SHOWN = 6  # of each kind, those with most misuse


def shown_evaluation(version: ModelVersion) -> Evaluation | None:
    """The latest comparison with a champion, else the latest test out of time."""
    found = Evaluation.objects.filter(model_version=version).select_related("against")
    return found.filter(trained_again_at=None).first() or found.first()


def comparison_context(evaluation: Evaluation) -> dict[str, Any]:
    """Rows of the comparison table, its scorers, curves as SVG, confusion cells, segments and gates."""
    scorers = [name for name in SCORERS if name in evaluation.figures]
    outcomes = evaluation.figures.get("outcomes") or {}
    return {
        "scorers": [SCORERS[name] for name in scorers],
        "outcomes": [(SOURCES.get(name, name), n) for name, n in outcomes.items()],
        "n_reviewed": sum(outcomes.values()),
        "is_simulated": "simulated_history" in outcomes,
        "has_control_sample": "control_sample" in outcomes,
        "rows": [_row(name, evaluation, scorers) for name in FIGURES if _has(name, evaluation, scorers)],
        "cells": [
            (SCORERS[n], evaluation.figures[n]["confusion"])
            for n in scorers
            if "confusion" in evaluation.figures[n]
        ],
        "precision_recall": _curve(
            evaluation, "precision_recall", scorers, _("Recall"), _("Precision"), high=1.0
        ),
        "cost_curve": _curve(evaluation, "cost", scorers, _("Threshold"), ""),
        "segments": _shown_segments(evaluation),
        "gates": [gate_lines(gate) for gate in evaluation.gates],
    }


def gate_lines(gate: dict[str, Any]) -> dict[str, Any]:
    """A condition in the reader's language: its name, what was measured and where, and the limit."""
    limit = str(gate.get("limit", "")).replace("lower bound", _("lower bound"))
    for sign, shown in ((">=", "≥"), ("<=", "≤"), (" to ", " – ")):
        limit = limit.replace(sign, shown)
    first, _space, rest = str(gate.get("detail", "")).partition(" ")
    word = {"saving": _("saving"), "recall": _("recall"), **KINDS}.get(first, first)
    name = str(gate.get("gate", ""))
    return {**gate, "words": GATES.get(name, name), "limit": limit, "detail": f"{word} {rest}".strip()}


def _shown_segments(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Groups with known misuse, most first within their kind."""
    shown: list[dict[str, Any]] = []
    for kind in _SHOWN_KINDS:
        rows = [row for row in evaluation.segments if row["kind"] == kind and row["n_misuse"]][:_GROUPS_SHOWN]
        name = namer(kind, [row["name"] for row in rows])
        shown += [_segment(row, name(row["name"])) for row in rows]
    return shown


def _has(name: str, evaluation: Evaluation, scorers: list[str]) -> bool:
    return any(evaluation.figures[one].get(name) is not None for one in scorers)


def _row(name: str, evaluation: Evaluation, scorers: list[str]) -> dict[str, Any]:
    words, digits, more_is_better = FIGURES[name]
    values = [evaluation.figures[one].get(name) for one in scorers]
    known = [value for value in values if value is not None]
    best = None if more_is_better is None or not known else (max(known) if more_is_better else min(known))
    cells = [{"value": value, "is_best": value is not None and value == best} for value in values]
    return {"words": words, "digits": digits, "cells": cells}


def _segment(row: dict[str, Any], name: str) -> dict[str, Any]:
    """One group with the figures of this version and the champion's recall beside it."""
    own, before = row.get("challenger") or {}, row.get("champion") or {}
    return {
        "kind": KINDS.get(row["kind"], row["kind"]),
        "name": name,
        "n_claims": row["n_claims"],
        "n_misuse": row["n_misuse"],
        "alerts_per_1000": own.get("alerts_per_1000"),
        "recall": own.get("recall"),
        "champion_recall": before.get("recall"),
    }


def _curve(
    evaluation: Evaluation, name: str, scorers: list[str], x: str, y: str, high: float | None = None
) -> str:
    found = {one: _points((evaluation.curves.get(one) or {}).get(name) or []) for one in scorers}
    series = [
        Series(
            str(SCORERS[one]),
            [point[1] for point in found[one]],
            [point[0] for point in found[one]],
            _COLORS[i],
        )
        for i, one in enumerate(scorers)
        if found[one]
    ]
    return lines(series, label=y or x, x=Axis(x), y=Axis(y, low=0, high=high)) if series else ""


def _points(stored: list[Any]) -> list[tuple[float, float]]:
    """(x, y) of a stored curve: pairs, or cost points by threshold."""
    if stored and isinstance(stored[0], dict):
        return [(point["threshold"], point["cost"]) for point in stored if point.get("cost") is not None]
    return [(x, y) for x, y in stored if x is not None and y is not None]
