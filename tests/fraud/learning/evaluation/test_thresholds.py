"""Lines drawn by F1 and by capacity, against a loop over every possible line."""

from __future__ import annotations

import numpy as np
import pytest

from fraud.learning.evaluation.thresholds import best_f1, by_capacity, edges, expected_f1

MIDDLES = (np.arange(50) + 0.5) / 50


@pytest.fixture(params=[1, 2, 3])
def counts(request) -> np.ndarray:
    rng = np.random.default_rng(request.param)
    return rng.poisson(np.linspace(40, 0.5, 50)).astype(float)


def plain_f1(counts: np.ndarray, line: float) -> float:
    found = missed = alerts = 0.0
    for n, p in zip(counts, MIDDLES, strict=True):
        if p >= line:
            alerts += n
            found += n * p
        else:
            missed += n * p
    precision, recall = found / alerts if alerts else 0.0, found / (found + missed)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def test_expected_f1_is_the_harmonic_mean_of_precision_and_recall_at_every_line(counts):
    for line, f1 in zip(edges(50), expected_f1(counts, MIDDLES), strict=True):
        assert f1 == pytest.approx(plain_f1(counts, line))


def test_line_by_f1_is_beaten_by_no_other_line(counts):
    line = best_f1(counts, MIDDLES)
    best = max(plain_f1(counts, each) for each in edges(50))
    assert plain_f1(counts, line) == pytest.approx(best)


def test_line_by_capacity_fills_the_seats_and_one_bin_lower_would_overfill_them(counts):
    line = by_capacity(counts, 100)
    below = line - 1 / 50
    assert sum(n for n, p in zip(counts, MIDDLES, strict=True) if p >= line) <= 100
    assert sum(n for n, p in zip(counts, MIDDLES, strict=True) if p >= below) > 100


def test_without_scores_there_is_no_line_and_without_seats_it_lies_above_everything():
    nothing, some = np.zeros(50), np.ones(50)
    assert best_f1(nothing, MIDDLES) is None
    assert by_capacity(nothing, 10) is None
    assert by_capacity(some, 0) == 1.0
