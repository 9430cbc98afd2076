"""Behaviour features against figures worked out by hand and against a plain loop."""

import math
import statistics
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings

from tests.draws import draws
from tests.fraud.detection.features.claim_frames import claim, features_of, frame_of, histories


def _last(*claims: dict[str, Any]) -> dict[str, Any]:
    """Features of the last claim given."""
    return features_of(frame_of(*claims)).row(-1, named=True)


def test_counts_and_means_look_strictly_back() -> None:
    row = _last(
        claim(1, 0, amount_minor=30_000),
        claim(2, 24 * 29, amount_minor=10_000, merchant_id=2),
        claim(3, 24 * 35, amount_minor=20_000),
        claim(4, 24 * 35 + 12, amount_minor=45_000),
    )
    assert row["n_claims_cardholder_1d"] == 1
    assert row["n_claims_cardholder_7d"] == 2
    assert row["n_claims_cardholder_30d"] == 2
    assert row["mean_amount_cardholder_30d"] == 15_000
    assert row["total_amount_cardholder_7d"] == 30_000
    assert row["amount_ratio_self_30d"] == 3.0
    assert row["amount_ratio_self_max"] == 1.5
    assert row["n_claims_same_merchant_30d"] == 1
    assert row["n_merchants_cardholder_7d"] == 2
    assert row["minutes_since_previous"] == 720.0
    assert row["minutes_since_same_merchant"] == 720.0
    assert row["is_first_at_merchant"] is False


def test_first_claim_has_no_history() -> None:
    row = _last(claim(1, 0))
    assert row["n_claims_cardholder_30d"] == 0
    assert row["is_first_at_merchant"] is True
    for name in (
        "mean_amount_cardholder_30d",
        "amount_ratio_self_30d",
        "amount_z_self",
        "amount_ratio_usual",
    ):
        assert row[name] is None


def test_amounts_are_compared_within_one_currency_only() -> None:
    row = _last(
        claim(1, 0, currency="USD", amount_minor=100),
        claim(2, 1, amount_minor=20_000),
        claim(3, 2, amount_minor=10_000),
    )
    assert row["n_claims_cardholder_1d"] == 2
    assert row["mean_amount_cardholder_30d"] == 20_000
    assert row["amount_ratio_self_30d"] == 0.5
    assert row["amount_ratio_merchant_90d"] == 0.5


def test_refunds_and_declines_enter_no_baseline_and_have_no_ratio() -> None:
    earlier = (
        claim(1, 0, amount_minor=10_000),
        claim(2, 1, amount_minor=-10_000, txn_type="refund"),
        claim(3, 2, amount_minor=900_000, txn_type="decline"),
    )
    bought = _last(*earlier, claim(4, 3, amount_minor=20_000))
    assert bought["n_claims_cardholder_1d"] == 1
    assert bought["amount_ratio_self_30d"] == 2.0
    returned = _last(*earlier, claim(4, 3, amount_minor=-20_000, txn_type="refund"))
    assert returned["amount_ratio_self_30d"] is None
    assert returned["amount_ratio_self_max"] is None
    assert returned["is_round_amount"] is False


def test_a_burst_of_unusual_amounts_does_not_become_the_habit() -> None:
    ordinary = [claim(k, 24 * k) for k in range(1, 11)]
    burst = [claim(20 + k, 24 * 10 + k, amount_minor=50_000) for k in range(1, 4)]
    row = _last(*ordinary, *burst, claim(30, 24 * 11, amount_minor=50_000))
    assert row["amount_ratio_usual"] == 5.0
    assert row["max_ratio_usual_14d"] == 5.0
    assert row["n_unusual_amount_14d"] == 3
    assert row["amount_ratio_self_30d"] == pytest.approx(50_000 * 13 / 250_000)


def test_same_amount_and_repetition_are_counted_in_their_windows() -> None:
    row = _last(
        claim(1, 0, merchant_id=2),
        claim(2, 24 * 20),
        claim(3, 24 * 20 + 1, amount_minor=10_001),
        claim(4, 24 * 21),
    )
    assert row["n_same_amount_30d"] == 2
    assert row["n_repeated_3d"] == 1


def test_peers_are_earlier_claims_of_the_department_in_the_category() -> None:
    earlier = [
        claim(k, k, cardholder_id=k, merchant_id=k, amount_minor=amount)
        for k, amount in enumerate([10_000, 20_000, 30_000, 15_000, 25_000, 18_000], start=1)
    ]
    taxi = claim(7, 7, cardholder_id=7, merchant_id=7, mcc="4121", amount_minor=9_000)
    other = claim(8, 8, cardholder_id=8, merchant_id=8, department_id=2, amount_minor=900_000)
    row = _last(*earlier, taxi, other, claim(9, 9, cardholder_id=9, merchant_id=9, amount_minor=100_000))
    logs = [math.log1p(one["amount_minor"]) for one in earlier]
    expected = (math.log1p(100_000) - statistics.fmean(logs)) / statistics.stdev(logs)
    assert row["amount_z_peer"] == pytest.approx(expected, rel=1e-5)
    assert row["mcc_share_peer"] == pytest.approx(6 / 7)


def test_business_type_stands_in_for_a_missing_mcc() -> None:
    claims = [claim(k, k, mcc=None, biz_type="음식점") for k in range(1, 5)]
    assert _last(*claims)["mcc_share_peer"] == 1.0


def test_moments_are_unknown_without_a_time_of_day() -> None:
    dated = claim(1, 15, has_time=False)
    row = _last(dated, claim(2, 39, has_time=False))
    assert row["hour"] is None
    assert row["is_night"] is None
    assert row["minutes_since_previous"] is None
    assert row["weekday"] == 3
    assert row["n_claims_cardholder_7d"] == 1


def test_moments_follow_the_company_clock() -> None:
    # 2026-03-06 15:30 UTC is Saturday 00:30 in Seoul
    row = _last(claim(1, 24 * 4 + 15.5))
    assert (row["hour"], row["weekday"], row["is_night"], row["is_weekend"]) == (0, 6, True, True)
    assert row["is_business_day"] is False


def test_ages_limits_and_heads_come_from_the_claim_itself() -> None:
    opened = datetime(2026, 2, 28).date()
    submitted = datetime.fromisoformat("2026-03-04T12:00:00+00:00")
    row = features_of(
        frame_of(claim(1, 0, amount_minor=90_000, n_attendees=4)).with_columns(
            merchant_opened_on=pl.lit(opened),
            submitted_at=pl.lit(submitted).cast(pl.Datetime("us", "UTC")),
            card_limit_minor=pl.lit(100_000),
        )
    ).row(0, named=True)
    assert row["per_head"] == 22_500
    assert row["merchant_age_days"] == 2
    assert row["days_to_submit"] == 2.5
    assert row["ratio_to_limit"] == pytest.approx(0.9)
    assert row["is_round_amount"] is True


@pytest.mark.parametrize(
    ("currency", "amount", "expected"),
    [("KRW", 20_000, True), ("KRW", 25_000, False), ("GBP", 2_000, True), ("GBP", 2_050, False)],
)
def test_round_amounts_follow_the_currency(currency: str, amount: int, expected: bool) -> None:
    assert _last(claim(1, 0, currency=currency, amount_minor=amount))["is_round_amount"] is expected


@settings(max_examples=draws(20), deadline=None)
@given(case=histories())
def test_windows_equal_a_plain_loop(case: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    claims = case[0]
    rows = claims.to_dicts()
    spends = [r for r in rows if r["amount_minor"] >= 0 and r["txn_type"] in ("purchase", None)]
    for row, got in zip(rows, features_of(claims).to_dicts(), strict=True):
        own = (row["transacted_at"], row["claim_id"])
        before = [r for r in spends if (r["transacted_at"], r["claim_id"]) < own]
        month = [r for r in before if r["transacted_at"] >= own[0] - timedelta(days=30)]
        mine = [r for r in month if r["cardholder_id"] == row["cardholder_id"]]
        there = [r for r in month if r["merchant_id"] == row["merchant_id"]]
        alike = [r["amount_minor"] for r in mine if r["currency"] == row["currency"]]
        assert got["n_claims_cardholder_30d"] == len(mine)
        assert got["n_claims_merchant_30d"] == len(there)
        assert got["n_cardholders_merchant_30d"] == len({r["cardholder_id"] for r in there})
        assert got["total_amount_cardholder_30d"] == sum(alike)
        if alike:
            assert got["mean_amount_cardholder_30d"] == pytest.approx(statistics.fmean(alike), abs=0.5)
        else:
            assert got["mean_amount_cardholder_30d"] is None


@pytest.mark.parametrize(
    ("owner", "cardholder", "expected"),
    [
        ("한지우", "한지우", True),
        ("한 지우", "한지우", True),
        ("Ann LEE", "ann lee", True),
        ("한지우", "김서연", False),
        (None, "한지우", None),
        ("", "", None),
    ],
)
def test_owner_is_compared_with_the_cardholder_by_name(
    owner: str | None, cardholder: str, expected: bool | None
) -> None:
    frame = frame_of(claim(1, 0)).with_columns(
        ceo_name=pl.lit(owner, dtype=pl.String), cardholder_name=pl.lit(cardholder)
    )
    assert features_of(frame)["merchant.ceo_is_cardholder"].to_list() == [expected]


def test_owner_comparison_is_untyped_where_no_names_are_delivered() -> None:
    features = features_of(frame_of(claim(1, 0)))
    assert features["merchant.ceo_is_cardholder"].dtype == pl.Null
