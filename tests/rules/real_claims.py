"""The two public purchasing-card sets as feature frames: only what they deliver, everything else absent."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from tests.shared_data import shared_file

TORONTO = "toronto_pcard/transactions_2011_2018.parquet"
BIRMINGHAM = "birmingham_pcard/transactions_2014_2018.parquet"


def _frame(
    rows: pl.DataFrame, *, owner: str, merchant: str, day: str, amount: str, currency: str, zone: str
) -> pl.DataFrame:
    def code(name: str) -> pl.Expr:
        return pl.col(name).cast(pl.String).rank("dense").cast(pl.Int64)

    return rows.with_row_index("claim_id").select(
        pl.col("claim_id").cast(pl.Int64),
        code(owner).alias("cardholder_id"),
        code(merchant).alias("merchant_id"),
        (pl.col(amount) * 100).round().cast(pl.Int64).alias("amount"),
        (pl.col(amount) * 100).round().cast(pl.Int64).clip(lower_bound=0).alias("net_amount"),
        pl.lit(currency).alias("currency"),
        pl.col(day).dt.replace_time_zone(zone).dt.convert_time_zone("UTC").alias("transacted_at"),
        pl.lit(False).alias("has_time"),
        pl.col(day).dt.date().alias("business_date"),
        pl.col(merchant).cast(pl.String).alias("merchant.name"),
        *([pl.col("mcc").cast(pl.String).alias("merchant.mcc")] if "mcc" in rows.columns else []),
        *([pl.col("purpose").alias("purpose_text")] if "purpose" in rows.columns else []),
    )


@lru_cache(maxsize=1)
def toronto() -> pl.DataFrame:
    """377,207 rows in CAD; the owner is the cost centre; no time of day."""
    rows = pl.read_parquet(shared_file(TORONTO))
    return _frame(
        rows,
        owner="cost_centre",
        merchant="merchant_name",
        day="transaction_date",
        amount="amount",
        currency="CAD",
        zone="America/Toronto",
    )


@lru_cache(maxsize=1)
def birmingham() -> pl.DataFrame:
    """181,335 rows in GBP; the owner is the card; no category, no time of day."""
    rows = pl.read_parquet(shared_file(BIRMINGHAM))
    return _frame(
        rows,
        owner="card_number_masked",
        merchant="merchant_name",
        day="trans_date",
        amount="original_gross_amount",
        currency="GBP",
        zone="Europe/London",
    )
