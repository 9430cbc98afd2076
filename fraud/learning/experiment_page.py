"""An experiment as a page: methods with their verdicts, the autoencoder's errors, the paths of a score."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.actor import Actor
from audit.language import current_language
from fraud.claims.models import Claim
from fraud.claims.panels import scores_hidden_from
from fraud.company.values import current_settings
from fraud.detection.features.catalogue import COMPUTED, is_money
from fraud.detection.scoring.reasons import label
from fraud.learning.evaluation_detail import CLASSES, curve_chart, spread_chart
from fraud.learning.evaluation_page import FIGURES
from fraud.learning.experiment_words import METHODS, error_sentence
from fraud.learning.models import Experiment, ExperimentRow
from fraud.learning.side_by_side import COLORS
from fraud.web.tables import Column, Table, counted, one_digit, share, three_digits
from rules.money import format_money

TRIED = ("average_precision", "auc", "recall_at_seats", "precision_at_seats", "f1", "cost_per_1000", "brier")
WAYS: dict[str, Any] = {
    "f1": gettext_lazy("By F1"),
    "cost": gettext_lazy("By the cost matrix"),
    "capacity": gettext_lazy("By capacity"),
}
SHOWN_CLAIMS = 20
#: Where missing values lie in a path: below everything.
_UNKNOWN = -1e8


def page_of(experiment: Experiment, by: Actor, claim: str = "") -> dict[str, Any]:
    """What the page of a kind shows; `tables` are those to download. `claim`: the number of one to look at."""
    if experiment.kind == Experiment.Kind.METHODS:
        return _methods(experiment)
    if not experiment.result:
        return {"tables": []}
    if experiment.kind == Experiment.Kind.AUTOENCODER:
        return _autoencoder(experiment, by, claim)
    return _surrogate(experiment)


def _methods(experiment: Experiment) -> dict[str, Any]:
    rows = list(experiment.rows.all())
    measured = [row for row in rows if not row.error]
    columns = [
        Column("method", _("Method")),
        *(Column(n, FIGURES[n][0], one_digit if FIGURES[n][1] == 1 else three_digits) for n in TRIED),
        Column("difference", _("Average precision against trees as they are"), three_digits),
        Column("low", _("at least"), three_digits),
        Column("high", _("at most"), three_digits),
        Column("seconds", _("Seconds"), one_digit),
    ]
    table = Table("methods", columns, [_tried(row) for row in measured])
    charts = [
        curve_chart(
            "precision-recall",
            _("Precision and recall"),
            _("Recall"),
            _("Precision"),
            [(METHODS[row.method], row.curves.get("precision_recall") or []) for row in measured],
            colors=COLORS,
        ),
        curve_chart(
            "roc",
            _("ROC curve"),
            _("False positive rate"),
            _("Recall (TPR)"),
            [(METHODS[row.method], row.curves.get("roc") or []) for row in measured],
            colors=COLORS,
        ),
    ]
    return {
        "table": table,
        "charts": [chart for chart in charts if chart["svg"]],
        "verdicts": [verdict(row) for row in measured if "against" in row.figures],
        "unusable": [
            (METHODS.get(row.method, row.method), error_sentence(row.error)) for row in rows if row.error
        ],
        "items": [f"x{row.pk}" for row in measured],
        "tables": [table, *(chart["table"] for chart in charts)],
    }


def _tried(row: ExperimentRow) -> dict[str, Any]:
    found = row.figures.get("against") or {}
    return {
        **row.figures,
        "method": METHODS.get(row.method, row.method),
        "difference": found.get("value"),
        "low": found.get("low"),
        "high": found.get("high"),
        "seconds": row.seconds,
    }


def verdict(row: ExperimentRow) -> dict[str, Any]:
    """Whether a method helps, in a sentence: only where the whole interval of the difference lies on one side of zero."""
    found = row.figures["against"]
    value, low, high = (found.get(name) for name in ("value", "low", "high"))
    name = METHODS.get(row.method, row.method)
    if value is None or low is None or high is None:
        text, kind = _("%(method)s: too little misuse to tell."), "unknown"
    elif low > 0:
        text, kind = _("%(method)s helps: average precision %(value)s (%(low)s to %(high)s)."), "helps"
    elif high < 0:
        text, kind = _("%(method)s harms: average precision %(value)s (%(low)s to %(high)s)."), "harms"
    else:
        text = _(
            "%(method)s: no difference beyond chance, average precision %(value)s (%(low)s to %(high)s)."
        )
        kind = "chance"
    numbers = {
        key: "–" if one is None else f"{one:+.3f}".replace("-", "−")
        for key, one in (("value", value), ("low", low), ("high", high))
    }
    return {"kind": kind, "text": text % {"method": name, **numbers}}


def _autoencoder(experiment: Experiment, by: Actor, claim: str) -> dict[str, Any]:
    result, language = experiment.result, current_language()
    kept = _named(result["claims"], by)
    edges = [f"{edge:.3g}" for edge in result["edges"]]
    spread = spread_chart(
        "errors", _("Reconstruction error by class"), result["spread"], edges, _("Error from")
    )
    lines = Table(
        "error-lines",
        [
            Column("way", _("Drawn")),
            Column("threshold", _("Error from"), three_digits),
            Column("alerts_per_day", _("Alerts a day"), one_digit),
            Column("precision", _("Precision"), share),
            Column("recall", _("Recall"), share),
            Column("f1", "F1", share),
            Column("cost_per_1000", _("Cost per 1,000 claims"), one_digit),
        ],
        [{"way": WAYS[way], **row} for way, row in result["lines"].items()],
    )
    columns = Table(
        "columns",
        [
            Column("label", _("Feature")),
            Column("all", _("All claims"), three_digits),
            *(Column(key, words, three_digits) for key, words in CLASSES.items()),
        ],
        [{"label": label(row["name"], language), **row} for row in result["columns"]],
    )
    claims = Table(
        "claims",
        [
            Column("claim", _("Claim"), str),
            Column("class", _("Class")),
            Column("error", _("Error"), three_digits),
            Column("worst", _("Could not be rebuilt")),
        ],
        [_claim_row(row, language) for row in kept[:SHOWN_CLAIMS]],
    )
    medians = [(words, result["medians"].get(key)) for key, words in CLASSES.items()]
    return {
        "spread": spread,
        "lines": lines,
        "columns": columns,
        "claims": claims,
        "medians": medians,
        "layers": "-".join(str(width) for width in experiment.options.get("layers", [])),
        "tables": [spread["table"], lines, columns, claims],
        **_chosen_claim(kept, claim),
    }


def _named(claims: Sequence[Mapping[str, Any]], by: Actor) -> list[dict[str, Any]]:
    """The kept claims with their `number` and `claim_no`, without those the reader is involved in or nobody may see the score of yet."""
    ids = [int(row["claim"]) for row in claims]
    numbers = {
        pk: names
        for pk, *names in Claim.objects.filter(pk__in=ids).values_list("pk", "external_id", "claim_no")
    }
    hidden = scores_hidden_from(by, ids)
    return [
        {**row, "number": numbers[pk][0], "claim_no": numbers[pk][1]}
        for pk, row in zip(ids, claims, strict=True)
        if pk in numbers and pk not in hidden
    ]


def _claim_row(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    worst = ", ".join(
        f"{label(part['name'], language)} {part['share'] * 100:.0f} %" for part in row["columns"][:3]
    )
    return {"claim": row["number"], "class": CLASSES[row["class"]], "error": row["error"], "worst": worst}


def _chosen_claim(claims: Sequence[Mapping[str, Any]], typed: str) -> dict[str, Any]:
    """What could not be rebuilt of one claim; a sentence where the number is none or nothing is kept of it."""
    if not typed:
        return {"typed_claim": ""}
    number = typed.strip()
    row = next((one for one in claims if number in (one["number"], one["claim_no"])), None)
    if row is None and not Claim.objects.filter(Q(external_id=number) | Q(claim_no=number)).exists():
        problem = _(
            "There is no claim with this number. Type it as it stands on the case or in the file of claims."
        )
        return {"typed_claim": typed, "claim_problem": problem}
    if row is None:
        problem = _(
            "Of this claim nothing is kept. Kept are the %(n)s most unusual and those with an outcome; choose one of them."
        ) % {"n": len(claims)}
        return {"typed_claim": typed, "claim_problem": problem}
    language = current_language()
    parts = Table(
        "claim",
        [
            Column("label", _("Feature")),
            Column("value", _("Value"), three_digits),
            Column("rebuilt", _("Rebuilt as"), three_digits),
            Column("share", _("Share of the error"), share),
        ],
        [{"label": label(part["name"], language), **part} for part in row["columns"]],
    )
    return {"typed_claim": typed, "chosen": row, "chosen_class": CLASSES[row["class"]], "parts": parts}


def _surrogate(experiment: Experiment) -> dict[str, Any]:
    result = experiment.result
    known = str(result.get("currency", ""))
    currency = known or _commonest_currency(experiment)
    rows = [{**row, "path": path_text(row["conditions"], currency)} for row in result["paths"]]
    reads_money = any(is_money(str(one["name"])) for row in rows for one in row["conditions"])
    table = Table(
        "paths",
        [
            Column("path", _("Path")),
            Column("support", _("Claims"), counted),
            Column("share", _("Share"), share),
            Column("score", _("Score on average"), share),
            Column("alerted", _("Alerted"), share),
            Column("n_reviewed", _("With an outcome"), counted),
            Column("n_misuse", _("Misuse"), counted),
            Column("precision", _("Precision"), share),
            Column("precision_low", _("at least"), share),
            Column("precision_high", _("at most"), share),
        ],
        rows,
    )
    return {
        "paths": rows,
        "fidelity": result["fidelity"],
        "agreement": result["agreement"],
        "version": experiment.options.get("version", ""),
        "money_in": known if reads_money else "",
        "tables": [table],
        "table": table,
    }


def _commonest_currency(experiment: Experiment) -> str:
    """The currency of most claims tested, for results from before it was kept with them."""
    tested = Claim.objects.filter(transacted_at__gte=experiment.cut_off_at).order_by()
    found = tested.values_list("currency").annotate(n=Count("id")).order_by("-n", "currency").first()
    return found[0] if found else current_settings().currency


def path_text(conditions: Sequence[Mapping[str, Any]], currency: str) -> str:
    """`IF amount > EUR 46.56 AND late at night`; a path without a condition holds for every claim. `currency`: of all money in it."""
    if not conditions:
        return _("for every claim")
    return _("IF %(conditions)s") % {
        "conditions": _(" AND ").join(_condition(one, currency) for one in conditions)
    }


def _condition(one: Mapping[str, Any], currency: str) -> str:
    name, low, high = str(one["name"]), one["above"], one["at_most"]
    code = name.partition("rule:")[2]
    words = _("rule %(code)s hit") % {"code": code} if code else label(name, current_language())
    is_yes_no = bool(code) or (name in COMPUTED and COMPUTED[name].unit == "yes_no")
    if high is not None and high < _UNKNOWN:
        return _("%(what)s: not known") % {"what": words}
    if is_yes_no:
        return words if high is None else _("not: %(what)s") % {"what": words}
    known = None if low is None or low < _UNKNOWN else low
    if known is None and high is None:
        return _("%(what)s: known") % {"what": words}
    if name in COMPUTED and COMPUTED[name].unit == "count":
        return _count_condition(words, known, high)
    if known is None:
        return f"{words} ≤ {_number(name, high, currency)}"
    if high is None:
        return f"{words} > {_number(name, known, currency)}"
    return f"{_number(name, known, currency)} < {words} ≤ {_number(name, high, currency)}"


def _count_condition(words: str, low: float | None, high: float | None) -> str:
    """Whole numbers have whole bounds: above 1.5 is 2 or more."""
    least, most = None if low is None else math.floor(low) + 1, None if high is None else math.floor(high)
    if least is None or least == most:
        return f"{words} {'=' if least == most else '≤'} {most:,}"
    return f"{words} ≥ {least:,}" if most is None else f"{least:,} ≤ {words} ≤ {most:,}"


def _number(name: str, value: float, currency: str) -> str:
    if is_money(name):
        return format_money(round(value), currency, current_language())
    return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
