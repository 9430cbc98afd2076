"""A small company for tests of the night: people, merchants and claims in bulk, with misuse planted where tests look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from fraud.claims.bulk import write_rows
from fraud.claims.models import Cardholder, Claim, Merchant
from rules.models import Rule, RuleVersion

START = datetime(2026, 3, 2, tzinfo=UTC)
MCCS = ("5812", "5813", "4121", "5411", "5541", "7011")
RULES = {
    "A01": ("amount > 500,000 KRW", 5.0, False),
    "D03": ("count(same cardholder, merchant, amount within 3 days) >= 2", 3.0, False),
    "M01": ('merchant.mcc = "5813"', 2.0, False),
    "X01": ('card.status = "stopped"', 5.0, True),
}


def add_rules(rules: dict[str, tuple[str, float, bool]] | None = None) -> None:
    """Active rules by code: text, weight, whether they always open a case."""
    for code, (text, weight, always) in (rules or RULES).items():
        rule = Rule.objects.create(code=code, name_en=f"Rule {code}", name_ko=f"규칙 {code}")
        RuleVersion.objects.create(
            rule=rule,
            number=1,
            state=RuleVersion.State.ACTIVE,
            text=text,
            weight=weight,
            is_always_open=always,
        )


def add_people(n_people: int = 40, n_merchants: int = 60) -> tuple[list[int], list[int]]:
    """Cardholders and merchants; returns their ids."""
    people = Cardholder.objects.bulk_create(Cardholder(employee_no=f"E{i:04d}") for i in range(n_people))
    places = Merchant.objects.bulk_create(
        Merchant(key=f"m{i:04d}", name=f"Shop {i}", mcc=MCCS[i % len(MCCS)]) for i in range(n_merchants)
    )
    return [p.pk for p in people], [m.pk for m in places]


def add_claims(
    n: int = 2000,
    *,
    seed: int = 1,
    days: int = 60,
    start: datetime = START,
    received_at: datetime | None = None,
    prefix: str = "c",
    is_history: bool = False,
) -> list[int]:
    """`n` claims over `days`: 1 % very large, 1 % repeated, four with a stopped card. Returns ids in order of external id."""
    rng = np.random.default_rng(seed)
    people = np.array(Cardholder.objects.order_by("pk").values_list("pk", flat=True))
    places = np.array(Merchant.objects.order_by("pk").values_list("pk", flat=True))
    habits = rng.integers(0, len(places), (len(people), 8))
    who = rng.integers(0, len(people), n)
    where = places[habits[who, rng.integers(0, 8, n)]]
    amount = np.exp(rng.normal(10.0, 0.6, n)).astype(np.int64)
    large = rng.random(n) < 0.01
    amount[large] = amount[large] * 20 + 400_000
    seconds = np.sort(rng.integers(0, days * 86_400, n))
    at = [start + timedelta(seconds=int(s)) for s in seconds]
    repeated = np.flatnonzero(rng.random(n) < 0.01)
    for i in repeated[repeated + 1 < n]:
        who[i + 1], where[i + 1], amount[i + 1] = who[i], where[i], amount[i]
    stopped = np.zeros(n, dtype=bool)
    stopped[rng.choice(n, min(4, n), replace=False)] = True
    utc = pl.Datetime("us", "UTC")
    frame = pl.DataFrame(
        {
            "external_id": [f"{prefix}{i:06d}" for i in range(n)],
            "row_hash": [f"{prefix}{i:06d}" for i in range(n)],
            "first_received_at": pl.Series([received_at or t + timedelta(hours=6) for t in at], dtype=utc),
            "received_at": pl.Series([received_at or t + timedelta(hours=6) for t in at], dtype=utc),
            "cardholder_id": people[who],
            "merchant_id": where,
            "transacted_at": pl.Series(at, dtype=utc),
            "amount_minor": amount,
            "card_status": np.where(stopped, "stopped", "active"),
        }
    )
    filled = frame.with_columns(*[pl.lit(v).alias(k) for k, v in _plain_columns(is_history).items()])
    write_rows("fraud_claim", filled.columns, filled)
    return list(
        Claim.objects.filter(external_id__startswith=prefix)
        .order_by("external_id")
        .values_list("pk", flat=True)
    )


def _plain_columns(is_history: bool) -> dict[str, object]:
    texts = [
        "claim_no",
        "approver_no",
        "card_token",
        "card_last4",
        "card_kind",
        "authorization_code",
        "entry_mode",
        "country",
        "original_currency",
        "purpose_code",
        "purpose_text",
        "account_code",
        "project_code",
        "pre_approval_id",
        "trip_no",
        "evidence_type",
        "receipt_id",
    ]
    return {
        **dict.fromkeys(texts, ""),
        "source_system": "default",
        "version": 1,
        "line": 0,
        "is_history": is_history,
        "merchant_name": "Shop",
        "txn_type": "purchase",
        "has_time": True,
        "currency": "KRW",
    }
