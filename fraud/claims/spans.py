"""From when until when claims go and how many there are, as known at a moment, asked so that indexes answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl

from fraud.claims.bulk import read_frame
from fraud.claims.reading import db_time

_AT = pl.Datetime("us", "UTC")


def known_span(known_by: datetime) -> tuple[datetime | None, datetime | None]:
    """The first and the last transaction known at a moment; None twice where there is none."""
    found = [
        _end(table, known_by, way)
        for way in ("ASC", "DESC")
        for table in ("fraud_claim", "fraud_claimversion")
    ]
    firsts, lasts = ([end for end in ends if end is not None] for ends in (found[:2], found[2:]))
    return min(firsts, default=None), max(lasts, default=None)


def n_known_after(known_by: datetime, after: datetime) -> int:
    """How many claims transacted later than `after` were known: all of them, less those that came since, and versions that stood then."""
    at, later = db_time(known_by), db_time(after)
    everything = _count("SELECT count(*) AS n FROM fraud_claim WHERE transacted_at > %s", [later])
    since = read_frame(
        "SELECT transacted_at FROM fraud_claim WHERE received_at > %s", [at], schema={"transacted_at": _AT}
    )
    stood = "SELECT count(*) AS n FROM fraud_claimversion WHERE received_at <= %s AND superseded_at > %s AND transacted_at > %s"
    return everything - since.filter(pl.col("transacted_at") > after).height + _count(stood, [at, at, later])


def _end(table: str, known_by: datetime, way: str) -> datetime | None:
    """The first known one in the order of transactions, which an index gives; nearly always it is among the first looked at."""
    columns = {"at": _AT, "received_at": _AT, "until": _AT}
    until = "superseded_at" if table == "fraud_claimversion" else "NULL"
    most = 64
    while True:
        sql = (
            f"SELECT transacted_at AS at, received_at, {until} AS until FROM {table} "
            f"ORDER BY transacted_at {way} LIMIT {most}"
        )
        rows = read_frame(sql, schema=columns)
        stands = (pl.col("until") > known_by) | pl.col("until").is_null()
        known = rows.filter((pl.col("received_at") <= known_by) & stands)
        if known.height or rows.height < most:
            return known["at"][0] if known.height else None
        most *= 16


def _count(sql: str, params: list[Any]) -> int:
    return int(read_frame(sql, params, schema={"n": pl.Int64}).item())
