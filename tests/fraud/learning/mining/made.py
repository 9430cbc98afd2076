"""Small feature frames full of gaps, ties and two currencies, with misuse that a plain rule would find."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from fraud.learning.mining.choosing import Block

MCCS = ("5812", "5813", " 5814 ", "ＡＢ", "")
COUNTED = "n_claims_same_merchant_30d"


def features(n: int, seed: int, *, gaps: float = 0.2) -> pl.DataFrame:
    """n claims; `gaps`: the share of every column that is missing."""
    draw = np.random.default_rng(seed)

    def holed(values: list) -> list:
        return [None if draw.random() < gaps else value for value in values]

    start = datetime(2026, 3, 1, tzinfo=UTC)
    return pl.DataFrame(
        {
            "claim_id": range(1, n + 1),
            "cardholder_id": draw.integers(1, 20, n),
            "merchant_id": draw.integers(1, 30, n),
            "department_id": draw.integers(1, 4, n),
            "transacted_at": [
                start + timedelta(hours=int(hour)) for hour in np.sort(draw.integers(0, 2000, n))
            ],
            "amount": pl.Series(holed(draw.integers(1, 900_000, n).tolist()), dtype=pl.Int64),
            "currency": pl.Series(holed(draw.choice(["KRW", "KRW", "GBP"], n).tolist())),
            "merchant.mcc": pl.Series(holed(draw.choice(MCCS, n).tolist())),
            "receipt_id": pl.Series(holed(draw.choice(["r", " ", "s"], n).tolist())),
            "is_weekend": pl.Series(holed((draw.random(n) < 0.3).tolist()), dtype=pl.Boolean),
            COUNTED: pl.Series(holed(draw.integers(0, 9, n).tolist()), dtype=pl.Int64),
            "amount_z_self": pl.Series(holed(draw.normal(size=n).tolist()), dtype=pl.Float64),
            "ratio_to_limit": pl.Series(holed(draw.random(n).tolist()), dtype=pl.Float64),
        }
    )


def scheme(frame: pl.DataFrame) -> np.ndarray:
    """Misuse: many claims at one merchant, at a bar."""
    return (
        frame.select((pl.col(COUNTED) >= 5) & (pl.col("merchant.mcc") == "5813"))
        .to_series()
        .fill_null(False)
        .to_numpy()
    )


def block(n: int, seed: int, *, gaps: float = 0.0, reviewed: float = 1.0) -> Block:
    frame = features(n, seed, gaps=gaps)
    draw = np.random.default_rng(seed + 1)
    misuse = scheme(frame)
    is_reviewed = misuse | (draw.random(n) < reviewed)
    return Block(frame, misuse, is_reviewed, frame["cardholder_id"].to_numpy(), 30.0)
