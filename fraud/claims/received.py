"""What the database has received by a moment, counted so that indexes answer: by it, what is kept beside the database is believed or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

import polars as pl
from django.db import connection

from fraud.claims.bulk import read_frame

_counted: ContextVar[dict[datetime, list[int]] | None] = ContextVar("counted", default=None)


@contextmanager
def one_look(counted: dict[datetime, list[int]] | None = None) -> Iterator[None]:
    """Inside, what was received by a moment is counted once: as it was when it was first asked. A look inside a look is the same one.

    `counted` keeps what was counted for a further look of the same run. A later moment adds what was received since the last one counted. What comes late under an earlier moment meanwhile is in
    neither, so whoever counts anew sees that something came.
    """
    if counted is None:
        counted = _counted.get()
    token = _counted.set({} if counted is None else counted)
    try:
        yield
    finally:
        _counted.reset(token)


def received_sums(moment: datetime) -> list[int]:
    """[versions, sum of their claims' keys] that were received by then."""
    counted = _counted.get()
    if counted is None:
        return _received_between(None, moment)
    if moment not in counted:
        after = max((known for known in counted if known < moment), default=None)
        base = counted[after] if after else [0, 0]
        since = _received_between(after, moment)
        counted[moment] = [base[0] + since[0], base[1] + since[1]]
    return list(counted[moment])


def _received_between(after: datetime | None, until: datetime) -> list[int]:
    at = connection.ops.adapt_datetimefield_value
    known = "received_at <= %s" if after is None else "received_at > %s AND received_at <= %s"
    params = [at(until)] if after is None else [at(after), at(until)]
    told = read_frame(
        "SELECT sum(n) AS n, sum(claims) AS claims FROM ("
        f"SELECT count(*) AS n, coalesce(sum(id), 0) AS claims FROM fraud_claim WHERE {known} UNION ALL "
        f"SELECT count(*) AS n, coalesce(sum(claim_id), 0) AS claims FROM fraud_claimversion WHERE {known}) AS told",
        [*params, *params],
        schema={"n": pl.Int64, "claims": pl.Int64},
    )
    return [int(value or 0) for value in told.row(0)]
