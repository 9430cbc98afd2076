"""Ten error measures against counting by hand, and their intervals against a plain interval of the effective number of rows."""

from __future__ import annotations

import numpy as np
import pytest

from fraud.detection.intervals import wilson
from fraud.learning.evaluation.errors import MEASURES, error_measures, weighted_cells

RNG = np.random.default_rng(4)
Y = RNG.random(400) < 0.2
ALERTED = np.where(Y, RNG.random(400) < 0.7, RNG.random(400) < 0.1)
WEIGHT = RNG.choice([1.0, 20.0], 400)


def by_hand(y, alerted, weight) -> dict[str, float]:
    tp = sum(w for t, a, w in zip(y, alerted, weight, strict=True) if t and a)
    fp = sum(w for t, a, w in zip(y, alerted, weight, strict=True) if a and not t)
    fn = sum(w for t, a, w in zip(y, alerted, weight, strict=True) if t and not a)
    tn = sum(w for t, a, w in zip(y, alerted, weight, strict=True) if not t and not a)
    return {
        "prevalence": (tp + fn) / (tp + fp + fn + tn),
        "accuracy": (tp + tn) / (tp + fp + fn + tn),
        "tpr": tp / (tp + fn),
        "precision": tp / (tp + fp),
        "specificity": tn / (tn + fp),
        "npv": tn / (tn + fn),
        "fpr": 1 - tn / (tn + fp),
        "fdr": 1 - tp / (tp + fp),
        "fnr": 1 - tp / (tp + fn),
        "for": 1 - tn / (tn + fn),
    }


@pytest.mark.parametrize("weight", [np.ones(400), WEIGHT])
def test_ten_measures_equal_those_counted_by_hand(weight):
    found = error_measures(weighted_cells(Y, ALERTED, weight))
    wanted = by_hand(Y, ALERTED, weight)
    assert set(found) == set(wanted) == set(MEASURES)
    for name, value in wanted.items():
        assert found[name].value == pytest.approx(value), name


def test_equal_weights_give_wilsons_interval_of_the_rows_themselves():
    found = error_measures(weighted_cells(Y, ALERTED, np.full(400, 7.0)))["tpr"]
    n, k = int(Y.sum()), int((Y & ALERTED).sum())
    assert found.n == pytest.approx(n)
    assert (found.interval.low, found.interval.high) == pytest.approx((wilson(k, n).low, wilson(k, n).high))


def test_a_few_heavy_rows_do_not_look_like_many():
    even = error_measures(weighted_cells(Y, ALERTED, np.ones(400)))["prevalence"]
    heavy = error_measures(weighted_cells(Y, ALERTED, WEIGHT))["prevalence"]
    assert heavy.interval.high - heavy.interval.low > even.interval.high - even.interval.low


def test_a_share_of_nothing_is_no_share():
    found = error_measures(weighted_cells([False, False], [False, False], [1, 1]))
    assert found["tpr"] is found["precision"] is found["fnr"] is found["fdr"] is None
    assert found["specificity"].value == 1
