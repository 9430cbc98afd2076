"""Rules × model: each claim in one cell, precision, money and the sample's estimate counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from fraud.learning.evaluation.crossing import crossing

RULE = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 0], dtype=bool)
ALERT = np.array([1, 1, 0, 1, 0, 0, 0, 0, 0, 0], dtype=bool)
MISUSE = np.array([1, 0, 1, 0, 1, 0, 0, 0, 0, 0], dtype=bool)
REVIEWED = np.array([1, 1, 1, 0, 1, 1, 1, 1, 0, 0], dtype=bool)
SAMPLED = np.array([0, 0, 0, 0, 1, 1, 1, 1, 0, 0], dtype=bool)
WEIGHT = np.where(SAMPLED, 1.5, 1.0)
AMOUNT = np.arange(1, 11, dtype=np.int64) * 1000


def test_cells_hold_each_claim_once_with_precision_and_money():
    found = crossing(RULE, ALERT, MISUSE, REVIEWED, SAMPLED, AMOUNT, WEIGHT)
    assert [found[name].n_claims for name in ("both", "rules_only", "model_only", "neither")] == [2, 1, 1, 6]
    assert (found["both"].precision, found["both"].money_misuse) == (0.5, 1000)
    assert found["model_only"].precision is None
    assert (found["neither"].n_misuse, found["neither"].money_reviewed) == (1, 5000 + 6000 + 7000 + 8000)


def test_what_was_drawn_at_random_stands_for_its_cell_and_nothing_drawn_says_nothing():
    found = crossing(RULE, ALERT, MISUSE, REVIEWED, SAMPLED, AMOUNT, WEIGHT)
    assert found["neither"].expected == pytest.approx(1.5)  # one find that stands for one and a half
    low, high = found["neither"].expected_interval
    assert low <= 1.5 <= high <= 6
    assert found["both"].expected is None


def test_a_find_that_was_likelier_drawn_stands_for_less():
    weight = np.where(MISUSE, 2.0, 10.0)
    found = crossing(RULE, ALERT, MISUSE, REVIEWED, SAMPLED, AMOUNT, weight)["neither"]
    assert found.expected == found.n_misuse == 1  # 6 * 2 / 32 would be less than was found
    alike = crossing(RULE, ALERT, MISUSE, REVIEWED, SAMPLED, AMOUNT, np.ones(10))["neither"]
    assert found.expected < alike.expected
