"""Intervals: known values, coverage by simulation, honest about too few audits."""

from __future__ import annotations

import numpy as np
import pytest

from fraud.detection.intervals import Interval, clopper_pearson
from fraud.learning.evaluation.intervals import checks_needed, counted_by_lot, misses_by_lot


def by_lot(caught: float, n_claims: int, n_audited: int, n_found: int):
    """A uniform draw: every check stands for as many claims."""
    weight = n_claims / n_audited
    return misses_by_lot(caught, n_claims, [weight] * n_audited, [i < n_found for i in range(n_audited)])


def test_misses_found_by_lot_stand_for_all_claims() -> None:
    found = by_lot(90, 1500, 150, 3)
    assert found.missed == pytest.approx(30)
    assert found.recall == pytest.approx(90 / 120)
    assert found.recall_interval.low < found.recall < found.recall_interval.high


def test_fewer_than_five_misses_are_not_enough() -> None:
    assert not by_lot(90, 1000, 100, 4).is_enough
    assert by_lot(90, 1000, 100, 5).is_enough


def test_no_miss_found_bounds_the_rate_near_the_rule_of_three() -> None:
    found = by_lot(50, 10_000, 1000, 0)
    assert found.missed == 0
    assert 3.0 / 1000 < found.missed_interval.high / 10_000 < 3.8 / 1000


def test_interval_contains_the_truth_in_at_least_95_of_100_replications() -> None:
    rng = np.random.default_rng(0)
    n_claims, missed, caught, audits = 229_342, 408, 1192, 2240
    drawn = rng.hypergeometric(missed, n_claims - missed, audits, size=600)
    truth = caught / (caught + missed)
    intervals = [by_lot(caught, n_claims, audits, int(k)).recall_interval for k in drawn]
    assert np.mean([i.low <= truth <= i.high for i in intervals]) >= 0.95


def width(tp: float, n_claims: int, rate: float, n: int) -> float:
    bounds = clopper_pearson(rate * n, n)
    return tp / (tp + bounds.low * n_claims) - tp / (tp + bounds.high * n_claims)


@pytest.mark.parametrize(
    ("audited", "missed"), [(200, Interval(120, 900)), (500, Interval(0, 140)), (0, Interval(0, 20_000))]
)
def test_so_many_more_checks_are_enough_however_many_are_missed_and_one_less_is_not(audited, missed) -> None:
    more = checks_needed(60, 20_000, audited, missed)
    low, high = max(missed.low, 0.5) / 20_000, missed.high / 20_000
    rates = [low * (high / low) ** (i / 24) for i in range(25)]
    assert more > 0
    assert max(width(60, 20_000, rate, audited + more) for rate in rates) <= 0.2 + 1e-9
    assert max(width(60, 20_000, rate, audited + more - 1) for rate in rates) > 0.2


def test_no_more_checks_where_enough_is_known_or_nothing_was_found_by_alerts() -> None:
    assert checks_needed(60, 20_000, 19_000, Interval(20, 24)) == 0
    assert checks_needed(0, 20_000, 100, Interval(0, 700)) == 0
    assert checks_needed(60, 100, 100, Interval(1, 1)) == 0


def test_equal_chances_give_the_exact_interval_of_a_poisson_count() -> None:
    from scipy.stats import chi2

    for k in (0, 1, 7):
        total, bounds = counted_by_lot([10.0] * k, 10.0)
        assert total == 10.0 * k
        assert bounds.low == pytest.approx(10 * chi2.ppf(0.025, 2 * k) / 2 if k else 0)
        assert bounds.high == pytest.approx(10 * chi2.ppf(0.975, 2 * k + 2) / 2)


@pytest.mark.parametrize(("n_misuse", "slope"), [(40, 0.0), (40, 3.0), (8, 3.0)])
def test_interval_of_unequal_chances_covers_what_is_missed_in_95_of_100_draws(n_misuse, slope) -> None:
    """Half of the chances equal, half where misuse is likelier, as the nights draw."""
    rng = np.random.default_rng(5)
    n = 6000
    y = np.arange(n) < n_misuse
    size = rng.random(n) + slope * y
    chance = 1 - (1 - 150 / n) * (1 - np.minimum(150 * size / size.sum(), 1))
    covered = 0
    for _ in range(600):
        drawn = rng.random(n) < chance
        found = misses_by_lot(50.0, n, (1 / chance[drawn]).tolist(), y[drawn].tolist())
        covered += found.missed_interval.low <= n_misuse <= found.missed_interval.high
    assert covered >= 0.95 * 600


def test_estimate_by_lot_lies_between_what_was_found_and_all_there_is() -> None:
    assert misses_by_lot(5.0, 100, [1.0, 1.0], [True, True]).missed == 2
    found = misses_by_lot(5.0, 100, [90.0] * 3, [True, False, True])
    assert found.missed == found.missed_interval.high == 100
    assert found.recall == pytest.approx(5 / 105)
