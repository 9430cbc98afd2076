"""Alarms in years when nothing is wrong, and in years when something is."""

from __future__ import annotations

import numpy as np

from tests.benchmarks import alarms


def test_an_alarm_is_counted_when_it_begins() -> None:
    weeks = [True, True, False, True, False, False, True]
    assert alarms.told(lambda rng: weeks, 3) == {"a_year": 3.0, "years": 1.0}
    assert alarms.told(lambda rng: [False] * 7, 3) == {"a_year": 0.0, "years": 0.0}


def test_a_rule_without_any_misuse_is_told_of_and_one_with_a_tenth_is_not() -> None:
    nothing, tenth = (
        [any(alarms.useless_weeks(np.random.default_rng(seed), share)) for seed in range(8)]
        for share in (0.0, 0.1)
    )
    assert all(nothing)
    assert sum(tenth) <= 1


def test_honest_probabilities_are_seldom_an_alarm() -> None:
    assert alarms.told(lambda rng: alarms.level_weeks(rng, 3), 3)["a_year"] < 1


def test_at_a_company_where_nothing_changes_the_claims_have_not_moved_and_where_prices_double_they_have() -> (
    None
):
    assert not any(alarms.drift_weeks(np.random.default_rng(1), weeks=6))
    assert any(alarms.drift_weeks(np.random.default_rng(1), weeks=3, factor=2.5))
