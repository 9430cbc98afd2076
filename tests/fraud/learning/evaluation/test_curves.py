"""ROC, gain and spread against a loop over thresholds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from fraud.learning.evaluation.curves import SCORE_EDGES, gain, roc, spread
from fraud.learning.evaluation.metrics import lift_at, roc_auc

RNG = np.random.default_rng(2)
Y = RNG.random(300) < 0.1
SCORE = np.round(np.clip(RNG.normal(0.3, 0.15, 300) + 0.2 * Y, 0, 1), 2)
WEIGHT = RNG.choice([1.0, 5.0], 300)


def test_points_of_the_roc_curve_are_those_of_thresholds_and_one_between_two_of_them_at_most():
    points = set()
    for line in np.unique(SCORE):
        on = line <= SCORE
        points.add(
            (round((WEIGHT @ (on & ~Y)) / (WEIGHT @ ~Y), 9), round((WEIGHT @ (on & Y)) / (WEIGHT @ Y), 9))
        )
    found = roc(Y, SCORE, WEIGHT, 40)
    assert found[0] == (0, 0)
    assert found[-1] == pytest.approx((1, 1))
    real = [(round(x, 9), round(y, 9)) in points for x, y in found[1:]]
    assert sum(real) >= 15
    assert all(one or other for one, other in pairwise(real))
    assert {(round(x, 9), round(y, 9)) for x, y in roc(Y, SCORE, WEIGHT, 10_000)[1:]} <= points


@pytest.mark.parametrize("n", [6, 20, 60])
@pytest.mark.parametrize("seed", range(4))
def test_the_area_under_a_thinned_curve_is_that_of_the_whole_and_it_never_falls(n, seed):
    rng = np.random.default_rng(seed)
    truth = rng.random(4_000) < 0.03
    score = rng.normal(size=4_000) + 2.5 * truth
    weight = rng.choice([1.0, 30.0], 4_000)
    found = roc(truth, score, weight, n)
    x, y = np.array(found).T
    assert len(found) <= n + 2
    assert (np.diff(x) >= -1e-12).all()
    assert (np.diff(y) >= -1e-12).all()
    assert np.trapezoid(y, x) == pytest.approx(roc_auc(truth, score, weight), abs=1e-9)


def test_area_under_the_whole_roc_curve_is_the_auc():
    x, y = np.array(roc(Y, SCORE, WEIGHT, 10_000)).T
    assert np.trapezoid(y, x) == pytest.approx(roc_auc(Y, SCORE, WEIGHT))


def test_gain_at_a_fifth_of_the_claims_is_a_fifth_of_the_lift():
    x, y = np.array(gain(Y, SCORE, None, 10_000)).T
    assert np.interp(0.2, x, y) == pytest.approx(lift_at(Y, SCORE, 0.2) * 0.2)


def test_one_class_alone_has_no_curve():
    assert roc(np.zeros(5), np.arange(5)) == []
    assert gain(np.zeros(5), np.arange(5)) == []


def test_spread_counts_every_claim_once_in_its_bin():
    found = spread(SCORE, {"misuse": Y, "genuine": ~Y})
    for name, mask in (("misuse", Y), ("genuine", ~Y)):
        plain = [sum(low <= s < high for s in SCORE[mask]) for low, high in pairwise(SCORE_EDGES[:-1])]
        assert found[name][:-1] == plain
        assert sum(found[name]) == mask.sum()
