"""Constants and small functions against arithmetic by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.detection.scoring import formula
from fraud.detection.scoring.formula import Constants

C = Constants()


@given(n=st.integers(0, 100_000), stack=st.booleans())
def test_shares_shrink_to_the_expert_formula_as_labels_run_out(n: int, stack: bool) -> None:
    trees, stacked, expert = formula.shares(n, stack, C)
    assert trees + stacked + expert == pytest.approx(1)
    assert expert == pytest.approx(30 / (n + 30))
    assert stacked == pytest.approx(n / (n + 30) / 2 if stack else 0)


def test_novelty_starts_at_one_and_a_half_and_ends_at_four_and_a_half() -> None:
    A = np.array([0.0, 1.5, 3.0, 4.5, 9.0])
    assert formula.novelty(A, C).tolist() == [0, 0, 0.5, 1, 1]
    assert formula.queue_probability(np.full(5, 0.2), formula.novelty(A, C), C) == pytest.approx(
        [0.2, 0.2, 0.22, 0.24, 0.24]
    )


def test_expert_logit_is_minus_six_plus_rules_plus_anomaly() -> None:
    assert formula.expert_logit(np.array([0.0, 5.0]), np.array([1.0, 2.0]), C).tolist() == [-5.0, 0.0]


def test_sigmoid_neither_overflows_nor_leaves_its_range() -> None:
    z = np.array([-1e6, -2.0, 0.0, 2.0, 1e6])
    assert formula.sigmoid(z) == pytest.approx([0, 1 / (1 + np.exp(2)), 0.5, 1 / (1 + np.exp(-2)), 1])


def test_band_starts_at_its_lower_edge() -> None:
    assert formula.band(np.array([0.0499, 0.05, 0.2999, 0.30]), C).tolist() == [
        "low",
        "medium",
        "medium",
        "high",
    ]
