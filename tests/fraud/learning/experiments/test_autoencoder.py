"""The autoencoder's study: parts add up to the error, lines are the best there are, each class is counted."""

from __future__ import annotations

import numpy as np
import pytest

from fraud.company.thresholds import CostMatrix
from fraud.detection.detectors import AutoencoderDetector
from fraud.learning.evaluation.comparison import Window
from fraud.learning.experiments.autoencoder import lines_of, study

NAMES = ("a", "b", "c", "d")


def claims(n: int, seed: int) -> np.ndarray:
    """Four columns that hang together: the second follows the first, the fourth the third."""
    rng = np.random.default_rng(seed)
    one, two = rng.normal(size=(2, n))
    return np.stack([one, one + 0.05 * rng.normal(size=n), two, -two], axis=1).astype(np.float32)


@pytest.fixture(scope="module")
def found() -> tuple[dict, Window, np.ndarray]:
    later = claims(600, 2)
    y = np.arange(600) < 12
    later[y, 1] -= 4.0  # misuse breaks the tie between the first two columns
    reviewed = np.arange(600) < 200
    window = Window(y, np.arange(600) % 20, np.arange(600) % 6, reviewed.astype(float))
    result = study(
        claims(2000, 1),
        NAMES,
        later,
        window,
        np.arange(600) + 1000,
        layers=(8, 2, 8),
        cost=CostMatrix(),
        seats=4,
    )
    return result, window, later


def test_errors_by_column_add_up_to_the_score():
    X = claims(50, 3)
    detector = AutoencoderDetector(layers=(6, 2, 6)).fit(claims(400, 1), NAMES)
    assert detector.errors_by_column(X).mean(axis=1) == pytest.approx(detector.score(X))
    again = (detector.rebuilt(X) - X) / detector.preparation_.scale
    assert np.square(again) == pytest.approx(detector.errors_by_column(X), abs=1e-4)


def test_layers_are_those_that_were_asked_for():
    detector = AutoencoderDetector(layers=(7, 3)).fit(claims(300, 1), NAMES)
    assert [w.shape for w in detector.weights_] == [(4, 7), (7, 3), (3, 4)]


def test_misuse_that_breaks_a_habit_is_rebuilt_worst_and_in_the_broken_column(found):
    result, _window, _later = found
    assert result["auc"] > 0.9
    assert result["medians"]["misuse"] > 3 * result["medians"]["genuine"]
    assert result["columns"][0]["name"] == "b"
    worst = result["claims"][0]
    assert 1000 <= worst["claim"] < 1012
    assert worst["class"] == "misuse"
    assert "b" in {part["name"] for part in worst["columns"][:2]}
    assert sum(part["share"] for part in worst["columns"]) == pytest.approx(1)


def test_every_later_claim_is_counted_in_its_class(found):
    result, _window, _later = found
    assert sum(result["spread"]["misuse"]) == 12
    assert sum(result["spread"]["genuine"]) == 188
    assert sum(result["spread"]["unreviewed"]) == 400


def test_no_other_line_is_better_than_the_one_drawn():
    rng = np.random.default_rng(0)
    y = rng.random(300) < 0.2
    error = np.round(rng.random(300) + 0.5 * y, 2)
    weight = rng.choice([0.0, 1.0, 3.0], 300)
    window = Window(y, np.zeros(300, dtype=int), np.arange(300) % 10, weight)
    cost = CostMatrix()
    lines = lines_of(error, window, cost, 5)

    def plain(line: float) -> tuple[float, float]:
        on = error >= line
        tp, fp, fn = weight @ (y & on), weight @ (~y & on), weight @ (y & ~on)
        return 2 * tp / (2 * tp + fp + fn), 1000 * (5 * (tp + fp) + 100 * fn) / weight.sum()

    every = [plain(line) for line in np.unique(error)]
    assert lines["f1"]["f1"] == pytest.approx(max(f1 for f1, _ in every))
    assert lines["cost"]["cost_per_1000"] == pytest.approx(min(cost for _, cost in every))
    assert lines["capacity"]["alerts_per_day"] == pytest.approx(5, abs=0.7)


def test_without_misuse_no_line_is_drawn():
    window = Window(np.zeros(5, dtype=bool), np.zeros(5, dtype=int), np.zeros(5, dtype=int), np.ones(5))
    assert lines_of(np.arange(5.0), window, CostMatrix(), 1) == {}
