"""Hiding a kind of misuse from training."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from fraud.learning.training.hidden import Seats, recall_when_hidden, seated
from tests.fraud.made_claims import CODES, START, WEIGHTS, made_claims, quick_config


def test_seats_go_to_the_ranking_first_and_then_to_the_most_unusual_of_the_rest() -> None:
    scores = pl.DataFrame(
        {
            "queue_probability": [0.9, 0.5, 0.5, 0.1, 0.1, 0.1],
            "z": [3.0, 0.0, 1.0, -3.0, -3.0, -3.0],
            "novelty": [0.9, 0.0, 0.0, 0.0, 0.5, 0.0],
            "anomaly_score": [0.9, 0.1, 0.1, 0.8, 0.9, 0.1],
        }
    )
    day = pl.Series([START] * 6)
    assert np.flatnonzero(seated(scores, day, Seats(2, 0))).tolist() == [0, 2]
    assert np.flatnonzero(seated(scores, day, Seats(2, 1))).tolist() == [0, 2, 4]
    assert np.flatnonzero(seated(scores, day, Seats(2, 2))).tolist() == [0, 2, 3, 4]


def test_hidden_kind_is_trained_without_a_single_label_of_it() -> None:
    made = made_claims(2000)
    kind = np.where(np.arange(2000) % 2 == 0, "even", "odd")
    labels = made.labels.with_columns(scheme=pl.Series(np.where(made.y, kind, "")))
    seen: list[set[str]] = []

    def build(visible: pl.DataFrame) -> pl.DataFrame:
        seen.append(set(visible.filter(pl.col("is_misuse"))["scheme"]))
        return made.features

    found = recall_when_hidden(
        build,
        made.hits,
        CODES,
        WEIGHTS,
        labels,
        cut_off=START + timedelta(days=60),
        config=quick_config(detectors=("ecdf",)),
        seats=Seats(2, 1),
    )
    assert seen == [{"odd"}, {"even"}]
    assert set(found) == {"even", "odd"}
    assert all(recall > 3 / 22 for recall in found.values()), (
        "no better than chance: 3 of 22 claims a day get a seat"
    )


def test_kind_with_too_few_later_claims_says_nothing() -> None:
    made = made_claims(1000)
    first = int(np.flatnonzero(made.y)[-1])
    labels = made.labels.with_columns(
        scheme=pl.when(pl.col("claim_id") == first).then(pl.lit("rare")).otherwise(pl.lit(""))
    )
    with pytest.raises(AssertionError, match="never trained"):
        recall_when_hidden(
            lambda _: (_ for _ in ()).throw(AssertionError("never trained")),
            made.hits,
            CODES,
            WEIGHTS,
            labels,
            cut_off=START,
        )
    assert recall_when_hidden(lambda _: made.features, made.hits, CODES, WEIGHTS, labels, cut_off=START) == {}
