"""Misses estimated from the draw of the product's own control sample."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import polars as pl
import pytest

from cases.selection import POPULATION
from cases.selection.drawing import control_sample
from fraud.learning.evaluation.intervals import misses_by_lot


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
        | {"probability": p, "novelty": 0.0, "n_hits": hits, "n_untried": 0, "untried": None},
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
        estimate = misses_by_lot(100, frame.height, [1 / chance for chance in chances], found)
        covered.append(estimate.missed_interval.low <= truth.sum() <= estimate.missed_interval.high)
        sums.append(estimate.missed)
    assert np.mean(covered) >= 0.95
    assert np.mean(sums) == pytest.approx(truth.sum(), rel=0.1)
