"""Reading very many claims as they were known at a moment: the claims alone, then their people and places once each.

A million claims of twenty thousand merchants repeat fifteen texts a row; joining them here instead of in the database
halves the text that has to cross.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from django.db import connection

from fraud.claims.bulk import in_list, read_frame
from fraud.claims.columns import shape_claims
from fraud.claims.dimensions import Dimensions, own_columns, text_codes, wanted_without
from fraud.claims.models import ClaimVersion
from fraud.claims.receipts.known import beside_receipts, receipts_known
from fraud.claims.segment_files import IDENTITY
from fraud.claims.segments import usable_segments
from fraud.claims.stretches import SLICE_DAYS, Limits, delivered_span, stretches
from rules.language.transactions import MONEY_BACK, NOT_SPENDING

_AT = pl.Datetime("us", "UTC")
#: What a version is made of: the columns that a claim and its earlier versions share.
FACTS = tuple(
    field.column
    for field in ClaimVersion._meta.concrete_fields
    if field.column not in ("id", "claim_id", "superseded_at")
)
_KEYS, _SHORT = ["cardholder_id", "merchant_id", "department_id"], (1 << 31) - 1
_TIME, _DAY = "transacted_at", timedelta(days=1)
#: Personnel tables of days → the columns of the first and the last day.
_OF_DAYS = {
    "fraud_absence": ("starts_on", "ends_on"),
    "fraud_trip": ("starts_on", "ends_on"),
    "fraud_overtimeapproval": ('"on"', '"on"'),
}


#: Columns up to which a year of claims takes little, and the days then read at once.
_NARROW, _NARROW_DAYS = 20, 60


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
    of: pl.Series | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    zone: str | None = None,
    without: Collection[str] = (),
    coded: bool = False,
) -> pl.DataFrame:
    """Claims as known at a moment (aware), in the canonical frame, ordered by (transacted_at, id).

    `since` and `until` (exclusive) are limits of the transaction time, `where` is a further condition on `c` alone, `of` are the
    only claims to read, some thousands at most, within no limits; columns in `without` are left out, and what only they need is
    neither read nor joined. `zone` is the company's time zone for days (default: the setting). `on_leave`,
    `on_trip`, `has_overtime` and `has_vehicle` are null while the personnel feed behind them is empty. Grade, job family and
    workplace are those that held on the payment's day. With `coded` texts are categories, a quarter of the memory where few
    different ones are repeated a million times, and whose and where stand in four bytes.
    """
    wanted = wanted_without(without)
    returned, everything = money_back(known_by), _personnel(known_by, None)
    receipts = receipts_known(db_time(known_by), without)
    dimensions = Dimensions(wanted, db_time(known_by), coded=coded)
    is_stretch = since is not None and until is not None  # of a feed its days are read, not all there are
    slices = []
    are_few = bool(where) or of is not None
    if of is None:
        owns = _own_facts(known_by, where, params, (since, until), wanted, coded)
    else:
        owns = iter([_facts_of(known_by, of, wanted, coded)])
    for own in owns:
        beside = dimensions.of(own) if are_few else dimensions
        personnel = _personnel(known_by, own) if are_few or is_stretch else everything
        joined = shape_claims(beside.beside(own, zone), wanted, read=personnel, zone=zone)
        whole = beside_receipts(_with_net(joined, returned), receipts, coded=coded).drop(
            *without, strict=False
        )
        slices.append(_with_short_keys(whole) if coded else whole)
    return in_one(slices) if coded else pl.concat(slices, rechunk=True)


def read_sketch(values: Mapping[str, Any], known_by: datetime) -> pl.DataFrame:
    """One payment that is no claim yet, as a row of the canonical frame with what is known of its person, day and merchant.

    `values` by canonical column; whatever is not among them is missing.
    """
    wanted = wanted_without(())
    own = {name: dtype for name, (_, dtype) in own_columns(wanted).items()}
    row = pl.DataFrame([{name: values.get(name) for name in own}], schema=own)
    joined = Dimensions(wanted, db_time(known_by), row).beside(row, None)
    joined = joined.with_columns(
        pl.lit(value).alias(name) for name, value in values.items() if name not in own
    )
    shaped = shape_claims(joined, wanted, read=_personnel(known_by, row))
    return _with_net(shaped, pl.DataFrame(schema={"claim_id": pl.Int64, "back": pl.Int64, "back_at": _AT}))


def _with_short_keys(claims: pl.DataFrame) -> pl.DataFrame:
    """Whose and where in four bytes where the largest fits."""
    keys = [name for name in _KEYS if name in claims.columns]
    largest = claims.select(pl.max_horizontal(pl.col(name).max() for name in keys)).item() or 0
    return claims if largest > _SHORT else claims.with_columns(pl.col(keys).cast(pl.Int32))


def in_one(slices: list[pl.DataFrame]) -> pl.DataFrame:
    """The slices one below the other; each column's parts are let go of as soon as they are together."""
    if len({*map(str, (part.schema for part in slices))}) > 1:  # keys of one slice are too large to be short
        return pl.concat(slices, how="vertical_relaxed", rechunk=True)
    names = slices[0].columns
    return pl.DataFrame(
        [pl.concat([part.drop_in_place(name) for part in slices], rechunk=True) for name in names]
    )


def _facts_of(known_by: datetime, claim_ids: pl.Series, wanted: frozenset[str], coded: bool) -> pl.DataFrame:
    """What single claims say: those of the latest nights from the segments, the others from their rows."""
    own = own_columns(wanted)
    segments = usable_segments() if not wanted & IDENTITY else None
    told = []
    if segments is not None:
        told.append(segments.newest(list(own), known_by, claim_ids))
        claim_ids = claim_ids.filter(~claim_ids.is_in(told[0]["claim_id"].implode()))
    if segments is None or len(claim_ids):
        condition, params = in_list(claim_ids.to_list())
        told.append(_read(known_claims(known_by), [f"c.id {condition}"], params, (None, None), own))
    return pl.concat([text_codes(part) for part in told] if coded else told)


def _own_facts(
    known_by: datetime,
    where: str,
    params: Sequence[Any],
    limits: Limits,
    wanted: frozenset[str],
    coded: bool = False,
) -> Iterator[pl.DataFrame]:
    """What the claims themselves say, a stretch of time after the other; from the segments as far as those go."""
    own = own_columns(wanted)
    source = known_claims(known_by)
    if where:
        found = _read(source, [f"({where})"], params, limits, own)
        yield text_codes(found) if coded else found
        return
    segments = usable_segments() if not wanted & IDENTITY else None
    if segments is None:
        for stretch in stretches(limits, delivered_span()):
            found = _read(source, [], (), stretch, own)
            yield text_codes(found) if coded else found
        return
    late = _read(source, ["c.received_at > %s"], [db_time(segments.watermark)], limits, own)
    days = SLICE_DAYS if len(own) > _NARROW else _NARROW_DAYS
    for first, last in stretches(limits, segments.span(), late, days, segments.starts()):
        inside = late.filter(pl.col("transacted_at").is_between(first, last, closed="left"))
        if coded:
            yield pl.concat([segments.read(list(own), known_by, first, last, text_codes), text_codes(inside)])
        else:
            yield pl.concat([segments.read(list(own), known_by, first, last), inside])


def money_back(known_by: datetime) -> pl.DataFrame:
    """`claim_id, back, back_at`: what came back of each purchase by then, in minor units of its currency, and when last.

    Both the money and that it belongs to the purchase have to be known.
    """
    at = db_time(known_by)
    # SQLite takes the index for "above 0" and reads every claim for "not null"
    links = read_frame(
        "SELECT id, original_claim_id AS claim_id, credit_minor FROM fraud_claim "
        "WHERE original_claim_id > 0 AND linked_at <= %s UNION ALL "
        "SELECT claim_id AS id, purchase_id AS claim_id, credit_minor FROM fraud_earlierlink "
        "WHERE linked_at <= %s AND superseded_at > %s",
        [at, at, at],
        schema={"id": pl.Int64, "claim_id": pl.Int64, "credit_minor": pl.Int64},
    )
    claims, known = known_claims(known_by)
    marks = ", ".join(["%s"] * len(MONEY_BACK))
    ever = (
        "SELECT id FROM fraud_claim WHERE original_claim_id > 0 UNION SELECT claim_id FROM fraud_earlierlink"
    )
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


def _personnel(known_by: datetime, claims: pl.DataFrame | None) -> Callable[..., pl.DataFrame]:
    """Reads a personnel table as known at a moment, each once; with `claims` no more than their days, and never nothing of a feed."""
    at, told = db_time(known_by), {}
    ends: list[Any] = (
        [] if claims is None or claims.is_empty() else [claims[_TIME].min(), claims[_TIME].max()]
    )
    # a day of the company may begin or end on the one beside it
    days = [
        connection.ops.adapt_datefield_value(end.date() + step)
        for end, step in zip(ends, (-2 * _DAY, 2 * _DAY), strict=False)
    ]

    def read(table: str, *, columns: str, schema: Any) -> pl.DataFrame:
        if (table, columns) not in told:
            known = "received_at <= %s AND (superseded_at IS NULL OR superseded_at > %s)"
            sql = f'SELECT {columns} FROM "{table}" WHERE {known}'
            found = None
            if days and table in _OF_DAYS:
                first, last = _OF_DAYS[table]
                found = read_frame(
                    f"{sql} AND {last} >= %s AND {first} <= %s", [at, at, *days], schema=schema
                )
                sql = (
                    sql + " LIMIT 1"
                )  # of another day: it says that there is a feed, and nothing of these claims
            if found is None or found.is_empty():
                found = read_frame(sql, [at, at], schema=schema)
            told[table, columns] = found
        return told[table, columns]

    return read


def _select(columns: dict[str, tuple[str, Any]]) -> str:
    return ", ".join(f'{sql} AS "{name}"' for name, (sql, _) in columns.items())
