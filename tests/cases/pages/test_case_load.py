"""What a rule does to the reviewers' work: nights chosen again, against a plain count on a company small enough to count by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from cases.pages.case_load import play_nights
from fraud.company.values import DEFAULTS

START = datetime(2026, 3, 2, 3, tzinfo=UTC)
VALUES = replace(
    DEFAULTS,
    reviewer_minutes_per_day=40,
    novelty_share=0.0,
    control_sample_share=0.0,
    least_seats_used=0.0,
    threshold_policy="fixed",
    fixed_threshold=0.5,
    held_back_nights=2,
)


def company(rows: list[tuple[int, int, float]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(night, person, probability) → claims and scores; every person pays at a merchant of their own."""
    claims = pl.DataFrame(
        {
            "claim_id": list(range(1, len(rows) + 1)),
            "cardholder_id": [person for _, person, _ in rows],
            "merchant_id": [person for _, person, _ in rows],
            "amount": [1000] * len(rows),
            "night": [(START + timedelta(days=night)).date() for night, _, _ in rows],
            "week": ["2026-W10"] * len(rows),
        }
    )
    p = [probability for _, _, probability in rows]
    scores = pl.DataFrame(
        {
            "probability": p,
            "model_probability": p,
            "queue_probability": p,
            "novelty": [0.0] * len(p),
            "anomaly_score": [0.0] * len(p),
            "pattern": ["A01"] * len(p),
            "is_always_open": [False] * len(p),
        }
    )
    return claims, scores


def test_seats_are_spent_night_by_night_and_what_waits_competes_again():
    """Two seats a night: of three on the first night the weakest waits, and takes a seat of the second."""
    played = play_nights(*company([(0, 1, 0.9), (0, 2, 0.8), (0, 3, 0.7), (1, 4, 0.6)]), VALUES)
    assert played.cases == [2, 2]
    assert played.seen == {1, 2, 3, 4}
    assert played.n_held == 0


def test_waiting_expires():
    crowd = [(night, 10 * night + n, 0.9) for night in range(4) for n in range(2)]
    played = play_nights(*company([(0, 99, 0.6), *crowd]), VALUES)
    assert played.cases == [2, 2, 2, 2]
    assert 1 not in played.seen


def test_a_further_claim_joins_the_case_of_its_person_without_a_seat():
    played = play_nights(*company([(0, 1, 0.9), (1, 1, 0.9), (1, 2, 0.9), (1, 3, 0.9)]), VALUES)
    assert played.cases == [1, 2]
    assert played.n_joined == 1


@pytest.mark.parametrize("probability", [0.1, 0.5])
def test_what_is_not_over_the_threshold_opens_nothing(probability):
    assert play_nights(*company([(0, 1, probability)]), VALUES).cases == [0]
