"""What the outcomes of earlier nights say of the probabilities they gave, pinned when a run opens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from fraud.claims.bulk import read_frame
from fraud.claims.labels import newest_labels, told_labels
from fraud.claims.models import Label
from fraud.claims.reading import db_time
from fraud.detection.models import ScreeningRun
from fraud.detection.scoring.recalibration import Recalibration, learnt_from

#: Nights whose outcomes count.
NIGHTS_BACK = timedelta(days=180)
#: Outcomes of claims that were looked at for what the nights thought of them, or by lot. A tip comes because it is misuse.
_SOURCES = (Label.Source.REVIEW, Label.Source.APPEAL, Label.Source.CONTROL_SAMPLE)
#: Versions without trees have learnt nothing, and are not set right.
_SCORES = """
    SELECT s.claim_id, s.run_id, s.hybrid_probability AS probability
    FROM fraud_score s JOIN fraud_screeningrun r ON r.id = s.run_id
    WHERE s.run_id < %s AND s.tree_probability IS NOT NULL AND r.cut_off_at > %s AND s.claim_id IN (SELECT claim_id FROM fraud_label)
"""


def recalibration_of(run: ScreeningRun, labels: pl.DataFrame | None = None) -> Recalibration:
    """Learnt from outcomes known by the run's cut-off, each beside what the last night before it was known gave the claim."""
    told = told_labels(run.cut_off_at) if labels is None else labels
    known = newest_labels(told).filter(pl.col("source").is_in(_SOURCES))
    if known.is_empty():
        return learnt_from(np.zeros(0), np.zeros(0))
    since = db_time(run.cut_off_at - NIGHTS_BACK)
    schema = {"claim_id": pl.Int64, "run_id": pl.Int64, "probability": pl.Float64}
    scores = read_frame(_SCORES, [run.pk, since], schema=schema)
    nights = _nights(scores["run_id"].unique().to_list())
    judged = (
        scores.join(nights, on="run_id")
        .join(known.select("claim_id", "is_misuse", "known_at"), on="claim_id")
        .filter(pl.col("cut_off_at") < pl.col("known_at"))
        .sort("claim_id", "run_id")
        .unique("claim_id", keep="last", maintain_order=True)
    )
    return learnt_from(_as_given(judged), judged["is_misuse"].to_numpy().astype(np.float64))


def _nights(ids: list[int]) -> pl.DataFrame:
    """`run_id, cut_off_at, shift, slope, low_slope` of these runs."""
    rows = [
        (pk, cut_off, known.shift, known.slope, known.low_slope)
        for pk, cut_off, state in ScreeningRun.objects.filter(pk__in=ids).values_list(
            "pk", "cut_off_at", "recalibration"
        )
        for known in [Recalibration.from_json(state)]
    ]
    schema: dict[str, Any] = {
        "run_id": pl.Int64,
        "cut_off_at": pl.Datetime("us", "UTC"),
        "shift": pl.Float64,
        "slope": pl.Float64,
        "low_slope": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _as_given(judged: pl.DataFrame) -> np.ndarray:
    """The probabilities (n,) before their own night recalibrated them."""
    found = np.empty(judged.height)
    for numbers, part in judged.with_row_index("place").group_by("shift", "slope", "low_slope"):
        night = Recalibration(*(float(number) for number in numbers))  # type: ignore[arg-type]
        found[part["place"].to_numpy()] = night.undo(part["probability"].to_numpy())
    return found
