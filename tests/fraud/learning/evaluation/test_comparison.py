"""Gates of promotion: each holds and fails for its own reason."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from fraud.company.thresholds import CostMatrix
from fraud.learning.evaluation.bootstrap import paired_difference
from fraud.learning.evaluation.comparison import Limits, Window, figures, promotion_gates
from fraud.learning.evaluation.segments import amount_bands, segment_table

N = 6000
LIMITS = Limits(seats_per_day=10, draws=60)


@pytest.fixture(scope="module")
def setting():
    """A window where the better score is the true probability and the worse one a blurred copy of it."""
    rng = np.random.default_rng(0)
    logit = rng.normal(-5, 2, N)
    truth = 1 / (1 + np.exp(-logit))
    y = rng.random(N) < truth
    segments = {"department": np.where(np.arange(N) % 2 == 0, "SALES", "LAB")}
    window = Window(y, np.arange(N) % 300, np.arange(N) // 300, np.ones(N), segments)
    blurred = 1 / (1 + np.exp(-(logit + rng.normal(0, 2.5, N) - 1)))
    return window, blurred, truth


def gates_of(setting, champion, challenger, limits=LIMITS, novel=None):
    gates = promotion_gates(
        setting[0], champion, challenger, limits=limits, novel_recall=novel or {"split": (0.5, 0.5)}
    )
    return {gate.gate: gate for gate in gates}


def test_clearly_better_challenger_passes_every_gate(setting) -> None:
    _, blurred, truth = setting
    gates = promotion_gates(setting[0], blurred, truth, limits=LIMITS, novel_recall={"split": (0.50, 0.48)})
    assert all(gate.holds for gate in gates), [g for g in gates if not g.holds]
    json.dumps([gate.as_json() for gate in gates], allow_nan=False)


def test_worse_challenger_fails_on_benefit(setting) -> None:
    _, blurred, truth = setting
    assert gates_of(setting, truth, blurred)["better"].holds is False


def test_equal_challenger_is_not_better(setting) -> None:
    _, _, truth = setting
    assert gates_of(setting, truth, truth)["better"].holds is False


def test_miscalibrated_challenger_fails_on_calibration(setting) -> None:
    _, blurred, truth = setting
    gates = gates_of(setting, blurred, np.clip(truth * 3, 0, 1))
    assert gates["calibration_error"].holds is False
    assert gates["calibration_ratio"].holds is False


def test_challenger_blind_in_one_department_fails_on_segments(setting) -> None:
    window, _, truth = setting
    blind = np.where(window.segments["department"] == "LAB", truth * 0.01, truth)
    gate = gates_of(setting, truth, blind)["segments"]
    assert gate.holds is False
    assert gate.detail == "department LAB"


def test_challenger_that_alerts_more_fails_on_alerts(setting) -> None:
    _, _, truth = setting
    assert gates_of(setting, truth, np.minimum(truth + 0.04, 1))["alerts"].holds is False


def test_novelty_gate_fails_when_a_hidden_type_is_lost_or_nobody_looked(setting) -> None:
    window, blurred, truth = setting
    assert (
        gates_of(setting, blurred, truth, novel={"a": (0.5, 0.5), "b": (0.6, 0.5)})["novel_misuse"].detail
        == "b"
    )
    unmeasured = promotion_gates(window, blurred, truth, limits=LIMITS)
    assert unmeasured[-1].holds is None
    assert not all(gate.holds for gate in unmeasured)


def test_too_little_misuse_is_insufficient_evidence(setting) -> None:
    window, blurred, truth = setting
    few = replace(window, y=window.y & (np.cumsum(window.y) <= 29))
    assert promotion_gates(few, blurred, truth, limits=LIMITS)[0].holds is False


def test_figures_are_plain_numbers(setting) -> None:
    window, _, truth = setting
    out = figures(window, truth, CostMatrix(), seats=10)
    assert out["recall"] == pytest.approx((window.y & (truth > 0.05)).sum() / window.y.sum())
    assert out["alerts_per_day"] == pytest.approx((truth > 0.05).sum() / 20)
    json.dumps(out)


def test_paired_difference_of_a_score_with_itself_is_zero_and_clusters_widen_it() -> None:
    rng = np.random.default_rng(0)
    value, card = np.repeat(rng.normal(0, 1, 50), 20), np.repeat(np.arange(50), 20)
    nothing = paired_difference(lambda w: float(w @ value), lambda w: float(w @ value), card, draws=50)
    assert (nothing.value, nothing.low, nothing.high) == (0, 0, 0)

    def mean(w):
        return float(w @ value / w.sum())

    clustered = paired_difference(lambda w: 0.0, mean, card, draws=300)
    single = paired_difference(lambda w: 0.0, mean, np.arange(1000), draws=300)
    assert (clustered.high - clustered.low) > 3 * (single.high - single.low)
    assert clustered.high - clustered.low == pytest.approx(2 * 1.96 * value.std() / np.sqrt(50), rel=0.3)


def test_segment_table_counts_each_part() -> None:
    rows = segment_table([1, 1, 0, 0, 0], [1, 0, 1, 0, 0], ["a", "a", "a", "b", "b"])
    assert [(s.name, s.n_claims, s.n_misuse) for s in rows] == [("a", 3, 2), ("b", 2, 0)]
    assert rows[0].recall == rows[0].precision == 0.5
    assert rows[0].alerts_per_1000 == pytest.approx(2000 / 3)
    assert np.isnan(rows[1].recall)


def test_amount_bands_hold_about_equal_numbers() -> None:
    bands = amount_bands(np.random.default_rng(0).integers(0, 10**6, 1000))
    assert sorted(set(bands)) == list("12345")
    assert np.bincount(bands.astype(int))[1:].min() > 180
