"""The three stretches of time stay apart, recalibration is learnt on the middle one, and a difference has its interval."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from fraud.company.thresholds import CostMatrix
from fraud.learning.evaluation.metrics import average_precision, roc_auc
from fraud.learning.experiments.compare import LaterRows, against, measure, recalibrated
from fraud.learning.experiments.methods import Settings
from fraud.learning.experiments.split import CALIBRATION_DAYS, Split, Stretch, TooLittleKnown, split
from tests.fraud.learning.experiments.made import CONFIG, CUT_OFF, frames, rows, window


def test_fit_sees_nothing_of_the_stretch_it_is_recalibrated_on():
    features, labels, hits = frames()
    # Each claim carries its own time, so that the matrices tell which claims they hold.
    hours = features["transacted_at"].dt.epoch("s") / 3600 - 490_000
    found = split(
        features.with_columns(noise=hours.cast(pl.Float32)),
        hits,
        ("A01",),
        labels,
        cut_off=CUT_OFF,
        config=CONFIG,
    )
    assert found.names[-1] == "rule:A01"
    learnt, kept = found.fit.X[:, 2], found.calibrate.X[:, 2]
    gap_hours = CONFIG.delay_days * 24
    assert learnt.max() < kept.min() - gap_hours + 1
    start = (CUT_OFF - timedelta(days=CONFIG.delay_days + CALIBRATION_DAYS)).timestamp() / 3600 - 490_000
    assert kept.min() >= start - 1
    assert found.fit.y.any()
    assert found.calibrate.y.any()


def test_too_little_misuse_is_refused_with_what_would_be_needed():
    features, labels, hits = frames(400)
    with pytest.raises(TooLittleKnown, match="too_little_known"):
        split(features, hits, ("A01",), labels.with_columns(is_misuse=False), cut_off=CUT_OFF, config=CONFIG)


def test_recalibrated_scores_add_up_to_the_misuse_there_is_on_any_scale():
    stretch = rows(4000)
    score = stretch.X[:, 0].astype(float)
    score[~np.isfinite(score)] = 0
    for scale in (1.0, 1000.0):
        intercept, slope = recalibrated(score * scale, stretch)
        p = 1 / (1 + np.exp(-(intercept + slope * score * scale)))
        assert p.sum() == pytest.approx(stretch.y.sum(), rel=0.02)
        assert slope > 0


def test_a_score_the_wrong_way_round_is_flattened_not_turned():
    stretch = rows(2000)
    score = -np.nan_to_num(stretch.X[:, 0].astype(float))
    assert 0 < recalibrated(score, stretch)[1] < 0.01


def test_measured_method_has_figures_of_the_later_claims_alone():
    learn, middle, later = rows(1500), rows(1500, seed=3), rows(900, seed=9)
    tested = LaterRows(later.X, window(later), CostMatrix(), 5)
    found = measure("logistic", Split(("a", "b", "c"), learn, middle), tested, Settings())
    assert found.figures["average_precision"] == pytest.approx(average_precision(later.y, found.probability))
    assert found.figures["auc"] == pytest.approx(roc_auc(later.y, found.probability))
    on = found.probability > 0.05
    cost = (5 * on.sum() + 100 * (later.y & ~on).sum()) / len(later) * 1000
    assert found.figures["cost_per_1000"] == pytest.approx(cost)
    assert found.figures["cost_of_nothing"] == pytest.approx(later.y.mean() * 100_000)
    assert found.seconds > 0


def test_difference_of_a_score_from_itself_is_none_and_of_a_better_one_lies_above():
    later = rows(2000, seed=5)
    good, bad = later.y + 0.1, np.random.default_rng(0).random(2000)
    same = against(bad, bad, window(later))
    assert (same["value"], same["low"], same["high"]) == (0, 0, 0)
    better = against(bad, good, window(later))
    assert 0 < better["low"] <= better["value"] <= better["high"]


def test_claims_without_an_outcome_change_no_difference():
    later = rows(600, seed=5)
    rng = np.random.default_rng(0)
    first, second = rng.random(600), later.y + rng.random(600)
    known = Stretch(later.X, later.y, np.where(np.arange(600) < 400, 1.0, 0.0))
    half = against(first, second, window(known))["value"]
    plain = average_precision(later.y[:400], second[:400]) - average_precision(later.y[:400], first[:400])
    assert half == pytest.approx(plain)
