"""An evaluation in full: curves with their figures, ten error measures by group, rules × model, and what is missed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fraud.company.values import current_settings
from fraud.learning.evaluation.curves import SCORE_EDGES
from fraud.learning.evaluation.errors import CELLS, MEASURES, Measure, error_measures
from fraud.learning.evaluation_page import FIGURES, SCORERS
from fraud.learning.group_words import KINDS, namer
from fraud.learning.models import Evaluation
from fraud.web.charts import Axis, Mark, Series, lines
from fraud.web.tables import Column, Table, counted, one_digit, share, three_digits
from rules.money import to_decimal

COLORS = ("c1", "c2", "c4", "c5", "c3", "c6")
MEASURE_WORDS: dict[str, Any] = {
    "prevalence": gettext_lazy("Prevalence"),
    "accuracy": gettext_lazy("Accuracy"),
    "tpr": gettext_lazy("Recall (TPR)"),
    "precision": gettext_lazy("Precision"),
    "specificity": gettext_lazy("Specificity (TNR)"),
    "npv": gettext_lazy("Negative predictive value"),
    "fpr": gettext_lazy("False positive rate"),
    "fdr": gettext_lazy("False discovery rate"),
    "fnr": gettext_lazy("False negative rate"),
    "for": gettext_lazy("False omission rate"),
}
CROSSED_WORDS: dict[str, Any] = {
    "both": gettext_lazy("Rule hit and alert"),
    "rules_only": gettext_lazy("Rule hit, no alert"),
    "model_only": gettext_lazy("Alert without a rule hit"),
    "neither": gettext_lazy("Neither"),
}
CLASSES: dict[str, Any] = {
    "misuse": gettext_lazy("Misuse"),
    "genuine": gettext_lazy("Genuine"),
    "unreviewed": gettext_lazy("Without an outcome"),
}


def detail_context(evaluation: Evaluation, kind: str) -> dict[str, Any]:
    """Charts as SVG, each with its table; error measures of the groups of one kind; `files` are the tables to download."""
    scorers = [name for name in SCORERS if name in evaluation.curves]
    charts = [chart for chart in _charts(evaluation, scorers) if chart["svg"]]
    measures, measures_file = measure_tables(evaluation, kind)
    figures, crossed = _figures(evaluation), _crossed(evaluation)
    return {
        "charts": charts,
        "measures": measures,
        "crossed": crossed,
        "money_unknown_in": ""
        if _has_money(evaluation.figures.get("crossing") or {})
        else current_settings().currency,
        "figures_table": figures,
        "files": [measures_file, figures, crossed, *(chart["table"] for chart in charts)],
        "kinds": [(name, words) for name, words in KINDS.items() if _rows_of(evaluation, name)],
        "kind": kind,
    }


def _figures(evaluation: Evaluation) -> Table:
    """All figures of all scorers, a scorer a row, with the four cells at the cost threshold."""
    names = [name for name in SCORERS if name in evaluation.figures]
    columns = [Column("scorer", _("Score"))]
    columns += [Column(name, FIGURES[name][0], _digits(FIGURES[name][1])) for name in FIGURES]
    words = (_("Misuse found"), _("False alarms"), _("Misuse missed"), _("Left in peace"))
    columns += [Column(cell, word, counted) for cell, word in zip(CELLS, words, strict=True)]
    rows = [
        {
            "scorer": SCORERS[name],
            **evaluation.figures[name],
            **(evaluation.figures[name].get("confusion") or {}),
        }
        for name in names
    ]
    return Table(f"figures-{evaluation.pk}", columns, rows)


def _digits(digits: int) -> Callable[[Any], Any]:
    return one_digit if digits == 1 else three_digits


def _charts(evaluation: Evaluation, scorers: Sequence[str]) -> list[dict[str, Any]]:
    return [
        curve_chart(
            "roc",
            _("ROC curve"),
            _("False positive rate"),
            _("Recall (TPR)"),
            _curves(evaluation, scorers, "roc"),
        ),
        curve_chart(
            "precision-recall",
            _("Precision and recall"),
            _("Recall"),
            _("Precision"),
            _curves(evaluation, scorers, "precision_recall"),
        ),
        curve_chart(
            "gain",
            _("Gain and lift"),
            _("Share of claims looked at, best first"),
            _("Share of misuse found"),
            _curves(evaluation, scorers, "gain"),
            marks=[Mark("20 %", x=0.2)],
        ),
        _calibration(evaluation, scorers),
        _spread(evaluation),
    ]


def _curves(evaluation: Evaluation, scorers: Sequence[str], name: str) -> list[tuple[Any, list[Any]]]:
    return [(SCORERS[one], (evaluation.curves.get(one) or {}).get(name) or []) for one in scorers]


def curve_chart(
    name: str,
    title: str,
    x: str,
    y: str,
    curves: Sequence[tuple[Any, list[Any]]],
    *,
    marks: Sequence[Mark] = (),
    colors: Sequence[str] = COLORS,
) -> dict[str, Any]:
    """Curves of (x, y) shares over one another, with their points as a table (score, x, y)."""
    series = [
        Series(str(words), [point[1] for point in points], [point[0] for point in points], colors[i])
        for i, (words, points) in enumerate(curves)
        if points
    ]
    svg = (
        lines(series, label=title, x=Axis(x, low=0, high=1), y=Axis(y, low=0, high=1), marks=marks)
        if series
        else ""
    )
    rows = [{"score": words, "x": at, "y": value} for words, points in curves for at, value in points]
    columns = [Column("score", _("Score")), Column("x", x, three_digits), Column("y", y, three_digits)]
    return {"title": title, "svg": svg, "table": Table(name, columns, rows)}


def _calibration(evaluation: Evaluation, scorers: Sequence[str]) -> dict[str, Any]:
    found = [(one, (evaluation.curves.get(one) or {}).get("calibration") or []) for one in scorers]
    found = [(one, bins) for one, bins in found if bins]
    series = [
        Series(
            str(SCORERS[one]),
            [each["rate"] for each in bins],
            [each["mean_probability"] for each in bins],
            COLORS[i],
        )
        for i, (one, bins) in enumerate(found)
    ]
    if series:
        series.append(Series(_("exactly as predicted"), [0.0, 1.0], [0.0, 1.0], "c4"))
    rows = [{"score": SCORERS[one], **each} for one, bins in found for each in bins]
    columns = [
        Column("score", _("Score")),
        Column("share", _("Share of claims"), share),
        Column("mean_probability", _("Predicted on average"), three_digits),
        Column("rate", _("Misuse observed"), three_digits),
    ]
    x, y = Axis(_("Predicted on average"), low=0, high=1), Axis(_("Misuse observed"), low=0, high=1)
    svg = lines(series, label=_("Calibration"), x=x, y=y) if series else ""
    return {"title": _("Calibration"), "svg": svg, "table": Table("calibration", columns, rows)}


def _spread(evaluation: Evaluation) -> dict[str, Any]:
    counts = (evaluation.curves.get("challenger") or {}).get("spread") or {}
    return spread_chart("scores", _("How the score spreads"), counts, [f"{edge:g}" for edge in SCORE_EDGES])


def spread_chart(
    name: str, title: str, counts: Mapping[str, Sequence[int]], edges: Sequence[str], unit: str = ""
) -> dict[str, Any]:
    """Share of each class per bin of a score, with the counts as a table."""
    bins = [f"{low} – {high}" for low, high in pairwise(edges)]
    named = [(key, words) for key, words in CLASSES.items() if sum(counts.get(key) or [])]
    series = [
        Series(
            str(words),
            [n / sum(counts[key]) for n in counts[key]],
            color={"misuse": "c5", "genuine": "c1", "unreviewed": "c4"}[key],
            titles=[f"{words}, {bin_}: {n:,}" for bin_, n in zip(bins, counts[key], strict=True)],
        )
        for key, words in named
    ]
    ticks = [(float(i), edges[i]) for i in range(len(bins))]
    svg = (
        lines(
            series,
            label=title,
            x=Axis(unit or _("Score from"), ticks=ticks),
            y=Axis(_("Share of the class"), low=0),
        )
        if series
        else ""
    )
    columns = [Column("bin", unit or _("Score from")), *(Column(key, words, counted) for key, words in named)]
    rows = [{"bin": bin_, **{key: counts[key][i] for key, _words in named}} for i, bin_ in enumerate(bins)]
    return {"title": title, "svg": svg, "table": Table(name, columns, rows)}


def _rows_of(evaluation: Evaluation, kind: str) -> list[dict[str, Any]]:
    return [
        row
        for row in evaluation.segments
        if row["kind"] == kind and (row.get("challenger") or {}).get("cells")
    ]


def measure_tables(evaluation: Evaluation, kind: str) -> tuple[Table, Table]:
    """The ten measures of all claims and of each group of a kind: as the page shows them, and as the file has them.

    The file has value, lower and upper bound apart. Groups without a claim that has an outcome are left out.
    """
    rows = [row for row in _rows_of(evaluation, kind) if row.get("n_reviewed")]
    name = namer(kind, [row["name"] for row in rows])
    everything = _rows_of(evaluation, "night")
    listed = [(_("All claims"), _summed(everything))] if everything else []
    listed += [(name(row["name"]), row) for row in rows]
    head = [
        Column("group", KINDS[kind]),
        Column("n_claims", _("Claims"), counted),
        Column("n_reviewed", _("With an outcome"), counted),
        Column("n_misuse", _("Misuse"), counted),
    ]
    shown = [*head, *(Column(key, words, _with_interval) for key, words in MEASURE_WORDS.items())]
    full = list(head)
    for key, words in MEASURE_WORDS.items():
        full += [
            Column(key, words, share),
            Column(f"{key}_low", _("%(measure)s, lower bound") % {"measure": words}, share),
            Column(f"{key}_high", _("%(measure)s, upper bound") % {"measure": words}, share),
        ]
    figures = [(words, row, error_measures(row["challenger"]["cells"])) for words, row in listed]
    base = [{**row, "group": words, **found} for words, row, found in figures]
    flat = [{**row, "group": words, **_flat(found)} for words, row, found in figures]
    marked = [0] if everything else []
    return Table(f"errors-{kind}", shown, base, marked=marked), Table(f"errors-{kind}", full, flat)


def _summed(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All claims: the groups of a kind that knows no more groups than are kept, added up."""
    cells = {
        cell: [sum(row["challenger"]["cells"][cell][i] for row in rows) for i in (0, 1)] for cell in CELLS
    }
    counts = {key: sum(row.get(key) or 0 for row in rows) for key in ("n_claims", "n_reviewed", "n_misuse")}
    return {**counts, "challenger": {"cells": cells}}


def _with_interval(measure: Measure | None) -> str:
    if measure is None:
        return "–"
    low, high = measure.interval.low * 100, measure.interval.high * 100
    return f"{measure.value * 100:.1f} % ({low:.0f} – {high:.0f})"


def _flat(found: Mapping[str, Measure | None]) -> dict[str, float | None]:
    out: dict[str, float | None] = {}
    for key in MEASURES:
        measure = found[key]
        out[key] = measure.value if measure else None
        out[f"{key}_low"] = measure.interval.low if measure else None
        out[f"{key}_high"] = measure.interval.high if measure else None
    return out


def _has_money(crossing: Mapping[str, Any]) -> bool:
    """Whether misuse of the cells is known in money: with none in the company's currency all of it would read 0."""
    n_misuse = sum(cell["n_misuse"] for cell in crossing.values())
    return not n_misuse or any(cell["money_misuse"] for cell in crossing.values())


def _crossed(evaluation: Evaluation) -> Table:
    """Rules × model × control sample, with precision and money."""
    stored, currency = evaluation.figures.get("crossing") or {}, current_settings().currency
    columns = [
        Column("cell", _("Cell")),
        Column("n_claims", _("Claims"), counted),
        Column("n_reviewed", _("With an outcome"), counted),
        Column("n_misuse", _("Misuse"), counted),
        Column("precision", _("Precision"), share),
        Column("precision_low", _("at least"), share),
        Column("precision_high", _("at most"), share),
        Column("money", _("Misused, %(unit)s") % {"unit": currency}, counted),
        Column("n_sampled", _("Drawn at random"), counted),
        Column("n_sampled_misuse", _("Misuse among those"), counted),
        Column("expected", _("Misuse in the cell, by the sample"), counted),
        Column("expected_low", _("at least"), counted),
        Column("expected_high", _("at most"), counted),
    ]
    has_money = _has_money(stored)
    rows = []
    for name, words in CROSSED_WORDS.items():
        if cell := stored.get(name):
            precise, wide = (
                cell["precision_interval"] or (None, None),
                cell["expected_interval"] or (None, None),
            )
            rows.append(
                {
                    **cell,
                    "cell": words,
                    "precision_low": precise[0],
                    "precision_high": precise[1],
                    "money": float(to_decimal(cell["money_misuse"], currency)) if has_money else None,
                    "expected_low": wide[0],
                    "expected_high": wide[1],
                }
            )
    return Table(f"rules-and-model-{evaluation.pk}", columns, rows)
