"""What the receipts of claims said, as known at a moment: the columns rules look at."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import polars as pl

from fraud.claims.bulk import read_frame
from fraud.claims.columns import RECEIPTS
from fraud.claims.receipts.traces import SIGNS

_READ: dict[str, Any] = {
    "claim_id": pl.Int64,
    "at": pl.Int64,
    "total": pl.Int64,
    "of": pl.String,
    "receipt_date": pl.Date,
    "receipt_brn": pl.String,
    "receipt_items": pl.String,
    "receipt_no": pl.Int64,
    "signs": pl.String,
    "receipt_sha256": pl.String,
    "receipt_picture_hash": pl.String,
    "receipt_n_same": pl.Int64,
    "receipt_n_alike": pl.Int64,
}
_SQL = (
    "SELECT claim_id, id AS at, total_minor AS total, currency AS of, issued_on AS receipt_date, brn AS receipt_brn, "
    "items AS receipt_items, number AS receipt_no, CAST(signs AS text) AS signs, sha256 AS receipt_sha256, "
    "picture_hash AS receipt_picture_hash, n_same AS receipt_n_same, n_alike AS receipt_n_alike FROM fraud_receipt "
    "WHERE received_at <= %s AND (superseded_at IS NULL OR superseded_at > %s) ORDER BY received_at, id"
)
_SAID = (
    "receipt_date",
    "receipt_brn",
    "receipt_items",
    "receipt_no",
    "receipt_sha256",
    "receipt_picture_hash",
)


def receipts_known(at: object, without: Collection[str] = ()) -> pl.DataFrame | None:
    """One row a claim with receipts known by a moment (a parameter of the database); None where nobody has handed in any, or no column
    of them is asked for.

    Of several receipts the last that says something of it tells a value; one that shows signs of editing, or was there before, is enough.
    """
    if not set(RECEIPTS) - {*without}:
        return None
    rows = read_frame(_SQL, [at, at], schema=_READ)
    if rows.is_empty():
        return None
    texts = [pl.col(name).replace("", None) for name, dtype in _READ.items() if dtype == pl.String]
    rows = rows.with_columns(texts)
    last = [pl.col(name).drop_nulls().last() for name in (*_SAID, "of")]
    return rows.group_by("claim_id", maintain_order=True).agg(
        *last,
        pl.col("total").drop_nulls().last(),
        pl.col("receipt_n_same").max(),
        pl.col("receipt_n_alike").max(),
        receipt_is_edited=_is_edited().any(),
    )


def _is_edited() -> pl.Expr:
    """Whether a list of signs in JSON names one of editing; what is told beside them is none."""
    return pl.any_horizontal(pl.col("signs").str.contains(f'"{sign}"', literal=True) for sign in SIGNS)


def beside_receipts(
    claims: pl.DataFrame, receipts: pl.DataFrame | None, *, coded: bool = False
) -> pl.DataFrame:
    """The claims with the columns of RECEIPTS beside them, in their order; as they are where no receipt is known.

    A total in another currency than the claim's compares with nothing and is left out.
    """
    if receipts is None:
        return claims
    told = claims.select("claim_id", *({"currency"} & set(claims.columns))).join(
        receipts, on="claim_id", how="left", maintain_order="left"
    )
    is_same = (
        pl.col("of") == pl.col("currency").cast(pl.String) if "currency" in claims.columns else pl.lit(True)
    )
    told = told.with_columns(receipt_amount=pl.when(is_same).then("total"))
    told = told.select(pl.col(name).cast(dtype) for name, dtype in RECEIPTS.items())
    return claims.hstack(told.with_columns(pl.col(pl.String).cast(pl.Categorical)) if coded else told)
