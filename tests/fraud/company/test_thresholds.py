"""Costs and capacities against arithmetic by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.company.thresholds import CostMatrix, capacity, n_alerts


def test_default_costs_alert_from_five_percent() -> None:
    assert CostMatrix().threshold() == pytest.approx(0.05)


@given(p=st.floats(0, 1), tp=st.floats(0, 20), fp=st.floats(0.1, 20), fn=st.floats(21, 500))
def test_threshold_is_where_reviewing_starts_to_pay(p: float, tp: float, fp: float, fn: float) -> None:
    benefit = p * fn - (p * tp + (1 - p) * fp)  # leaving against reviewing
    if abs(benefit) > 1e-6:
        assert (p > CostMatrix(tp, fp, fn, 0.0).threshold()) == (benefit > 0)


def test_threshold_is_out_of_reach_when_missing_costs_no_more_than_reviewing() -> None:
    assert CostMatrix(tp=5, fp=5, fn=5).threshold() == 1.0


def test_cost_adds_the_four_cells() -> None:
    y = np.array([True, True, False, False, False])
    on = np.array([True, False, True, False, False])
    assert CostMatrix().cost(y, on) == 5 + 100 + 5
    assert CostMatrix().cost(y, on, np.array([1, 2, 1, 1, 1.0])) == 5 + 200 + 5


def test_alerts_fill_no_seat_from_below_the_threshold() -> None:
    p = np.array([0.9, 0.2, 0.06, 0.05, 0.01])
    assert n_alerts(p, 0.05, capacity=None) == 3
    assert n_alerts(p, 0.05, capacity=2) == 2
    assert n_alerts(p, 0.05, capacity=10) == 3
    assert n_alerts(p, np.array([0.95, 0.1, 0.1, 0.01, 0.5]), capacity=None) == 2


def test_capacity_counts_whole_cases_and_refuses_cases_without_time() -> None:
    assert capacity(1200, 20) == 60
    assert capacity(59, 20) == 2
    with pytest.raises(ValueError, match="above 0"):
        capacity(100, 0)
