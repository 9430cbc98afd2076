"""What the database has received by a moment, counted so that indexes answer: by it, what is kept beside the database is believed or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

import polars as pl
from django.db import connection

from fraud.claims.bulk import read_frame

#: Where versions lie → the key of the claim that each is of.
_TABLES = {"fraud_claim": "id", "fraud_claimversion": "claim_id"}
_counted: ContextVar[dict[datetime, list[int]] | None] = ContextVar("counted", default=None)
_answered: ContextVar[dict[str, bool] | None] = ContextVar("answered", default=None)


@contextmanager
def one_look(counted: dict[datetime, list[int]] | None = None) -> Iterator[None]:
    """Inside, what was received by a moment is counted once: as it was when it was first asked. A look inside a look is the same one.

    `counted` keeps what was counted for a further look of the same run. A later moment adds what was received since the last one counted. What comes late under an earlier moment meanwhile is in
    neither, so whoever counts anew sees that something came.
    """
    if counted is None:
        counted = _counted.get()
    answered = _answered.get()
    tokens = (
        _counted.set({} if counted is None else counted),
        _answered.set({} if answered is None else answered),
    )
    try:
        yield
    finally:
        _counted.reset(tokens[0])
        _answered.reset(tokens[1])


def once_a_look(question: str, ask: Callable[[], bool]) -> bool:
    """The answer to a question about the database, asked once inside a look."""
    answered = _answered.get()
    if answered is None:
        return ask()
    if question not in answered:
        answered[question] = ask()
    return answered[question]


def received_by(moment: datetime) -> list[int]:
    """[versions, the newest claim's key] that were received by then.

    A claim that is stored late is newer than all, and a late version of an older one is one more; what only moved on is neither.
    """
    counted = _counted.get()
    if counted is None:
        return _all_by(moment)
    if moment not in counted:
        after = max((known for known in counted if known < moment), default=None)
        if after is None:
            counted[moment] = _all_by(moment)
        else:
            base, since = counted[after], _between(after, moment)
            counted[moment] = [base[0] + since[0], max(base[1], since[1])]
    return list(counted[moment])


def _all_by(moment: datetime) -> list[int]:
    """Counting all and those that came later, and looking from the newest back, walks a few rows instead of all of them."""
    at = connection.ops.adapt_datetimefield_value(moment)
    # SQLite would take the index of times, and sort all it finds there, for anything but the negation
    parts = (
        f"SELECT (SELECT count(*) FROM {table}) - (SELECT count(*) FROM {table} WHERE received_at > %s) AS n, "
        f"(SELECT {key} FROM {table} WHERE NOT (received_at > %s) ORDER BY {key} DESC LIMIT 1) AS newest"
        for table, key in _TABLES.items()
    )
    return _told(" UNION ALL ".join(parts), [at] * 4)


def _between(after: datetime, until: datetime) -> list[int]:
    at = connection.ops.adapt_datetimefield_value
    parts = (
        f"SELECT count(*) AS n, max({key}) AS newest FROM {table} WHERE received_at > %s AND received_at <= %s"
        for table, key in _TABLES.items()
    )
    return _told(" UNION ALL ".join(parts), [at(after), at(until)] * 2)


def _told(sql: str, params: list[object]) -> list[int]:
    told = read_frame(
        f"SELECT sum(n) AS n, max(newest) AS newest FROM ({sql}) AS told",
        params,
        schema={"n": pl.Int64, "newest": pl.Int64},
    )
    return [int(value or 0) for value in told.row(0)]
