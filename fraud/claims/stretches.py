"""Stretches of time that claims are read in, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl

from fraud.claims.bulk import read_frame

Limits = tuple[datetime | None, datetime | None]
_AT = pl.Datetime("us", "UTC")
_LONG_AGO, _TICK = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
#: Days of claims read at once: what a slice needs while it is put together is freed before the next.
SLICE_DAYS = 45


def delivered_span() -> tuple[datetime, datetime] | None:
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


def stretches(
    limits: Limits,
    span: tuple[datetime, datetime] | None,
    late: pl.DataFrame | None = None,
    days: int = SLICE_DAYS,
    cuts: Sequence[datetime] = (),
) -> Iterator[tuple[datetime, datetime]]:
    """Stretches of about so many days within the limits that cover the span and the late claims once, in order; at least one.

    They end where something else is cut, if it is cut in the last half of one.
    """
    ends = [] if span is None else list(span)
    if late is not None and late.height:
        ends += late["transacted_at"].sort()[[0, -1]].to_list()
    since, until = limits
    first = max(filter(None, [min(ends, default=_LONG_AGO), since]))
    last = min(filter(None, [max(ends, default=_LONG_AGO) + _TICK, until]))
    last = max(last, first)
    while True:
        end = first + timedelta(days=days)
        end = max((cut for cut in cuts if first + timedelta(days=days / 2) < cut <= end), default=end)
        yield first, min(end, last)
        if end >= last:
            return
        first = end
