"""Small claim frames for feature tests: one claim by keywords, and generated histories."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from fraud.company.calendar import CompanyCalendar
from fraud.detection.features import build_features

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
CALENDAR = CompanyCalendar()
SCHEMA: dict[str, Any] = {
    "claim_id": pl.Int64,
    "cardholder_id": pl.Int64,
    "merchant_id": pl.Int64,
    "department_id": pl.Int64,
    "transacted_at": pl.Datetime("us", "UTC"),
    "has_time": pl.Boolean,
    "amount_minor": pl.Int64,
    "currency": pl.String,
    "txn_type": pl.String,
    "mcc": pl.String,
}
LABEL_SCHEMA: dict[str, Any] = {
    "claim_id": pl.Int64,
    "is_misuse": pl.Boolean,
    "known_at": pl.Datetime("us", "UTC"),
    "weight": pl.Float64,
}


def claim(claim_id: int, hours: float, **values: Any) -> dict[str, Any]:
    """A claim that many hours after BEGIN: cardholder 1, merchant 1, 10,000 won, if nothing else is said."""
    usual = {
        "cardholder_id": 1,
        "merchant_id": 1,
        "department_id": 1,
        "has_time": True,
        "amount_minor": 10_000,
        "currency": "KRW",
        "txn_type": "purchase",
        "mcc": "5812",
    }
    moment = BEGIN + timedelta(hours=hours)
    return usual | {"claim_id": claim_id, "transacted_at": moment} | values


def frame_of(*claims: dict[str, Any]) -> pl.DataFrame:
    """Claims with their columns; further columns of the claims are kept."""
    more = {name: None for one in claims for name in one if name not in SCHEMA}
    return pl.DataFrame(list(claims), schema=SCHEMA | more, strict=False)


def label(claim_id: int, hours: float, is_misuse: bool = True) -> dict[str, Any]:
    """An outcome of a claim that became known that many hours after BEGIN."""
    known_at = BEGIN + timedelta(hours=hours)
    return {"claim_id": claim_id, "is_misuse": is_misuse, "known_at": known_at, "weight": 1.0}


def labels_of(*labels: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(labels), schema=LABEL_SCHEMA)


def features_of(claims: pl.DataFrame, labels: pl.DataFrame | None = None, **options: Any) -> pl.DataFrame:
    """Features in Korea without holidays."""
    return build_features(claims, calendar=CALENDAR, zone="Asia/Seoul", labels=labels, **options)


_claims = st.builds(
    claim,
    claim_id=st.just(0),
    hours=st.integers(0, 24 * 40),
    cardholder_id=st.integers(1, 3),
    merchant_id=st.integers(1, 3),
    department_id=st.sampled_from([None, 1, 2]),
    has_time=st.booleans(),
    amount_minor=st.integers(-5_000, 200_000),
    currency=st.sampled_from(["KRW", "USD"]),
    txn_type=st.sampled_from(["purchase", "refund", "decline", None]),
    mcc=st.sampled_from([None, "5812", "4121"]),
)


@st.composite
def histories(draw: st.DrawFn, max_size: int = 25) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Claims in any order, and labels of some of them, known at any later time, some corrected."""
    claims = draw(st.lists(_claims, min_size=2, max_size=max_size))
    rows = [row | {"claim_id": place} for place, row in enumerate(claims)]
    known = st.tuples(st.integers(0, len(rows) - 1), st.integers(0, 24 * 30), st.booleans())
    labels = []
    for place, waited, is_misuse in draw(st.lists(known, max_size=12)):
        hours = (rows[place]["transacted_at"] - BEGIN) / timedelta(hours=1) + waited
        labels.append(label(place, hours, is_misuse))
    return frame_of(*rows), labels_of(*labels)
