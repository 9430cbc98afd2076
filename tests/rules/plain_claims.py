"""Small hand-written frames."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl


def claims(**columns: list[object]) -> pl.DataFrame:
    """A frame with the key columns filled in."""
    height = len(next(iter(columns.values())))
    start = datetime(2026, 3, 3, 3, tzinfo=UTC)
    base: dict[str, list[object]] = {
        "claim_id": list(range(height)),
        "cardholder_id": [1] * height,
        "merchant_id": [1] * height,
        "amount": [1000] * height,
        "currency": ["KRW"] * height,
        "transacted_at": [start] * height,
        "has_time": [True] * height,
    }
    given = {**base, **columns}
    base["net_amount"] = given["amount"]
    local = pl.Series(given["transacted_at"]).dt.convert_time_zone("Asia/Seoul")
    base["business_date"] = local.dt.offset_by("-7h").dt.date().to_list()
    return pl.DataFrame({**base, **columns})
