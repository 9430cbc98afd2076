"""Reading very many claims as they were known at a moment: the claims alone, then their people and places once each.

A million claims of twenty thousand merchants repeat fifteen texts a row; joining them here instead of in the database
halves the text that has to cross.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from django.conf import settings
from django.db import connection

from fraud.claims.bulk import read_frame
from fraud.claims.columns import CLAIM_SCHEMA, COLUMNS, shape_claims
from fraud.claims.models import ClaimVersion
from fraud.claims.positions import as_held, positions_known
from fraud.claims.segments import IDENTITY, usable_segments
from fraud.company.business_dates import business_date
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
_KEYS: dict[str, tuple[str, Any]] = {
    "own_department_id": ("c.department_id", pl.Int64),
    "own_country": ("c.country", pl.String),
}
Limits = tuple[datetime | None, datetime | None]
_LONG_AGO, _TICK = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


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
        f"(SELECT id, source_system, external_id, first_received_at, {facts} "
        "FROM fraud_claim WHERE received_at <= %s UNION ALL "
        "SELECT v.claim_id, k.source_system, k.external_id, k.first_received_at, "
        f"{of_version} FROM fraud_claimversion v JOIN fraud_claim k ON k.id = v.claim_id "
        "WHERE v.received_at <= %s AND v.superseded_at > %s) c"
    )
    return sql, [at, at, at]


def read_many_claims(
    known_by: datetime,
    where: str = "",
    params: Sequence[Any] = (),
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    zone: str | None = None,
    without: Collection[str] = (),
) -> pl.DataFrame:
    """Claims as known at a moment (aware), in the canonical frame, ordered by (transacted_at, id).

    `since` and `until` (exclusive) are limits of the transaction time, `where` is a further condition on `c` alone; columns
    of the claim in `without` are not read. `zone` is the company's time zone for days (default: the setting). `on_leave`,
    `on_trip`, `has_overtime` and `has_vehicle` are null while the personnel feed behind them is empty. Grade, job family and
    workplace are those that held on the payment's day.
    """
    dimensions = _people(), _departments(), _places(), positions_known(db_time(known_by))
    returned, personnel = _returned(known_by), _personnel(known_by)
    slices = [
        _with_net(shape_claims(_joined(own, dimensions, without, zone), read=personnel, zone=zone), returned)
        for own in _own_facts(known_by, where, params, (since, until), without)
    ]
    return pl.concat(slices, rechunk=True)


def _own_facts(
    known_by: datetime, where: str, params: Sequence[Any], limits: Limits, without: Collection[str]
) -> Iterator[pl.DataFrame]:
    """What the claims themselves say, a stretch of time after the other; from the segments as far as those go."""
    own = {name: column for name, column in _OF_CLAIM.items() if name not in without} | _KEYS
    source = known_claims(known_by)
    if where:
        yield _read(source, [f"({where})"], params, limits, own)
        return
    segments = usable_segments() if set(without) >= IDENTITY else None
    if segments is None:
        for stretch in _stretches(limits, _span()):
            yield _read(source, [], (), stretch, own)
        return
    late = _read(source, ["c.received_at > %s"], [db_time(segments.watermark)], limits, own)
    for first, last in _stretches(limits, segments.span(), late):
        inside = late.filter(pl.col("transacted_at").is_between(first, last, closed="left"))
        yield pl.concat([segments.read(list(own), known_by, first, last), inside])


def _returned(known_by: datetime) -> pl.DataFrame:
    """`claim_id, back, back_at`: what came back of each purchase by then, in minor units of its currency, and when last.

    Both the money and that it belongs to the purchase have to be known.
    """
    at = db_time(known_by)
    links = read_frame(
        "SELECT id, original_claim_id AS claim_id, credit_minor FROM fraud_claim "
        "WHERE original_claim_id IS NOT NULL AND linked_at <= %s UNION ALL "
        "SELECT claim_id AS id, purchase_id AS claim_id, credit_minor FROM fraud_earlierlink "
        "WHERE linked_at <= %s AND superseded_at > %s",
        [at, at, at],
        schema={"id": pl.Int64, "claim_id": pl.Int64, "credit_minor": pl.Int64},
    )
    claims, known = known_claims(known_by)
    marks = ", ".join(["%s"] * len(MONEY_BACK))
    ever = "SELECT id FROM fraud_claim WHERE original_claim_id IS NOT NULL UNION SELECT claim_id FROM fraud_earlierlink"
    credits = read_frame(
        f"SELECT c.id, -c.amount_minor AS minor, COALESCE(c.cancelled_at, c.transacted_at) AS back_at FROM {claims} "
        f"WHERE c.txn_type IN ({marks}) AND c.id IN ({ever})",
        [*known, *MONEY_BACK],
        schema={"id": pl.Int64, "minor": pl.Int64, "back_at": _AT},
    )
    joined = links.join(credits, on="id")
    return joined.group_by("claim_id").agg(
        back=pl.coalesce("credit_minor", "minor").sum(), back_at=pl.col("back_at").max()
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


def _span() -> tuple[datetime, datetime] | None:
    """The first and the last transaction time of whatever was delivered."""
    ends = [
        read_frame(
            f"SELECT min(transacted_at) AS first, max(transacted_at) AS last FROM {table}",
            schema={"first": _AT, "last": _AT},
        ).row(0)
        for table in ("fraud_claim", "fraud_claimversion")
    ]
    known = [end for end in ends if end[0] is not None]
    return (min(end[0] for end in known), max(end[1] for end in known)) if known else None


def _stretches(
    limits: Limits, span: tuple[datetime, datetime] | None, late: pl.DataFrame | None = None
) -> Iterator[tuple[datetime, datetime]]:
    """Stretches of SLICE_DAYS within the limits that cover the span and the late claims once, in order; at least one."""
    ends = [] if span is None else list(span)
    if late is not None and late.height:
        ends += late["transacted_at"].sort()[[0, -1]].to_list()
    since, until = limits
    first = max(filter(None, [min(ends, default=_LONG_AGO), since]))
    last = min(filter(None, [max(ends, default=_LONG_AGO) + _TICK, until]))
    yield first, min(first + timedelta(days=SLICE_DAYS), max(last, first))
    while (first := first + timedelta(days=SLICE_DAYS)) < last:
        yield first, min(first + timedelta(days=SLICE_DAYS), last)


def _read(
    source: tuple[str, list[object]],
    where: Sequence[str],
    params: Sequence[Any],
    limits: Limits,
    own: dict[str, tuple[str, Any]],
) -> pl.DataFrame:
    """Columns `own` of the claims within the limits for which all conditions hold."""
    conditions, bounds = [*where], []
    for bound, sign in zip(limits, (">=", "<"), strict=True):
        if bound is not None:
            conditions.append(f"c.transacted_at {sign} %s")
            bounds.append(db_time(bound))
    table, known = source
    schema = {name: dtype for name, (_, dtype) in own.items()}
    held = " AND ".join(conditions) or "1 = 1"
    return read_frame(
        f"SELECT {_select(own)} FROM {table} WHERE {held}", [*known, *params, *bounds], schema=schema
    )


def _joined(
    own: pl.DataFrame,
    dimensions: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame],
    without: Collection[str],
    zone: str | None,
) -> pl.DataFrame:
    people, departments, places, positions = dimensions
    on = business_date(zone or settings.TIME_ZONE, pl.col("has_time"))
    with_people = as_held(_with_people(own, people, departments), positions, on)
    frame = _with_places(with_people, places).sort("transacted_at", "claim_id")
    return frame.select(name for name in CLAIM_SCHEMA if name not in without)


def _personnel(known_by: datetime) -> Callable[..., pl.DataFrame]:
    """Reads a personnel table as known at a moment, each once."""
    at, told = db_time(known_by), {}

    def read(table: str, *, columns: str, schema: Any) -> pl.DataFrame:
        if (table, columns) not in told:
            known = "received_at <= %s AND (superseded_at IS NULL OR superseded_at > %s)"
            told[table, columns] = read_frame(
                f'SELECT {columns} FROM "{table}" WHERE {known}', [at, at], schema=schema
            )
        return told[table, columns]

    return read


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
