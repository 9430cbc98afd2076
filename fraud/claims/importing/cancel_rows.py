"""Rows that repeat a payment known under another id to say what was taken back of it, and rows that know less than is known.

Card portals list a cancelled payment a second time: with its whole amount and the cancelled part beside it, with what is left,
or with the cancelled part alone; on the payment's date or on the cancellation's. The authorisation code and the person tell that it is no
payment of its own.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from django.db import connection

from fraud.claims.bulk import in_list, read_frame
from fraud.claims.importing.keys import CODE, PERSON, keyed, local_day, spellings
from fraud.claims.importing.sides import DAYS
from fraud.claims.importing.stated import SUFFIX, as_money_back
from rules.language.transactions import MONEY_BACK, PAYMENTS

_AT = pl.Datetime("us", "UTC")
_PAID: dict[str, Any] = {
    "paid_id": pl.String,
    "employee_no": pl.String,
    "authorization_code": pl.String,
    "currency": pl.String,
    "paid": pl.Int64,
    "paid_at": _AT,
}
_SAME = [PERSON, CODE, "currency"]
_KINDS = ", ".join(f"'{name}'" for name in PAYMENTS)
_BACKS = ", ".join(f"'{name}'" for name in MONEY_BACK)


def repeated_payments(rows: pl.DataFrame, source_system: str) -> pl.DataFrame:
    """The rows; those that repeat a payment under another id in order to state what came back are that money back alone."""
    if not {"stated_back", "authorization_code", "employee_no"} <= set(rows.columns):
        return rows
    told = rows.filter((pl.col("stated_back") > 0) & (pl.col("authorization_code").fill_null("") != ""))
    if told.is_empty():
        return rows
    at = pl.coalesce("back_at", "transacted_at") if "back_at" in rows.columns else pl.col("transacted_at")
    wanted = keyed(told.select("external_id", *_LOOKED_AT, back="stated_back", back_at=at))
    paid = pl.concat([_stored_payments(told["authorization_code"], source_system), _payments_among(rows)])
    both = wanted.join(keyed(paid), on=_SAME).filter(_repeats())
    if both.is_empty():
        return rows
    paid_of = dict(both.sort("paid_at", "paid_id").select("external_id", "paid").iter_rows())
    repeats = pl.col("external_id").is_in(list(paid_of)) & (pl.col("stated_back") > 0)
    whole = pl.col("external_id").replace_strict(paid_of, default=None, return_dtype=pl.Int64)
    again = as_money_back(rows.filter(repeats), whole=whole)
    return pl.concat([rows.filter(~repeats.fill_null(False)), again]).sort("line", maintain_order=True)


_LOOKED_AT = ("employee_no", "authorization_code", "currency", "amount", "transacted_at")


def _repeats() -> pl.Expr:
    """Another id, no later, and the whole amount, what is left of it, or what came back."""
    days = (local_day("back_at") - local_day("paid_at")).dt.total_days()
    amount, back, paid = pl.col("amount"), pl.col("back"), pl.col("paid")
    fits = (amount == paid) | (amount + back == paid) | ((amount == back) & (back <= paid))
    return (pl.col("external_id") != pl.col("paid_id")) & fits & days.is_between(0, DAYS)


def _stored_payments(written: pl.Series, source_system: str) -> pl.DataFrame:
    codes, params = in_list(spellings(written))
    sql = f"""
        SELECT c.external_id AS paid_id, h.employee_no, c.authorization_code, c.currency, c.amount_minor AS paid, c.transacted_at AS paid_at
        FROM fraud_claim c JOIN fraud_cardholder h ON h.id = c.cardholder_id
        WHERE c.source_system = %s AND c.amount_minor > 0 AND c.txn_type IN ({_KINDS}) AND c.authorization_code {codes}"""
    return read_frame(sql, [source_system, *params], schema=_PAID)


def _payments_among(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows that are payments and state nothing about themselves."""
    plain = (
        (pl.col("amount") > 0)
        & pl.col("txn_type").is_in(PAYMENTS)
        & (pl.col("stated_back").fill_null(0) == 0)
    )
    found = rows.filter(plain & (pl.col("authorization_code").fill_null("") != ""))
    return found.select(
        "employee_no",
        "authorization_code",
        "currency",
        paid_id="external_id",
        paid="amount",
        paid_at="transacted_at",
    ).select(list(_PAID))


def payments_told_before(rows: pl.DataFrame, source_system: str) -> pl.DataFrame:
    """Stored payments that the new payments in `rows` show to have been mere repetitions: `id, back_id, back, back_at, txn_type`."""
    schema: dict[str, Any] = {
        "id": pl.Int64,
        "back_id": pl.Int64,
        "back": pl.Int64,
        "back_at": _AT,
        "external_id": pl.String,
    }
    nothing = pl.DataFrame(schema={**schema, "txn_type": pl.String}).drop("external_id")
    if not {"stated_back", "authorization_code", "employee_no"} <= set(rows.columns):
        return nothing
    paid = _payments_among(rows)
    if paid.is_empty():
        return nothing
    codes, params = in_list(spellings(paid["authorization_code"]))
    sql = f"""
        SELECT c.id, b.id AS back_id, -b.amount_minor AS back, b.transacted_at AS back_at, c.external_id, h.employee_no,
               c.authorization_code, c.currency, c.amount_minor AS amount
        FROM fraud_claim c JOIN fraud_cardholder h ON h.id = c.cardholder_id
        JOIN fraud_claim b ON b.source_system = c.source_system AND b.external_id = c.external_id || '{SUFFIX}'
        WHERE c.source_system = %s AND c.amount_minor > 0 AND b.amount_minor < 0 AND c.txn_type IN ({_KINDS})
          AND c.authorization_code {codes}"""
    more = {
        "employee_no": pl.String,
        "authorization_code": pl.String,
        "currency": pl.String,
        "amount": pl.Int64,
    }
    told = keyed(read_frame(sql, [source_system, *params], schema={**schema, **more}))
    both = told.join(keyed(paid), on=_SAME).filter(_repeats()).unique("id", keep="first", maintain_order=True)
    kind = (
        pl.when(pl.col("back") >= pl.col("paid")).then(pl.lit("cancel")).otherwise(pl.lit("partial_cancel"))
    )
    return both.with_columns(txn_type=kind).select(list(nothing.columns))


def move_apart(rows: pl.DataFrame, source_system: str) -> None:
    """Money back that came first and under the id of its payment makes room for the payment. Transaction: caller's."""
    condition, params = in_list(rows.get_column("external_id").to_list())
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE fraud_claim SET external_id = external_id || '{SUFFIX}' WHERE source_system = %s AND external_id {condition}",
            [source_system, *params],
        )


def taken_ids(rows: pl.DataFrame, source_system: str) -> list[str]:
    """Ids of payments in `rows` under which only the money that came back of them is known so far."""
    says = pl.col("stated_back").fill_null(0) > 0 if "stated_back" in rows.columns else pl.lit(False)
    paid = rows.filter((pl.col("amount") > 0) & pl.col("txn_type").is_in(PAYMENTS) & ~says)
    if paid.is_empty():
        return []
    condition, params = in_list(paid.get_column("external_id").to_list())
    sql = f"""
        SELECT c.external_id FROM fraud_claim c
        WHERE c.source_system = %s AND c.amount_minor < 0 AND c.txn_type IN ({_BACKS}) AND c.external_id {condition}
          AND NOT EXISTS (SELECT 1 FROM fraud_claim o WHERE o.source_system = c.source_system
                          AND o.external_id = c.external_id || '{SUFFIX}')"""
    found = read_frame(sql, [source_system, *params], schema={"external_id": pl.String})
    return found.get_column("external_id").to_list()


def without_the_silent(back: pl.DataFrame, source_system: str, latest: date | None) -> pl.DataFrame:
    """`back` (compared rows of stated money back) without rows that know less than is known, rather than otherwise.

    Two of them: "nothing came back" of a source, where another source told of the money; and a smaller sum in a file all of
    which lies before the day (`latest`: its last) on which the known money came back.
    """
    less = back.filter(pl.col("known_id").is_not_null())
    if less.is_empty():
        return back
    condition, params = in_list(less.get_column("known_id").unique().to_list())
    sql = f"""
        SELECT c.id AS known_id, -c.amount_minor AS stored, c.transacted_at AS stored_at,
               c.source_system <> %s OR EXISTS (
                   SELECT 1 FROM fraud_claimsource s WHERE s.claim_id = c.id AND s.source_system <> %s) AS told_elsewhere
        FROM fraud_claim c WHERE c.id {condition}"""
    schema = {"known_id": pl.Int64, "stored": pl.Int64, "stored_at": _AT, "told_elsewhere": pl.Boolean}
    known = read_frame(sql, [source_system, source_system, *params], schema=schema)
    seen = back.select("known_id", "amount").join(known, on="known_id", how="left", maintain_order="left")
    silent = (pl.col("amount") == 0) & pl.col("told_elsewhere")
    older = (-pl.col("amount") < pl.col("stored")) & (local_day("stored_at") > pl.lit(latest, pl.Date))
    gone = seen.select((silent.fill_null(False) | older.fill_null(False)).alias("gone")).to_series()
    return back.filter(~gone)
