"""Up to ten evaluations and experiment rows side by side: figures in one table, curves over one another. The address holds the choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.typed import whole_number
from fraud.learning.evaluation_detail import curve_chart
from fraud.learning.evaluation_page import FIGURES
from fraud.learning.experiment_words import METHODS
from fraud.learning.models import Evaluation, ExperimentRow
from fraud.web.tables import Column, Table, as_text, counted, one_digit, three_digits

MOST = 10
OFFERED = 40  # of each kind, the newest
COLORS = ("c1", "c2", "c3", "c5", "c6", "c4", "c7", "c8", "c9", "c10")
COMPARED = (
    "average_precision",
    "auc",
    "recall_at_seats",
    "precision_at_seats",
    "recall",
    "precision",
    "f1",
    "cost_per_1000",
    "brier",
    "calibration_error",
)


@dataclass(frozen=True)
class Item:
    """Something measured: its key in the address, its name, the claims it was measured on, its figures and curves."""

    key: str
    name: str
    window: tuple[datetime, datetime]
    n_claims: int
    n_misuse: int
    figures: dict[str, Any]
    curves: dict[str, Any]

    @property
    def days(self) -> str:
        """The window's days, on the company's clock."""
        first, last = (timezone.localtime(moment).date() for moment in self.window)
        return f"{first} – {last}"


def offered() -> list[Item]:
    """The newest evaluations and experiment rows, each newest first."""
    evaluations = Evaluation.objects.select_related("model_version")[:OFFERED]
    rows = ExperimentRow.objects.filter(error="").select_related("experiment").order_by("-id")[:OFFERED]
    return [_evaluated(one) for one in evaluations] + [_tried(one) for one in rows]


def chosen(keys: Sequence[str]) -> tuple[list[Item], list[str]]:
    """The first ten items the address names, in its order and each once; and the keys that name nothing."""
    items, unknown = [], []
    for key in list(dict.fromkeys(keys))[:MOST]:
        item = _find(key)
        if item is None:
            unknown.append(key)
        else:
            items.append(item)
    return items, unknown


def _find(key: str) -> Item | None:
    number = whole_number(key[1:]) if key[:1] in ("e", "x") else None
    if number is None:
        return None
    if key[0] == "e":
        evaluation = Evaluation.objects.filter(pk=number).select_related("model_version").first()
        return _evaluated(evaluation) if evaluation else None
    row = ExperimentRow.objects.filter(pk=number, error="").select_related("experiment").first()
    return _tried(row) if row else None


def _evaluated(one: Evaluation) -> Item:
    return Item(
        f"e{one.pk}",
        _("%(version)s, evaluation %(n)s") % {"version": one.model_version.reference, "n": one.pk},
        (one.window_from, one.window_to),
        one.n_claims,
        one.n_misuse,
        one.figures.get("challenger") or {},
        one.curves.get("challenger") or {},
    )


def _tried(one: ExperimentRow) -> Item:
    experiment = one.experiment
    name = _("%(method)s, experiment %(n)s") % {
        "method": METHODS.get(one.method, one.method),
        "n": experiment.pk,
    }
    counts = experiment.counts
    window = (experiment.cut_off_at, experiment.created_at)
    return Item(
        f"x{one.pk}",
        name,
        window,
        counts.get("tested", 0),
        counts.get("tested_misuse", 0),
        one.figures,
        one.curves,
    )


def context_of(items: Sequence[Item]) -> dict[str, Any]:
    """The table of figures (an item a row, the best of a column known), the overlaid curves, whether all saw the same claims."""
    columns = [
        Column("name", _("Run")),
        Column("days", _("Claims of"), as_text),
        Column("n_claims", _("Claims"), counted),
        Column("n_misuse", _("Misuse"), counted),
        *(
            Column(name, FIGURES[name][0], one_digit if FIGURES[name][1] == 1 else three_digits)
            for name in COMPARED
        ),
    ]
    rows = [
        {
            "name": one.name,
            "days": one.days,
            "n_claims": one.n_claims,
            "n_misuse": one.n_misuse,
            **one.figures,
        }
        for one in items
    ]
    charts = [
        _overlaid("roc", "roc", _("ROC curve"), _("False positive rate"), _("Recall (TPR)"), items),
        _overlaid(
            "precision-recall",
            "precision_recall",
            _("Precision and recall"),
            _("Recall"),
            _("Precision"),
            items,
        ),
    ]
    return {
        "table": Table("side-by-side", columns, rows),
        "charts": [chart for chart in charts if chart["svg"]],
        "is_same": len({(one.days, one.n_claims, one.n_misuse) for one in items}) <= 1,
        "best": _best(items),
    }


def _overlaid(name: str, curve: str, title: str, x: str, y: str, items: Sequence[Item]) -> dict[str, Any]:
    curves = [(one.name, one.curves.get(curve) or []) for one in items]
    return curve_chart(name, title, x, y, curves, colors=COLORS)


def _best(items: Sequence[Item]) -> list[tuple[Any, str]]:
    """Figure → the item that is best at it; only where more than one has it."""
    found = []
    for name in COMPARED:
        words, _digits, more_is_better = FIGURES[name]
        known = [(one.figures[name], one.name) for one in items if one.figures.get(name) is not None]
        if len(known) > 1 and more_is_better is not None:
            best = (max if more_is_better else min)(known, key=lambda pair: pair[0])
            found.append((words, best[1]))
    return found
