"""What a training may see: nothing that became known after the cut-off."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from fraud.learning.training.config import TrainingConfig
from fraud.learning.training.folds import folds
from fraud.learning.training.rows import NothingToTrainOn, known_labels, microseconds, training_rows
from tests.fraud.made_claims import CUT_OFF, START, made_claims, quick_config


def labels_of(*rows) -> pl.DataFrame:
    schema = {"claim_id": pl.Int64, "is_misuse": pl.Boolean, "known_at": pl.Datetime("us", "UTC")}
    return pl.DataFrame([(i, y, START + timedelta(days=d)) for i, y, d in rows], schema=schema, orient="row")


def test_known_labels_keep_the_latest_one_known_by_the_cut_off() -> None:
    labels = labels_of((1, True, 3), (1, False, 5), (1, True, 20), (2, True, 10), (3, True, 11))
    known = known_labels(labels, START + timedelta(days=10)).sort("claim_id")
    assert known.select("claim_id", "is_misuse", "weight").rows() == [(1, False, 1.0), (2, True, 1.0)]


def test_withdrawn_label_leaves_its_claim_unreviewed() -> None:
    made = made_claims(400)
    first = int(np.flatnonzero(made.y)[0])
    withdrawn = pl.concat(
        [
            made.labels,
            made.labels.filter(pl.col("claim_id") == first).with_columns(
                is_misuse=pl.lit(None, dtype=pl.Boolean), known_at=pl.col("known_at") + timedelta(hours=1)
            ),
        ]
    )
    rows = training_rows(made.features, withdrawn, cut_off=CUT_OFF, config=quick_config())
    place = list(rows.positions).index(first)
    assert not rows.reviewed[place]
    assert not rows.y[place]


def test_rows_stop_at_the_cut_off_and_leave_out_what_nobody_could_have_reviewed_yet() -> None:
    made = made_claims(2000)
    cut = START + timedelta(days=50)
    rows = training_rows(
        made.features, made.labels, cut_off=cut, config=quick_config(min_confirmed=1, window_days=500)
    )
    end, week = microseconds(cut), 7 * 86_400_000_000
    at = made.features["transacted_at"].dt.epoch("us").to_numpy()
    expected = np.flatnonzero(at < end - week)  # every label is known a week later
    assert sorted(rows.positions) == pytest.approx(expected)
    assert (np.diff(rows.at) >= 0).all()


def test_window_reaches_back_until_enough_misuse_is_inside() -> None:
    made = made_claims(2000)
    narrow = quick_config(window_days=14, n_blocks=1, block_days=2)
    short = training_rows(
        made.features, made.labels, cut_off=CUT_OFF, config=replace(narrow, min_confirmed=1)
    )
    long = training_rows(
        made.features, made.labels, cut_off=CUT_OFF, config=replace(narrow, min_confirmed=30)
    )
    assert short.n_confirmed < 30
    assert long.n_confirmed == 30
    assert short.at[0] >= microseconds(CUT_OFF) - 21 * 86_400_000_000


def test_sampled_negatives_stand_for_those_left_out_and_all_misuse_stays() -> None:
    made = made_claims(2000)
    whole = training_rows(made.features, made.labels, cut_off=CUT_OFF, config=quick_config())
    part = training_rows(made.features, made.labels, cut_off=CUT_OFF, config=quick_config(max_negatives=200))
    assert part.n_confirmed == whole.n_confirmed
    assert int((~part.y).sum()) == 200
    assert part.share.sum() == pytest.approx(len(whole))


def test_unreviewed_claims_count_as_configured_while_fitting_and_in_full_for_calibration() -> None:
    made = made_claims(2000)
    labels = made.labels.filter((pl.col("claim_id") < 500) | pl.col("is_misuse"))
    for weight, expected in ((None, 0.0), (0.3, 0.3), (1.0, 1.0)):
        config = quick_config(unreviewed_weight=weight, min_confirmed=10_000)
        rows = training_rows(made.features, labels, cut_off=CUT_OFF, config=config)
        assert set(rows.fit_weight[~rows.reviewed]) == {expected}
        assert set(rows.fit_weight[rows.reviewed]) == {1.0}
        assert set(rows.share) == {1.0}


def test_training_before_the_first_claim_says_so() -> None:
    made = made_claims(50)
    with pytest.raises(NothingToTrainOn):
        training_rows(made.features, made.labels, cut_off=START, config=quick_config())


def test_folds_learn_a_gap_before_their_block_from_labels_known_at_its_start() -> None:
    made = made_claims(4000, delay_days=10)
    config: TrainingConfig = quick_config(min_confirmed=10_000)
    rows = training_rows(made.features, made.labels, cut_off=CUT_OFF, config=config)
    end = microseconds(CUT_OFF) - 7 * 86_400_000_000
    found = folds(rows, end, config)
    assert [f.as_known for f in found] == [True, True]
    day = 86_400_000_000
    for k, fold in zip((2, 1), found, strict=True):
        start = end - k * 14 * day
        assert rows.at[fold.block].min() >= start
        assert rows.at[fold.train].max() < start - 7 * day
        assert (rows.known[fold.train] <= start).all()
        assert not (fold.train & fold.block).any()


def test_folds_fall_back_to_the_gap_when_all_labels_came_at_once() -> None:
    made = made_claims(4000)
    labels = made.labels.with_columns(known_at=pl.lit(CUT_OFF))
    config = quick_config(min_confirmed=10_000)
    rows = training_rows(made.features, labels, cut_off=CUT_OFF, config=config)
    found = folds(rows, microseconds(CUT_OFF) - 7 * 86_400_000_000, config)
    assert [f.as_known for f in found] == [False, False]
    for fold in found:
        assert rows.at[fold.train].max() < rows.at[fold.block].min() - 6 * 86_400_000_000


def test_where_misuse_is_plentiful_the_window_still_has_rows_before_its_blocks() -> None:
    made = made_claims(4000)
    config: TrainingConfig = quick_config(window_days=14, block_days=7, min_confirmed=10)
    rows = training_rows(made.features, made.labels, cut_off=CUT_OFF, config=config)
    day = 86_400_000_000
    end = microseconds(CUT_OFF) - 7 * day
    assert len(folds(rows, end, config)) == 2
    # two blocks, the gap before the first of them, and a block to learn from; no more than that
    assert end - 28 * day <= rows.at[0] < end - 21 * day
