"""Intervals of shares: known values, and those of SciPy."""

from __future__ import annotations

import pytest

from fraud.detection.intervals import clopper_pearson, wilson


def test_wilson_equals_published_values() -> None:
    found = wilson(15, 50)
    assert (found.low, found.high) == (pytest.approx(0.1910, abs=1e-4), pytest.approx(0.4375, abs=1e-4))
    assert wilson(0, 0).high == 1.0


def test_a_share_of_nothing_and_of_all_has_an_end_that_is_exactly_zero_or_one() -> None:
    for n in (*range(1, 400), 1_234.5, 0.3):
        assert wilson(0, n).low == 0.0
        assert wilson(n, n).high == 1.0


def test_clopper_pearson_equals_scipy() -> None:
    from scipy.stats import binomtest

    for found, n in ((0, 30), (3, 30), (30, 30), (7, 1000)):
        exact = binomtest(found, n).proportion_ci(0.95, "exact")
        ours = clopper_pearson(found, n)
        assert (ours.low, ours.high) == (pytest.approx(exact.low), pytest.approx(exact.high))
