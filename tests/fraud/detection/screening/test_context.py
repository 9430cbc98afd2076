"""An ordinary night computes behaviour for its own claims only; what it finds is what a full computation finds."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from fraud.company.calendar import CompanyCalendar
from fraud.detection.features import build_features
from fraud.detection.screening.context import features_and_context, windows_read_behaviour
from rules.engine import Context, RuleSpec, evaluate
from rules.language.parse import parse
from tests.night_model import claim_frame

CALENDAR = CompanyCalendar()
ZONE = "Asia/Seoul"
TEXTS = (
    "count(same cardholder, merchant within 30 days) >= 3",
    "amount > 2 * mean_amount_cardholder_30d",
    "sum(amount same cardholder, day) > 60,000 KRW",
    "count(same merchant within 7 days where is_night) >= 2",
    "is_first_at_merchant and is_weekend",
)


def specs(*texts: str) -> list[RuleSpec]:
    return [RuleSpec(f"R{i}", 1, parse(text)) for i, text in enumerate(texts)]


@pytest.mark.parametrize("share", [0.01, 0.2, 0.6, 1.0])
def test_small_night_finds_what_a_full_computation_finds(share: float) -> None:
    claims = claim_frame(1500, seed=4).sort("transacted_at", "claim_id")
    rng = np.random.default_rng(5)
    # Mostly the latest claims, and some that arrived late.
    targets = (np.arange(1500) >= 1500 * (1 - share)) | (rng.random(1500) < 0.005)
    known = claims["claim_id"][::7]
    at = pl.Series([datetime(2026, 1, 20, tzinfo=UTC)] * len(known), dtype=pl.Datetime("us", "UTC"))
    labels = pl.DataFrame({"claim_id": known, "is_misuse": rng.random(len(known)) < 0.3, "known_at": at})
    own, context, asked = features_and_context(
        claims, targets, specs(*TEXTS), calendar=CALENDAR, zone=ZONE, labels=labels
    )
    full = build_features(claims, calendar=CALENDAR, zone=ZONE, labels=labels)
    expected = full.filter(pl.Series(targets))
    assert own["claim_id"].to_list() == expected["claim_id"].to_list()
    for name in expected.columns:
        assert own[name].to_list() == expected[name].to_list(), name
    rules = specs(*TEXTS)
    small = evaluate(context, rules, context=Context(zone=ZONE), targets=asked, whole=own)
    large = evaluate(full, rules, context=Context(zone=ZONE), targets=targets)
    assert small.errors == large.errors == {}
    assert (small.hits == large.hits).all()
    assert large.hits.any(axis=0).all()
    assert small.not_evaluable == large.not_evaluable


def test_window_over_a_behaviour_asks_for_everything() -> None:
    assert not windows_read_behaviour(specs(*TEXTS))
    assert windows_read_behaviour(specs("count(same merchant within 7 days where is_first_at_merchant) >= 2"))
