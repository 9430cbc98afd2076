"""Reading very many claims: the claims alone, then their people and places once each instead of once a claim.

Gives the frame of `fraud.claims.bulk.read_claims`. A million claims of twenty thousand merchants repeat fifteen texts a row; joining
them here instead of in the database halves the text that has to cross.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

import polars as pl
from django.db import connection

from fraud.claims.bulk import read_frame
from fraud.claims.columns import CLAIM_SCHEMA, COLUMNS, shape_claims

_OF_CLAIM = {name: (sql, dtype) for name, (sql, dtype) in COLUMNS.items() if sql.startswith("c.")}
_OF_PERSON = {name: (sql, dtype) for name, (sql, dtype) in COLUMNS.items() if sql.startswith("h.")}
_OF_PLACE = {name: (sql, dtype) for name, (sql, dtype) in COLUMNS.items() if sql.startswith("m.")}
_AT = pl.Datetime("us", "UTC")
_KEYS: dict[str, Any] = {"own_department_id": pl.Int64, "own_country": pl.String}


#: Columns that tell deliveries apart; neither features nor rules look at them.
IDENTITY = frozenset({"external_id", "claim_no", "card_token", "card_last4"})


#: Days of claims read at once: what a slice needs while it is put together is freed before the next.
SLICE_DAYS = 45


def read_many_claims(
    where: str, params: Sequence[Any], *, zone: str | None = None, without: Collection[str] = ()
) -> pl.DataFrame:
    """Claims as the canonical frame, ordered by (transacted_at, id); superseded versions are not left out.

    `where` is a condition on `c` alone; columns of the claim in `without` are not read.
    """
    dimensions = _people(), _departments(), _places()
    slices = [
        _read(f"({where}) AND {limits}", [*params, *bounds], dimensions, zone, without)
        for limits, bounds in _slices(where, params)
    ]
    return pl.concat(slices, rechunk=True)


def _slices(where: str, params: Sequence[Any]) -> list[tuple[str, list[object]]]:
    """Conditions on the transaction time that cover every claim once, in order."""
    span = read_frame(
        f"SELECT min(c.transacted_at) AS first, max(c.transacted_at) AS last FROM fraud_claim c WHERE {where}",
        params,
        schema={"first": _AT, "last": _AT},
    )
    first, last = span.row(0)
    if first is None:
        return [("1 = 1", [])]
    found: list[tuple[str, list[object]]] = []
    while first <= last:
        until = first + timedelta(days=SLICE_DAYS)
        bounds: list[object] = [connection.ops.adapt_datetimefield_value(at) for at in (first, until)]
        found.append(("c.transacted_at >= %s AND c.transacted_at < %s", bounds))
        first = until
    return found


def _read(
    where: str,
    params: Sequence[Any],
    dimensions: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame],
    zone: str | None,
    without: Collection[str],
) -> pl.DataFrame:
    people, departments, places = dimensions
    own = {name: column for name, column in _OF_CLAIM.items() if name not in without}
    columns = _select(own) + ", c.department_id AS own_department_id, c.country AS own_country"
    schema = {name: dtype for name, (_, dtype) in own.items()} | _KEYS
    claims = read_frame(f"SELECT {columns} FROM fraud_claim c WHERE {where}", params, schema=schema)
    frame = _with_places(_with_people(claims, people, departments), places).sort("transacted_at", "claim_id")
    frame = frame.select(name for name in CLAIM_SCHEMA if name not in without)
    return shape_claims(frame, read=read_frame, zone=zone)


def _select(columns: dict[str, tuple[str, Any]]) -> str:
    return ", ".join(f'{sql} AS "{name}"' for name, (sql, _) in columns.items())


def _people() -> pl.DataFrame:
    sql = (
        f"SELECT h.id AS person_id, h.department_id AS home_id, {_select(_OF_PERSON)} FROM fraud_cardholder h"
    )
    schema = {"person_id": pl.Int64, "home_id": pl.Int64, **{n: d for n, (_, d) in _OF_PERSON.items()}}
    return read_frame(sql, schema=schema)


def _departments() -> pl.DataFrame:
    return read_frame(
        "SELECT id AS department_id, code AS department_code FROM fraud_department",
        schema={"department_id": pl.Int64, "department_code": pl.String},
    )


def _places() -> pl.DataFrame:
    sql = f"SELECT m.id AS place_id, m.country AS home_country, {_select(_OF_PLACE)} FROM fraud_merchant m"
    schema = {"place_id": pl.Int64, "home_country": pl.String, **{n: d for n, (_, d) in _OF_PLACE.items()}}
    return read_frame(sql, schema=schema)


def _with_people(claims: pl.DataFrame, people: pl.DataFrame, departments: pl.DataFrame) -> pl.DataFrame:
    """The cardholder's facts, the department as of the claim or else the cardholder's, and the approver's id."""
    approvers = people.select(pl.col("person_id").alias("approver_id"), approver_no="employee_no")
    frame = claims.join(people, left_on="cardholder_id", right_on="person_id", how="left")
    frame = frame.with_columns(pl.coalesce("own_department_id", "home_id").alias("department_id"))
    frame = frame.join(departments, on="department_id", how="left")
    return frame.join(approvers.filter(pl.col("approver_no") != ""), on="approver_no", how="left")


def _with_places(claims: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """The merchant's facts; the claim's own country comes before the merchant's."""
    frame = claims.join(places, left_on="merchant_id", right_on="place_id", how="left")
    own = pl.col("own_country").replace("", None)
    return frame.with_columns(pl.coalesce(own, "home_country").alias("country"))
