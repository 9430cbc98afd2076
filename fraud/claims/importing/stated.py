"""Rows that state a payment and what was taken back of it: the payment keeps its identity, the money back is a claim beside it."""

from __future__ import annotations

import polars as pl

from fraud.claims.importing.parsing.identity import row_hashes

#: Ends the identity of money back that the row of its own payment states.
SUFFIX = ":cancel"
#: What belongs to the payment and is not said of the money that came back.
_OF_PAYMENT = ("vat", "vat_claimed", "service_charge", "original_amount", "original_currency", "is_misuse")


def stated_money_back(rows: pl.DataFrame) -> pl.DataFrame:
    """The money back that `rows` state about their own payment, one row each, as rows of their own.

    `stated_back` (minor units): null says nothing, 0 that nothing came back: such a row is there too, with the amount
    0, for whoever knew of more. The moment is `back_at` where it is known, else the payment's.
    """
    if "stated_back" not in rows.columns:
        return rows.clear()
    told = rows.filter(pl.col("stated_back").is_not_null())
    told = told.with_columns(pl.concat_str("external_id", pl.lit(SUFFIX)).alias("external_id"))
    told = as_money_back(told, whole=pl.col("amount"))
    hashes = row_hashes(told, ["row_hash", "amount", "transacted_at"])
    return told.with_columns(hashes)


def as_money_back(rows: pl.DataFrame, *, whole: pl.Expr) -> pl.DataFrame:
    """Rows with `stated_back` as that money back alone, under the ids they have; `whole`: the payment's amount."""
    at = pl.coalesce("back_at", "transacted_at") if "back_at" in rows.columns else pl.col("transacted_at")
    back = pl.col("stated_back")
    kind = pl.when((back > 0) & (back >= whole)).then(pl.lit("cancel")).otherwise(pl.lit("partial_cancel"))
    gone = [name for name in _OF_PAYMENT if name in rows.columns]
    return rows.with_columns(
        kind.alias("txn_type"),
        (-back).alias("amount"),
        at.alias("transacted_at"),
        pl.lit(None, pl.Int64).alias("stated_back"),
        *(pl.lit(None, rows.schema[name]).alias(name) for name in gone),
    )
