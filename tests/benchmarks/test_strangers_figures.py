"""Figures of the strange companies, counted by hand."""

import numpy as np
import pytest

from tests.benchmarks.strangers import report
from tests.benchmarks.strangers.figures import Ground, Way, best_of_nights, calibration, figures_of
from tests.benchmarks.strangers.goals import control_goal
from tests.benchmarks.strangers.measure import control_finds


def test_figures_agree_with_counting_by_hand() -> None:
    truth = np.array([True, False, True, False, False, True])
    new = np.array([False, False, True, False, False, False])
    night = np.array([1, 1, 1, 2, 2, 2])
    ground = Ground(truth, new, np.arange(6), night, seats=1, nights=2)
    score = np.array([0.9, 0.5, 0.1, 0.8, 0.2, 0.3])
    opened = np.array([True, True, False, True, False, False])
    best = best_of_nights(ground, score, np.random.default_rng(0))
    assert best.tolist() == [True, False, False, True, False, False]
    found = figures_of(ground, Way("any", score, opened), np.ones(6), best)
    assert found["recall"] == pytest.approx(1 / 3)
    assert found["precision"] == pytest.approx(1 / 3)
    assert found["alerts_a_night"] == pytest.approx(1.5)
    assert found["cost"] == pytest.approx(1000 * (2 * 5 + 2 * 100 + 1 * 5) / 6)
    assert found["recall_new"] == 0.0
    assert found["recall_at_seats"] == pytest.approx(1 / 3)
    # in order of score: misuse at places 1, 4 and 6
    assert found["ap"] == pytest.approx((1 / 1 + 2 / 4 + 3 / 6) / 3)


def test_control_sample_counts_by_how_likely_it_was_drawn() -> None:
    probability = np.full(6, 0.5)
    truth = np.array([True, True, True, False, False, False])
    reviewed = np.array([True, True, False, True, False, False])
    control = np.array([False, True, False, True, False, False])
    inclusion = np.array([1.0, 0.25, 1.0, 0.5, 1.0, 1.0])
    found = calibration(probability, truth, reviewed, control, inclusion)
    assert found["ratio"] == pytest.approx(1.0)
    assert found["ratio_reviewed"] == pytest.approx(0.75)
    assert found["control_estimate"] == pytest.approx(1 + 1 / 0.25)
    assert found["ratio_control"] == pytest.approx(3 / 5)


def test_finds_of_the_control_sample_stand_beside_those_of_equal_chances() -> None:
    channel = np.array(["control_sample", "control_sample", "", "", "", "", "model", "novelty"], dtype=object)
    truth = np.array([True, False, True, False, False, False, True, True])
    found = control_finds(channel, truth)
    assert found == {"checks": 2, "finds": 1, "uniform": round(2 * 2 / 6, 4)}
    goal = control_goal([{"seats": {"control": found}}] * 2)
    assert (goal.value, goal.verdict) == (1.5, "missed")


def test_summary_takes_the_median_and_the_worst_of_all_companies() -> None:
    def company(recall: float | None, cost: float, alerts: int) -> dict:
        of_way = {name: [recall, None, None] for name in report.FIGURES} | {"cost": [cost, None, None]}
        return {
            "ways": dict.fromkeys(report.WAYS, of_way),
            "calibration": {"ratio": 1.0, "ratio_reviewed": None},
            "seats": {"taken": 0.5, "channels": {"model": {"alerts": alerts, "misuse": 1}}},
        }

    found = report.summary_of([company(0.2, 300, 4), company(0.6, 500, 5), company(None, 100, 6)])
    assert found["ways"]["product"]["recall"] == {"median": 0.4, "worst": 0.2}
    assert found["ways"]["product"]["cost"] == {"median": 300, "worst": 500}
    assert found["channels"] == {"model": {"alerts": 15, "misuse": 3}}
    assert "model 3 of 15" in report.summary_text(found, 3)
