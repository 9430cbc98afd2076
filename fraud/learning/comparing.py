"""Champion and challenger on the same later claims, with what is known of them by now.

The window holds every claim, so that seats and alert counts are those of real nights; only claims with an outcome carry
weight, the inverse of the probability with which they came to be looked at. A control sample therefore stands for all that
nobody was alerted to, and without one the figures say nothing about what both miss.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from audit import clock
from audit.actor import Actor
from audit.permissions import require
from audit.services import record
from audit.transactions import one_transaction
from fraud.claims.importing.locks import folder_lock
from fraud.claims.models import Label
from fraud.company.values import current_settings
from fraud.detection.model_files import load_version
from fraud.detection.models import ModelVersion
from fraud.detection.scoring.hybrid import HybridModel
from fraud.learning.being_tested import test_lock
from fraud.learning.evaluation import metrics
from fraud.learning.evaluation.comparison import Limits, Window, differences, figures, promotion_gates
from fraud.learning.evaluation.costs import confusion, cost_curve
from fraud.learning.evaluation.crossing import crossing
from fraud.learning.evaluation.curves import gain, roc, spread
from fraud.learning.evaluation.daily import top_per_day
from fraud.learning.evaluation.errors import weighted_cells
from fraud.learning.evaluation.segments import segment_table
from fraud.learning.later_claims import LaterClaims, later_claims
from fraud.learning.models import Evaluation
from fraud.learning.rounds import training_config, training_set
from fraud.learning.training import TrainingConfig
from fraud.learning.training.process import train_in_process

Floats = NDArray[np.float64]
#: A misuse type is hidden in turn only where its recall would mean something.
_ENOUGH_OF_A_TYPE = 10
#: Scorers whose figure is a calibrated probability.
_PROBABILITIES = ("challenger", "champion")
#: Groups kept of each kind, those with most misuse.
_GROUPS_KEPT = 40


def compare_versions(
    *,
    version: ModelVersion,
    by: Actor,
    window_from: datetime | None = None,
    window_to: datetime | None = None,
    hide_types: int = 0,
) -> Evaluation:
    """Hold a version against the champion and store figures, curves, segments and gates.

    The window begins by default when both had seen their last outcome, and ends now. `hide_types`: so many of the most
    frequent misuse types are hidden from training in turn, for the gate on misuse nobody has labelled.
    Raises NotPermitted and NothingToCompare.
    """
    require(by, "fraud.train_model")
    champion = ModelVersion.objects.filter(stage=ModelVersion.Stage.CHAMPION).exclude(pk=version.pk).first()
    now = clock.now()
    # A version without a label has seen no outcome, whenever it was made.
    learnt = [v for v in (version, champion) if v is not None and v.label_cut_off_at and v.n_confirmed]
    cut_offs = [v.label_cut_off_at for v in learnt if v.label_cut_off_at]
    start, end = (
        moment.astimezone(UTC) for moment in (window_from or max(cut_offs, default=now), window_to or now)
    )
    later = later_claims(window_from=start, window_to=end, known_by=max(end, now))
    scorers = {"challenger": later.probability(load_version(version))}
    if champion is not None:
        scorers["champion"] = later.probability(load_version(champion))
    scorers |= later.apart(load_version(version))
    novel = _hidden_types(later, version, champion, hide_types) if champion and hide_types else None
    return _store(version, champion, later, scorers, novel, (start, end), by)


def evaluate_out_of_time(
    *, version: ModelVersion, by: Actor, cut_off: datetime, window_to: datetime | None = None
) -> Evaluation:
    """Train the version's recipe again on what was known at `cut_off`, and hold it against its own parts on the claims after it.

    What the version itself would find among claims it learnt from says nothing; this is the honest figure while no
    claim is younger than the version. It decides no promotion. Raises NotPermitted, NothingToTrainOn, NothingToCompare
    and TrainingFailed.
    """
    require(by, "fraud.train_model")
    now = clock.now()
    start, end = cut_off.astimezone(UTC), (window_to or now).astimezone(UTC)
    with folder_lock(test_lock(version)):
        later = later_claims(window_from=start, window_to=end, known_by=max(end, now))
        model = _trained_again(version, start)
        scorers = {"challenger": later.probability(model)} | later.apart(model)
        return _store(version, None, later, scorers, None, (start, end), by, trained_again_at=start)


def _store(
    version: ModelVersion,
    champion: ModelVersion | None,
    later: LaterClaims,
    scorers: Mapping[str, Floats],
    novel: Mapping[str, tuple[float, float]] | None,
    window: tuple[datetime, datetime],
    by: Actor,
    *,
    trained_again_at: datetime | None = None,
) -> Evaluation:
    values = current_settings()
    limits = Limits(seats_per_day=max(values.capacity_per_day, 1))
    found: dict[str, Any] = {name: _figures(later.window, name, p, limits) for name, p in scorers.items()}
    found["outcomes"] = later.sources
    found["crossing"] = _crossing(later, scorers["challenger"])
    gates: list[dict[str, Any]] = []
    if "champion" in scorers:
        pair = scorers["champion"], scorers["challenger"]
        saving, recall = differences(later.window, *pair, values.costs, limits)
        found["differences"] = {"saving": _plain(vars(saving)), "recall": _plain(vars(recall))}
        found["hidden_types"] = {name: list(pair) for name, pair in (novel or {}).items()}
        gates = [
            gate.as_json()
            for gate in promotion_gates(
                later.window, *pair, cost=values.costs, limits=limits, novel_recall=novel
            )
        ]
    with one_transaction():
        evaluation = Evaluation.objects.create(
            model_version=version,
            against=champion,
            window_from=window[0],
            window_to=window[1],
            trained_again_at=trained_again_at,
            n_claims=len(later.window.y),
            n_misuse=int(later.window.y.sum()),
            figures=found,
            curves={name: _curves(later, name, p) for name, p in scorers.items() if name != "either"},
            segments=_segments(later, {n: scorers[n] for n in _PROBABILITIES if n in scorers}, limits),
            gates=gates,
        )
        record(
            action="model.compared",
            by=by,
            subject=f"model:{version.reference}",
            after={
                "against": champion.reference if champion else None,
                "n_claims": evaluation.n_claims,
                "n_misuse": evaluation.n_misuse,
                "trained_again_at": trained_again_at.isoformat() if trained_again_at else None,
                "gates": {g["gate"]: g["holds"] for g in gates},
            },
        )
    return evaluation


def _figures(window: Window, name: str, score: Floats, limits: Limits) -> dict[str, Any]:
    """The comparison table's figures of one scorer; those that need a probability only where it is one."""
    costs = current_settings().costs
    found = _plain(figures(window, score, costs, limits.seats_per_day))
    if name not in _PROBABILITIES:
        found |= dict.fromkeys(["brier", "calibration_error", "calibration_ratio"])
    cells = confusion(window.y, score > costs.threshold(), window.weight)
    return {**found, "confusion": _plain(vars_of(cells))}


def _curves(later: LaterClaims, name: str, score: Floats) -> dict[str, Any]:
    """Points for the charts: precision and recall, ROC, gain; for probabilities also cost by threshold, calibration and spread."""
    window = later.window
    inside = window.weight > 0
    y, p, w = window.y[inside], score[inside], window.weight[inside]
    curve = metrics.precision_recall(y, p, w)
    found: dict[str, Any] = {
        "precision_recall": [[recall, precision] for _, precision, recall in curve.points(40)],
        "roc": roc(y, p, w),
        "gain": gain(y, p, w),
    }
    if name in _PROBABILITIES:
        cost = cost_curve(y, p, current_settings().costs, weight=w)
        found["cost"] = [_plain(vars_of(point)) for point in cost]
        found["calibration"] = [_plain(vars_of(one)) for one in metrics.calibration_bins(y, p, w)]
        groups = {"misuse": inside & window.y, "genuine": inside & ~window.y, "unreviewed": ~inside}
        found["spread"] = spread(score, groups)
    return found


def _crossing(later: LaterClaims, probability: Floats) -> dict[str, Any]:
    """Rules x model at the cost threshold, with what the control sample says of each cell."""
    cells = crossing(
        np.asarray(later.hits.any(axis=1)),
        probability > current_settings().costs.threshold(),
        later.window.y,
        later.window.weight > 0,
        later.source == Label.Source.CONTROL_SAMPLE.value,
        later.amount,
        later.window.weight,
    )
    return {name: cell.as_json() for name, cell in cells.items()}


def _segments(later: LaterClaims, scorers: Mapping[str, Floats], limits: Limits) -> list[dict[str, Any]]:
    """Per group: claims, misuse, each scorer's recall at the seats, and its decisions at the cost threshold as weighted cells."""
    window, threshold = later.window, current_settings().costs.threshold()
    tables = {name: top_per_day(p, window.day, limits.seats_per_day) for name, p in scorers.items()}
    found = []
    for kind, values in {**window.segments, **later.groups}.items():
        rows: dict[str, dict[str, Any]] = {}
        for name, alerted in tables.items():
            for row in segment_table(window.y, alerted, values):
                entry = rows.setdefault(
                    row.name,
                    {"kind": kind, "name": row.name, "n_claims": row.n_claims, "n_misuse": row.n_misuse},
                )
                here = (values == row.name) & (window.weight > 0)
                cells = weighted_cells(window.y[here], (scorers[name] > threshold)[here], window.weight[here])
                entry[name] = {
                    **_plain({"recall": row.recall, "alerts_per_1000": row.alerts_per_1000}),
                    "cells": cells,
                }
                entry["n_reviewed"] = int(here.sum())
        found += sorted(rows.values(), key=lambda row: (-row["n_misuse"], -row["n_claims"]))[:_GROUPS_KEPT]
    return found


def _hidden_types(
    later: LaterClaims, version: ModelVersion, champion: ModelVersion, n: int
) -> dict[str, tuple[float, float]]:
    """Misuse type → recall at the seats of (champion, challenger) trained as of their cut-offs without its labels."""
    y, day, seats = later.window.y, later.window.day, max(current_settings().capacity_per_day, 1)
    names, counts = np.unique(later.scheme[y & (later.scheme != "")], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    chosen = [str(names[i]) for i in order if counts[i] >= _ENOUGH_OF_A_TYPE][:n]
    found = {}
    for scheme in chosen:
        misuse = y & (later.scheme == scheme)
        recalls = []
        for one in (champion, version):
            model = _without(scheme, one)
            top = top_per_day(later.probability(model), day, seats)
            recalls.append(float((top & misuse).sum() / misuse.sum()))
        found[scheme] = (recalls[0], recalls[1])
    return found


def _without(scheme: str, version: ModelVersion) -> HybridModel:
    """The version trained again as it was, but for the labels of one misuse type: those claims count as not looked at."""
    return _trained_again(version, version.label_cut_off_at or version.created_at, without=scheme)


def _trained_again(version: ModelVersion, cut_off: datetime, *, without: str = "") -> HybridModel:
    """The version's recipe on what was known at a moment, in a process of its own; labels of a misuse type may be left out."""
    config = (
        TrainingConfig.from_json(version.card["config"]) if "config" in version.card else training_config()
    )
    data = training_set(cut_off=cut_off, config=config)
    labels = data.labels
    if without:
        labels = labels.filter((pl.col("scheme") != without) | ~pl.col("is_misuse"))
    with tempfile.TemporaryDirectory(prefix="model-") as name:
        files = train_in_process(
            data.features,
            data.hits,
            data.rules.codes,
            data.rules.weights,
            labels,
            cut_off=cut_off,
            out_folder=Path(name) / "model",
            config=config,
        )
        return HybridModel.load(files.folder, files.manifest)


def vars_of(row: Any) -> dict[str, Any]:
    """Fields of a plain dataclass."""
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """JSON numbers: not-a-number becomes null, six digits are kept."""
    return {
        name: (None if value != value or abs(value) == float("inf") else round(float(value), 6))
        if isinstance(value, float)
        else value
        for name, value in values.items()
    }


def gate_lines(gates: Sequence[Mapping[str, Any]]) -> list[str]:
    """The gates as text, one a line."""
    marks = {True: "holds", False: "FAILS", None: "unknown"}
    return [
        f"  {gate['gate']:<18} {marks[gate['holds']]:<8} {gate['value'] if gate['value'] is not None else '-'} "
        f"({gate['limit']}) {gate['detail']}".rstrip()
        for gate in gates
    ]
