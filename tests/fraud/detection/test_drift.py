"""Drift: PSI by hand, noise floors as measured, and no alarm over noise."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fraud.detection.drift import Reference, Shift, noise_floor, overall, psi, shift

RNG = np.random.default_rng(0)


def test_psi_equals_the_sum_over_bins_by_hand() -> None:
    reference = Reference(edges=(1.0, 2.0), shares=(0.5, 0.3, 0.2, 0.0), n=10_000)
    now = np.repeat([0.5, 1.5, 2.5], [2000, 3000, 5000])
    p, q = np.array([5000, 3000, 2000, 0]) + 0.5, np.array([2000, 3000, 5000, 0]) + 0.5
    p, q = p / p.sum(), q / q.sum()
    assert psi(reference, now) == pytest.approx(float(((q - p) * np.log(q / p)).sum()))


@pytest.mark.parametrize(
    ("now", "then", "floor"), [(500, 5000, 0.046), (2000, 8000, 0.014), (10_000, 50_000, 0.0026)]
)
def test_noise_floor_equals_the_measured_one(now: int, then: int, floor: float) -> None:
    assert noise_floor(then, now) == pytest.approx(floor, rel=0.06)


def test_equal_populations_stay_under_the_floor_ninety_nine_times() -> None:
    rng = np.random.default_rng(1)
    over = 0
    for _ in range(300):
        found = shift(Reference.of(rng.normal(size=3000)), rng.normal(size=600))
        over += found.psi > found.floor
        assert found.level == "calm"
    assert over <= 12


def test_shift_is_told_by_its_size() -> None:
    reference = Reference.of(np.random.default_rng(0).normal(size=20_000))
    moved = np.random.default_rng(1)
    assert shift(reference, moved.normal(0.4, 1, 5000)).level == "warn"
    assert shift(reference, moved.normal(1.0, 1, 5000)).level == "act"


def test_small_samples_must_exceed_their_own_noise() -> None:
    reference = Reference.of(np.random.default_rng(0).normal(size=5000))
    tiny = shift(reference, np.random.default_rng(3).normal(size=20))
    assert tiny.floor > 1
    assert tiny.level == "calm"


def test_feature_that_goes_missing_is_a_shift() -> None:
    values = np.random.default_rng(0).normal(size=5000)
    gone = values.copy()
    gone[:2500] = np.nan
    assert shift(Reference.of(values), gone).level == "act"


def test_few_valued_and_constant_features_have_fewer_bins_and_stay_calm() -> None:
    flags = np.random.default_rng(0).random(4000) < 0.03
    assert shift(Reference.of(flags.astype(float)), flags[:2000].astype(float)).level == "calm"
    constant = np.full(1000, 7.0)
    assert shift(Reference.of(constant), constant).psi == pytest.approx(0, abs=1e-6)


def test_reference_survives_json() -> None:
    reference = Reference.of(np.random.default_rng(0).normal(size=100))
    assert Reference.from_json(json.loads(json.dumps(reference.to_json()))) == reference


def test_level_needs_two_weeks_except_that_a_strong_shift_warns_at_once() -> None:
    warn, act, calm = (Shift(0, 0, level) for level in ("warn", "act", "calm"))
    assert overall({"a": warn, "b": calm}) == "calm"
    assert overall({"a": act}) == "warn"
    assert overall({"a": warn}, {"a": "warn"}) == "warn"
    assert overall({"a": act}, {"a": "act"}) == "act"
    assert overall({"a": act}, {"a": "warn"}) == "warn"
    assert overall({"a": calm}, {"a": "act"}) == "calm"
