"""Would a kind of misuse that nobody has labelled yet be found? Hide each known kind in turn and look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.detection.scoring.hits import Hits
from fraud.learning.evaluation.daily import top_per_day
from fraud.learning.training.config import TrainingConfig
from fraud.learning.training.train import train_hybrid

#: Kinds with fewer cases in the later window say nothing.
MIN_CASES = 5
#: Labels -> feature frame: label-derived columns must not see the hidden kind either.
BuildFeatures = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class Seats:
    """Seats per day for the ranking and, of what is left, for the most unusual claims."""

    ranking: int = 90
    novelty: int = 10


def recall_when_hidden(
    build: BuildFeatures,
    hits: Hits,
    rule_codes: Sequence[str],
    rule_weights: Sequence[float],
    labels: pl.DataFrame,
    *,
    cut_off: datetime,
    config: TrainingConfig | None = None,
    seats: Seats | None = None,
    kinds: Sequence[str] | None = None,
) -> dict[str, float]:
    """Kind of misuse -> share of its claims after ``cut_off`` that get a seat when training never heard of it.

    ``labels``: claim_id, is_misuse, known_at and ``scheme`` (the kind). One training per kind with at least MIN_CASES later claims
    (or only those in ``kinds``). Claims of the hidden kind look unreviewed, as they would before anybody reported one.
    """
    seats = seats or Seats()
    found: dict[str, float] = {}
    for kind in kinds or _kinds(labels):
        is_kind = pl.col("is_misuse") & (pl.col("scheme") == kind)
        visible = labels.filter(~is_kind.fill_null(False))
        features = build(visible)
        later = (features["transacted_at"] >= cut_off).to_numpy()
        hidden = features["claim_id"].is_in(labels.filter(is_kind)["claim_id"].implode()).to_numpy() & later
        if hidden.sum() < MIN_CASES:
            continue
        model = train_hybrid(
            features, hits, rule_codes, rule_weights, visible, cut_off=cut_off, config=config
        ).model
        window = features.filter(pl.Series(later))
        scores = model.score(window, hits[later])
        found[kind] = float(seated(scores, window["transacted_at"], seats)[hidden[later]].mean())
    return found


def seated(scores: pl.DataFrame, at: pl.Series, seats: Seats) -> NDArray[np.bool_]:
    """Mask of the claims that get a seat: the day's best by queue probability, then the most unusual of the rest."""
    day = at.dt.epoch("d").to_numpy()
    # Equal probabilities are ordered by z.
    order = (
        scores.select(pl.struct("queue_probability", "z").rank("ordinal"))
        .to_series()
        .to_numpy()
        .astype(np.int64)
    )
    first = top_per_day(order, day, seats.ranking)
    unusual = (
        scores.select(pl.struct("novelty", "anomaly_score", "z").rank("ordinal"))
        .to_series()
        .to_numpy()
        .astype(np.int64)
    )
    return np.asarray(first | top_per_day(np.where(first, -1, unusual), day, seats.novelty))


def _kinds(labels: pl.DataFrame) -> list[str]:
    known = labels.filter(pl.col("is_misuse") & (pl.col("scheme") != ""))
    return sorted(known["scheme"].drop_nulls().unique().to_list())
