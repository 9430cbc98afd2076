"""The demo company's year: what waits competes again, cases take further alerts, tips say nothing of probabilities."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from cases.selection import POPULATION, SCORED
from fraud.company.values import CompanyValues
from tests.benchmarks.loop_nights import CASE_DAYS, REVIEW, TIP, Policy, chosen_by_product, set_right

DAY = 20_000
LABELS = {
    "claim_id": pl.Int64,
    "is_misuse": pl.Boolean,
    "known_at": pl.Datetime("us", "UTC"),
    "source": pl.String,
    "channel": pl.String,
}


def policy(cases: int = 3, labels: pl.DataFrame | None = None) -> Policy:
    values = CompanyValues(reviewer_minutes_per_day=20 * cases, minutes_per_case=20, least_seats_used=0.0)
    return Policy("hybrid", pl.DataFrame(schema=LABELS) if labels is None else labels, values)


def tonight(*rows: dict[str, Any]) -> pl.DataFrame:
    usual = {
        "week": "w",
        "pattern": None,
        "is_always_open": False,
        "novelty": 0.0,
        "anomaly_score": 0.5,
        "amount_minor": 1,
        "unproven": None,
    }
    usual |= {"n_hits": 0, "n_untried": 0, "merchant_id": 1}
    filled = [{**usual, "queue_probability": row["probability"], **row} for row in rows]
    return pl.DataFrame(filled, schema=SCORED | POPULATION)


def claim(number: int, probability: float, **values: Any) -> dict[str, Any]:
    return {"claim_id": number, "cardholder_id": number, "probability": probability, **values}


def test_what_got_no_seat_competes_again_until_it_expires() -> None:
    ours = policy()
    first = chosen_by_product(ours, tonight(*(claim(i, 0.9 - i / 10) for i in range(5))), DAY, DAY)
    assert first.tolist() == [0, 1, 2]
    assert chosen_by_product(ours, tonight(claim(9, 0.01)), DAY + 1, DAY).tolist() == [3, 4]
    assert not ours.waiting
    chosen_by_product(ours, tonight(*(claim(i, 0.8) for i in range(10, 14))), DAY + 2, DAY)
    late = DAY + 2 + ours.values.held_back_nights
    assert chosen_by_product(ours, tonight(claim(20, 0.01)), late, DAY).tolist() == []


def test_alert_joins_the_open_case_of_its_merchant_and_week_while_that_is_open() -> None:
    ours, same = policy(), {"cardholder_id": 7}
    chosen_by_product(ours, tonight(claim(0, 0.5, **same)), DAY, DAY)
    chosen_by_product(ours, tonight(claim(1, 0.5, **same)), DAY + 1, DAY)
    assert ours.n_cases == 1
    chosen_by_product(ours, tonight(claim(2, 0.5, **same)), DAY + CASE_DAYS, DAY)
    assert ours.n_cases == 2


def test_tips_do_not_set_probabilities_right_and_the_newest_outcome_of_a_claim_holds() -> None:
    moment = datetime.fromtimestamp(DAY * 86_400, UTC)
    rows = [
        (1, True, 1, TIP),
        (2, False, 2, REVIEW),
        (3, True, 5, REVIEW),
        (3, False, 9, REVIEW),
        (4, True, -1, REVIEW),
    ]
    known = [
        (claim, is_misuse, moment - timedelta(days=days), source, "")
        for claim, is_misuse, days, source in rows
    ]
    labels = pl.DataFrame(known, schema=LABELS, orient="row")
    ours = policy(labels=labels)
    ours.given = dict.fromkeys((1, 2, 3, 4), 0.1)
    right = set_right(ours, DAY)
    assert (right.reviewed, right.confirmed) == (2, 1)
