"""Misses estimated from claims drawn by lot: known values, coverage of the product's own draw, more finds than equal chances."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import polars as pl
import pytest

from cases.selection import POPULATION
from cases.selection.drawing import control_sample
from fraud.learning.evaluation.intervals import clopper_pearson
from fraud.learning.evaluation.lots import estimate_by_lot, weighted_count_interval


def test_checks_stand_for_the_claims_they_were_drawn_from() -> None:
    found = estimate_by_lot(90, [0.1, 0.1, 0.5, 0.5], [True, False, True, False], 24)
    assert found.missed == pytest.approx(10 + 2)
    assert found.recall == pytest.approx(90 / 102)
    assert (found.n_audited, found.n_found, found.is_enough) == (4, 2, False)
    half = estimate_by_lot(90, [0.1, 0.5], [True, False], 24)  # the other half is not decided yet
    assert half.missed == pytest.approx(20)


def test_equal_chances_give_the_interval_of_a_poisson_count() -> None:
    from scipy.stats import chi2

    for k in (0, 3, 40):
        ours = weighted_count_interval([2.0] * k, 2.0)
        assert ours.high == pytest.approx(2 * chi2.ppf(0.975, 2 * (k + 1)) / 2)
        assert ours.low == pytest.approx(2 * chi2.ppf(0.025, 2 * k) / 2 if k else 0.0)
    rare = estimate_by_lot(0, [0.01] * 1000, [True] * 8 + [False] * 992, 100_000)
    exact = clopper_pearson(8, 1000)
    assert rare.missed_interval.high / 100_000 == pytest.approx(exact.high, rel=0.02)


def test_what_cannot_be_estimated_is_refused() -> None:
    for chances in ([], [0.0], [1.5]):
        with pytest.raises(ValueError, match="needs checks"):
            estimate_by_lot(1, chances, [True] * len(chances), 10)


@lru_cache
def nights() -> tuple[pl.DataFrame, np.ndarray]:
    """Payments without an alert and their truth: half of the misses where the score saw a little, half anywhere."""
    rng = np.random.default_rng(5)
    n = 6000
    p = np.exp(rng.normal(-6, 1.2, n))
    hits = (rng.random(n) < 0.05).astype(np.int64)
    seen = (p * (1 + 4 * hits)) / (p * (1 + 4 * hits)).sum()
    truth = rng.random(n) < 60 * (0.5 * seen + 0.5 / n)
    ids = np.arange(n)
    frame = pl.DataFrame(
        {"claim_id": ids, "cardholder_id": ids, "merchant_id": ids, "week": "w", "pattern": None}
        | {"probability": p, "novelty": 0.0, "n_hits": hits, "n_untried": 0},
        schema=POPULATION,
    )
    return frame, truth


def test_the_interval_of_the_control_sample_covers_the_truth_in_95_of_100_replications() -> None:
    frame, truth = nights()
    covered, sums = [], []
    for replication in range(600):
        drawn = control_sample(frame, 300, f"R-{replication}")
        chances = [bundle.inclusion_probability for bundle in drawn]
        found = [bool(truth[bundle.claims[0]]) for bundle in drawn]
        estimate = estimate_by_lot(100, chances, found, frame.height)
        covered.append(estimate.missed_interval.low <= truth.sum() <= estimate.missed_interval.high)
        sums.append(estimate.missed)
    assert np.mean(covered) >= 0.95
    assert np.mean(sums) == pytest.approx(truth.sum(), rel=0.1)
