"""Reading very many claims as they were known at a moment: the claims alone, then their people and places once each.

A million claims of twenty thousand merchants repeat fifteen texts a row; joining them here instead of in the database
halves the text that has to cross.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from django.db import connection

from fraud.claims.bulk import read_frame
from fraud.claims.columns import CLAIM_SCHEMA, COLUMNS, shape_claims
from fraud.claims.models import ClaimVersion
from rules.language.transactions import MONEY_BACK, NOT_SPENDING

_OF_CLAIM = {name: (sql, dtype) for name, (sql, dtype) in COLUMNS.items() if sql.startswith("c.")}
_OF_PERSON = {name: (sql, dtype) for name, (sql, dtype) in COLUMNS.items() if sql.startswith("h.")}
_OF_PLACE = {name: (sql, dtype) for name, (sql, dtype) in COLUMNS.items() if sql.startswith("m.")}
_AT = pl.Datetime("us", "UTC")
#: What a version is made of: the columns that a claim and its earlier versions share.
FACTS = tuple(
    field.column
    for field in ClaimVersion._meta.concrete_fields
    if field.column not in ("id", "claim_id", "superseded_at")
)
_KEYS: dict[str, Any] = {"own_department_id": pl.Int64, "own_country": pl.String}


#: Columns that tell deliveries apart; neither features nor rules look at them.
IDENTITY = frozenset({"external_id", "claim_no", "card_token", "card_last4"})


#: Days of claims read at once: what a slice needs while it is put together is freed before the next.
SLICE_DAYS = 45


def db_time(moment: datetime) -> object:
    """A moment as a parameter of raw SQL on either database."""
    return connection.ops.adapt_datetimefield_value(moment)


def known_claims(known_by: datetime) -> tuple[str, list[object]]:
    """Claims as known at a moment, to stand behind FROM as `c`: (SQL, its parameters).

    A claim's row is what is said of it now; where that became known later, the version that held then stands in.
    """
    facts = ", ".join(f'"{name}"' for name in FACTS)
    of_version = ", ".join(f'v."{name}"' for name in FACTS)
    at = db_time(known_by)
    sql = (
        f"(SELECT id, source_system, external_id, first_received_at, original_claim_id, credit_minor, {facts} "
        "FROM fraud_claim WHERE received_at <= %s UNION ALL "
        "SELECT v.claim_id, k.source_system, k.external_id, k.first_received_at, k.original_claim_id, k.credit_minor, "
        f"{of_version} FROM fraud_claimversion v JOIN fraud_claim k ON k.id = v.claim_id "
        "WHERE v.received_at <= %s AND v.superseded_at > %s) c"
    )
    return sql, [at, at, at]


def read_many_claims(
    known_by: datetime,
    where: str = "1 = 1",
    params: Sequence[Any] = (),
    *,
    zone: str | None = None,
    without: Collection[str] = (),
) -> pl.DataFrame:
    """Claims as known at a moment (aware), in the canonical frame, ordered by (transacted_at, id).

    `where` is a condition on `c` alone; columns of the claim in `without` are not read. `zone` is the company's time zone
    for days (default: the setting). `on_leave`, `on_trip` and `has_overtime` are null while the personnel feed behind them
    is empty.
    """
    dimensions = _people(), _departments(), _places()
    source = known_claims(known_by)
    returned = _returned(source)
    slices = [
        _with_net(
            _read(source, f"({where}) AND {limits}", [*params, *bounds], dimensions, zone, without), returned
        )
        for limits, bounds in _slices(source, where, params)
    ]
    return pl.concat(slices, rechunk=True)


def _returned(source: tuple[str, list[object]]) -> pl.DataFrame:
    """`claim_id, back, back_at`: what came back of each purchase by then, in minor units of its currency, and when last."""
    claims, known = source
    marks = ", ".join(["%s"] * len(MONEY_BACK))
    sql = (
        "SELECT c.original_claim_id AS claim_id, CAST(sum(coalesce(c.credit_minor, -c.amount_minor)) AS bigint) AS back, "
        "max(c.transacted_at) AS back_at "
        f"FROM {claims} WHERE c.original_claim_id IS NOT NULL AND c.txn_type IN ({marks}) GROUP BY c.original_claim_id"
    )
    return read_frame(
        sql, [*known, *MONEY_BACK], schema={"claim_id": pl.Int64, "back": pl.Int64, "back_at": _AT}
    )


def _with_net(claims: pl.DataFrame, returned: pl.DataFrame) -> pl.DataFrame:
    """`net_minor`: what is left of a purchase, never below 0; 0 for whatever pays nothing.

    What a feed states of a cancellation on the purchase's own row, and what is known of it by its links, is one fact: where
    the row is silent, `cancel_minor` and `cancelled_at` tell of the links.
    """
    found = claims.select("claim_id").join(returned, on="claim_id", how="left", maintain_order="left")
    left = (pl.col("amount_minor") - found["back"].fill_null(0)).clip(lower_bound=0)
    pays = ~pl.col("txn_type").is_in(NOT_SPENDING).fill_null(False)
    linked = {"cancel_minor": "back", "cancelled_at": "back_at"}
    return claims.with_columns(
        pl.when(pays).then(left).otherwise(0).alias("net_minor"),
        *(pl.coalesce(name, found[of]).alias(name) for name, of in linked.items() if name in claims.columns),
    )


def _slices(
    source: tuple[str, list[object]], where: str, params: Sequence[Any]
) -> list[tuple[str, list[object]]]:
    """Conditions on the transaction time that cover every claim once, in order."""
    claims, known = source
    span = read_frame(
        f"SELECT min(c.transacted_at) AS first, max(c.transacted_at) AS last FROM {claims} WHERE {where}",
        [*known, *params],
        schema={"first": _AT, "last": _AT},
    )
    first, last = span.row(0)
    if first is None:
        return [("1 = 1", [])]
    found: list[tuple[str, list[object]]] = []
    while first <= last:
        until = first + timedelta(days=SLICE_DAYS)
        bounds: list[object] = [db_time(at) for at in (first, until)]
        found.append(("c.transacted_at >= %s AND c.transacted_at < %s", bounds))
        first = until
    return found


def _read(
    source: tuple[str, list[object]],
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
    table, known = source
    claims = read_frame(f"SELECT {columns} FROM {table} WHERE {where}", [*known, *params], schema=schema)
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
