"""Paths of a score: they tell a simple score exactly, hold each claim once, and count what became of theirs."""

from __future__ import annotations

import numpy as np
import pytest

from fraud.learning.evaluation.comparison import Window
from fraud.learning.experiments.surrogate import conditions_of, paths

NAMES = ("size", "hour")


def holds(X: np.ndarray, conditions: list[dict]) -> np.ndarray:
    inside = np.ones(len(X), dtype=bool)
    for one in conditions:
        column = X[:, NAMES.index(one["name"])]
        if one["above"] is not None:
            inside &= column > one["above"]
        if one["at_most"] is not None:
            inside &= column <= one["at_most"]
    return inside


@pytest.fixture(scope="module")
def told() -> tuple[dict, np.ndarray, np.ndarray, Window]:
    rng = np.random.default_rng(0)
    X = rng.random((2000, 2)).astype(np.float32)
    p = np.where(X[:, 0] > 0.8, np.where(X[:, 1] > 0.5, 0.6, 0.1), 0.01)
    y = rng.random(2000) < p
    window = Window(y, np.arange(2000) % 50, np.arange(2000) % 9, (np.arange(2000) % 3 > 0).astype(float))
    return paths(X, NAMES, p, window, 0.05), X, p, window


def test_paths_tell_a_score_of_two_conditions_faithfully(told):
    result, _X, _p, _window = told
    assert result["fidelity"] > 0.97
    assert result["agreement"] > 0.99
    first = result["paths"][0]
    bounds = {one["name"]: one for one in first["conditions"]}
    assert bounds["size"]["above"] == pytest.approx(0.8, abs=0.02)
    assert bounds["hour"]["above"] == pytest.approx(0.5, abs=0.02)
    assert first["score"] == pytest.approx(0.6, abs=0.03)


def test_each_claim_lies_on_one_path_and_its_figures_are_those_of_the_claims_on_it(told):
    result, X, p, window = told
    masks = [holds(X, row["conditions"]) for row in result["paths"]]
    assert (np.sum(masks, axis=0) == 1).all()
    for mask, row in zip(masks, result["paths"], strict=True):
        reviewed = mask & (window.weight > 0)
        assert row["support"] == mask.sum()
        assert row["alerted"] == pytest.approx((p[mask] > 0.05).mean())
        assert (row["n_reviewed"], row["n_misuse"]) == (reviewed.sum(), (reviewed & window.y).sum())
        assert row["precision_low"] <= row["precision"] <= row["precision_high"]


def test_paths_have_four_conditions_at_most_however_deep_is_asked_for():
    rng = np.random.default_rng(1)
    X = rng.random((4000, 2)).astype(np.float32)
    p = np.clip(X[:, 0] * X[:, 1], 0.01, 0.99)
    window = Window(p > 0.5, np.zeros(4000, dtype=int), np.zeros(4000, dtype=int), np.ones(4000))
    assert len(paths(X, NAMES, p, window, 0.5, depth=9)["paths"]) <= 16


def test_conditions_on_one_column_become_its_tightest_bounds():
    left, right = [1, -1, 3, -1, -1], [2, -1, 4, -1, -1]
    found = dict(conditions_of(left, right, [0, -2, 0, -2, -2], [0.5, -2, 0.7, -2, -2]))
    assert found == {1: [(0, None, 0.5)], 3: [(0, 0.5, 0.7)], 4: [(0, 0.7, None)]}
