"""Costs over thresholds, against counting each one."""

from __future__ import annotations

import numpy as np
import pytest

from fraud.company.thresholds import CostMatrix
from fraud.learning.evaluation.costs import confusion, cost_curve


def test_cost_curve_equals_counting_at_each_threshold() -> None:
    rng = np.random.default_rng(0)
    y = rng.random(500) < 0.1
    p = np.round(np.clip(rng.normal(0.1 + 0.3 * y, 0.1), 0, 1), 2)
    w = rng.uniform(0.5, 2, 500)
    thresholds = [0.0, 0.05, 0.2, 0.37, 0.999]
    for point in cost_curve(y, p, CostMatrix(), thresholds=thresholds, weight=w):
        on = p > point.threshold
        assert point.cost == pytest.approx(1000 * CostMatrix().cost(y, on, w) / w.sum())
        assert point.alerted == pytest.approx((w @ on) / w.sum())
        assert point.recall == pytest.approx((w @ (y & on)) / (w @ y))


def test_confusion_counts_every_cell_once() -> None:
    cells = confusion([1, 1, 0, 0, 0], [1, 0, 1, 0, 0])
    assert (cells.tp, cells.fn, cells.fp, cells.tn) == (1, 1, 1, 2)
    assert cells.recall == cells.precision == 0.5
    assert cells.cost_per_1000(CostMatrix()) == pytest.approx(1000 * (5 + 100 + 5) / 5)


def test_confusion_of_nothing_has_no_rates() -> None:
    assert np.isnan(confusion([], []).recall)
    assert np.isnan(confusion([0], [0]).precision)
