"""Intervals: known values, coverage by simulation, honest about too few audits."""

from __future__ import annotations

import numpy as np
import pytest

from fraud.learning.evaluation.intervals import (
    Stratum,
    checks_needed,
    clopper_pearson,
    estimate_misses,
    wilson,
)


def test_wilson_equals_published_values() -> None:
    found = wilson(15, 50)
    assert (found.low, found.high) == (pytest.approx(0.1910, abs=1e-4), pytest.approx(0.4375, abs=1e-4))
    assert wilson(0, 0).high == 1.0


def test_clopper_pearson_equals_scipy() -> None:
    from scipy.stats import binomtest

    for found, n in ((0, 30), (3, 30), (30, 30), (7, 1000)):
        exact = binomtest(found, n).proportion_ci(0.95, "exact")
        ours = clopper_pearson(found, n)
        assert (ours.low, ours.high) == (pytest.approx(exact.low), pytest.approx(exact.high))


def test_misses_of_strata_are_scaled_to_all_claims() -> None:
    found = estimate_misses(90, [Stratum(1000, 100, 2), Stratum(500, 50, 1)])
    assert found.missed == pytest.approx(20 + 10)
    assert found.recall == pytest.approx(90 / 120)
    assert found.recall_interval.low < found.recall < found.recall_interval.high


def test_fewer_than_five_misses_are_not_enough() -> None:
    assert not estimate_misses(90, [Stratum(1000, 100, 4)]).is_enough
    assert estimate_misses(90, [Stratum(1000, 100, 5)]).is_enough


def test_no_miss_found_bounds_the_rate_near_the_rule_of_three() -> None:
    found = estimate_misses(50, [Stratum(10_000, 1000, 0)])
    assert found.missed == 0
    assert 3.0 / 1000 < found.missed_interval.high / 10_000 < 3.8 / 1000


def test_interval_contains_the_truth_in_at_least_95_of_100_replications() -> None:
    rng = np.random.default_rng(0)
    n_claims, missed, caught, audits = 229_342, 408, 1192, 2240
    drawn = rng.hypergeometric(missed, n_claims - missed, audits, size=600)
    truth = caught / (caught + missed)
    intervals = [estimate_misses(caught, [Stratum(n_claims, audits, int(k))]).recall_interval for k in drawn]
    assert np.mean([i.low <= truth <= i.high for i in intervals]) >= 0.95


def test_stratum_that_nobody_audited_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        estimate_misses(5, [Stratum(100, 0, 0)])


def width(tp: float, n_claims: int, rate: float, n: int) -> float:
    bounds = clopper_pearson(rate * n, n)
    return tp / (tp + bounds.low * n_claims) - tp / (tp + bounds.high * n_claims)


@pytest.mark.parametrize(("audited", "found"), [(200, 4), (500, 0), (50, 1), (0, 0)])
def test_so_many_more_checks_are_enough_at_every_rate_in_the_interval_and_one_less_is_not(
    audited, found
) -> None:
    more = checks_needed(60, 20_000, audited, found)
    present = clopper_pearson(found, audited)
    low = max(present.low, 0.5 / 20_000)
    rates = [low * (present.high / low) ** (i / 24) for i in range(25)]
    assert more > 0
    assert max(width(60, 20_000, rate, audited + more) for rate in rates) <= 0.2 + 1e-9
    assert max(width(60, 20_000, rate, audited + more - 1) for rate in rates) > 0.2


def test_no_more_checks_where_enough_is_known_or_nothing_was_found_by_alerts() -> None:
    assert checks_needed(60, 20_000, 19_000, 20) == 0
    assert checks_needed(0, 20_000, 100, 1) == 0
    assert checks_needed(60, 100, 100, 1) == 0
