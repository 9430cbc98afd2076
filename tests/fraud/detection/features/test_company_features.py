"""Kinds of spend, links and customs against a plain count, claim by claim."""

import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from scipy import stats

from tests.draws import draws
from tests.fraud.detection.features.claim_frames import claim, features_of, frame_of, histories

SEOUL = ZoneInfo("Asia/Seoul")
Row = dict[str, Any]


class Plain:
    """The claims before one of them, counted by walking over all of them."""

    def __init__(self, rows: list[Row], own: Row) -> None:
        self.own = own
        at = (own["transacted_at"], own["claim_id"])
        self.before = [r for r in rows if (r["transacted_at"], r["claim_id"]) < at]

    def of(self, days: float, *keys: str, where: Callable[[Row], bool] = lambda row: True) -> list[Row]:
        if any(self.own[key] is None for key in keys):
            return []
        since = self.own["transacted_at"] - timedelta(days=days)
        return [
            row
            for row in self.before
            if row["transacted_at"] >= since
            and all(row[key] == self.own[key] for key in keys)
            and spends(row)
            and where(row)
        ]

    def is_other(self, row: Row) -> bool:
        return bool(row["cardholder_id"] != self.own["cardholder_id"])


def spends(row: Row) -> bool:
    return row["amount_minor"] >= 0 and row["txn_type"] not in ("refund", "decline")


def is_round(row: Row) -> bool:
    step = 10_000 if row["currency"] == "KRW" else 1_000
    return row["amount_minor"] > 0 and row["amount_minor"] % step == 0


def share(part: list[Row], whole: list[Row]) -> float | None:
    return len(part) / len(whole) if whole else None


def total(rows: list[Row]) -> int:
    return sum(row["amount_minor"] for row in rows)


def check(found: pl.DataFrame, name: str, expected: list[Any]) -> None:
    for got, wanted in zip(found[name].to_list(), expected, strict=True):
        assert got == (wanted if wanted is None else pytest.approx(wanted, rel=1e-5, abs=1e-6)), name


@settings(max_examples=draws(40), deadline=None)
@given(histories())
def test_kinds_of_spend_are_counted_from_strictly_earlier_spending(
    given_: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    claims = given_[0]
    rows, found = claims.to_dicts(), features_of(claims)
    before = [Plain(rows, row) for row in rows]
    kind, money = ("cardholder_id", "mcc"), ("cardholder_id", "mcc", "currency")

    def known(p: Plain, value: Any) -> Any:
        return value if p.own["mcc"] is not None else None

    check(found, "n_claims_same_category_28d", [known(p, len(p.of(28, *kind))) for p in before])
    check(found, "total_amount_same_category_28d", [known(p, total(p.of(28, *money))) for p in before])
    check(
        found,
        "same_category_share_180d",
        [known(p, share(p.of(180, *kind), p.of(180, "cardholder_id"))) for p in before],
    )
    means = [(p, p.of(180, *money)) for p in before]
    check(
        found,
        "amount_ratio_same_category_180d",
        [
            p.own["amount_minor"] / (total(own) / len(own))
            if spends(p.own) and own and total(own) > 0
            else None
            for p, own in means
        ],
    )


@settings(max_examples=draws(40), deadline=None)
@given(histories())
def test_others_claims_never_count_the_own_ones(given_: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    claims = given_[0]
    rows, found = claims.to_dicts(), features_of(claims)
    before = [Plain(rows, row) for row in rows]
    amount = ("amount_minor", "currency")

    def others(p: Plain, days: float, *keys: str, spent: bool = True) -> int:
        if spent and not (spends(p.own) and p.own["amount_minor"] > 0):
            return 0
        return len(p.of(days, *keys, where=p.is_other))

    check(found, "n_others_same_amount_merchant_7d", [others(p, 7, "merchant_id", *amount) for p in before])
    check(
        found, "n_others_same_amount_department_3d", [others(p, 3, "department_id", *amount) for p in before]
    )
    check(
        found,
        "n_others_department_merchant_1d",
        [others(p, 1, "department_id", "merchant_id", spent=False) for p in before],
    )
    check(
        found,
        "own_share_merchant_180d",
        [share(p.of(180, "cardholder_id", "merchant_id"), p.of(180, "merchant_id")) for p in before],
    )


@settings(max_examples=draws(40), deadline=None)
@given(histories())
def test_customs_are_shares_of_the_own_earlier_payments(given_: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    claims = given_[0]
    rows, found = claims.to_dicts(), features_of(claims)

    def part(row: Row) -> int:
        hour = row["transacted_at"].astimezone(SEOUL).hour
        return sum(hour >= start for start in (7, 11, 14, 17, 23)) % 5

    def is_weekend(row: Row) -> bool:
        return bool(row["transacted_at"].astimezone(SEOUL).isoweekday() >= 6)

    day_parts, weekends, rounds, rounds_here = [], [], [], []
    for row in rows:
        p = Plain(rows, row)
        own = p.of(120, "cardholder_id")
        timed = [r for r in own if r["has_time"]]
        alike = [r for r in timed if part(r) == part(row)]
        day_parts.append(share(alike, timed) if row["has_time"] else None)
        weekends.append(share([r for r in own if is_weekend(r)], own))
        rounds.append(share([r for r in own if is_round(r)], own))
        here = p.of(180, "merchant_id")
        rounds_here.append(share([r for r in here if is_round(r)], here))
    check(found, "day_part_share_120d", day_parts)
    check(found, "weekend_share_120d", weekends)
    check(found, "round_share_cardholder_120d", rounds)
    check(found, "round_share_merchant_180d", rounds_here)


def test_surprise_is_the_tail_of_a_negative_binomial_around_what_colleagues_do() -> None:
    colleagues = [
        claim(10 + k, 24 * k, cardholder_id=2 + k % 2, merchant_id=9, mcc="7011" if k % 6 else "5812")
        for k in range(60)
    ]
    own = [claim(100 + k, 24 * 50 + 10 * k) for k in range(9)]
    found = features_of(frame_of(*colleagues, *own)).filter(pl.col("cardholder_id") == 1)
    surprises = found["category_surprise_28d"].to_list()
    assert surprises == sorted(surprises)  # every further meal within the month is less likely

    # the ninth, by the definition: two colleagues made 10 such claims in some 53 days; the own past before the month is empty
    covered = (own[8]["transacted_at"] - colleagues[0]["transacted_at"]) / timedelta(days=28)
    n_peers = sum(
        1 for c in colleagues if c["mcc"] == "5812" and c["transacted_at"] < own[8]["transacted_at"]
    )
    rate = (n_peers + 0.5) / (2 * covered + 1)
    expected = -math.log10(stats.nbinom.sf(8, 1, (1 / rate) / (1 / rate + 1)))
    assert surprises[8] == pytest.approx(expected, rel=1e-4)


def test_surprise_is_missing_where_nobody_else_is_in_the_department() -> None:
    found = features_of(frame_of(*[claim(k, 5 * k) for k in range(4)]))
    assert found["category_surprise_28d"].to_list() == [None] * 4


def test_amounts_just_under_a_round_one_are_told() -> None:
    amounts = [29_800, 30_000, 30_100, 99_000, 123_456, -500]
    found = features_of(frame_of(*[claim(k, k, amount_minor=a) for k, a in enumerate(amounts)]))
    check(found, "ratio_to_next_round", [29.8 / 30, 1.0, 30.1 / 40, 0.99, 12.3456 / 15, None])
    assert found["n_trailing_zeros"].to_list() == [2, 4, 2, 3, 0, None]
    dollars = features_of(frame_of(claim(1, 0, amount_minor=50_000, currency="USD")))
    assert dollars["n_trailing_zeros"].to_list() == [2]
