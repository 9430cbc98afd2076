"""Statements that a page asks again and again, with the server's plan kept.

On PostgreSQL planning such a statement takes longer than answering it: 4.9 of 9.4 ms of a queue's page. Django writes the values into the
text, so that each asking is another text; here they are sent beside it, and psycopg has the server keep the statement for as long as the
connection lasts. Elsewhere, and where the server cannot tell of which type a value is, the statement is asked as usual.

A pooler that hands a connection on after each transaction has to know of kept statements (PgBouncer does, from 1.21, with
`max_prepared_statements`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC
from functools import cache, lru_cache
from typing import Any

from django.db import ProgrammingError, connection, transaction

#: Texts that were asked with their values beside them: True where that went, False where the server could not tell a type.
_goes: dict[str, bool] = {}
_LIST = re.compile(r"(?<!NOT )\bIN \(%s(?:, %s)*\)")
_FEW = 8  # the server takes an array for ten values: for one it would rather plan anew each time
_MOST = 500  # statements the server keeps for one connection


def rows_of(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement that only reads. Raises what the database raises for it."""
    if connection.vendor != "postgresql" or _goes.get(sql) is False:
        return _asked(sql, params, is_bound=False)
    # The first time within a part of its own: what the server refuses would end the whole transaction.
    is_first = sql not in _goes and connection.in_atomic_block
    try:
        with transaction.atomic() if is_first else nullcontext():
            rows = _asked(sql, params, is_bound=True)
    except ProgrammingError:
        if _goes.get(sql):
            raise
        rows = _asked(sql, params, is_bound=False)
        _goes[sql] = False
    else:
        if len(_goes) > 10 * _MOST:
            _goes.clear()
        _goes[sql] = True
    return rows


def _asked(sql: str, params: Sequence[Any], *, is_bound: bool) -> list[tuple[Any, ...]]:
    if not is_bound:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall())
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    asking, whole = _asking()
    sql, params = _in_arrays(sql, params)
    cursor = connection._prepare_cursor(asking)  # type: ignore[attr-defined]  # as Django does with each of its own
    cursor.execute(sql, [_typed(value, whole) for value in params])
    return list(cursor.fetchall())


def _asking() -> tuple[Any, Any]:
    """The one cursor of this connection for statements that are kept: making one anew takes as long as sending a statement."""
    kept, whole, times = _postgres()
    held = getattr(connection, "_asking", None)
    if held is None or held.connection is not connection.connection or held.closed:
        held = kept(connection.connection)
        held.connection.prepare_threshold, held.connection.prepared_max = 0, _MOST
        if connection.timezone is UTC:  # type: ignore[attr-defined]
            held.adapters.register_loader("timestamptz", times)  # Django's gives the same, in Python
        connection._asking = held  # type: ignore[attr-defined]
    return held, whole


def _typed(value: Any, whole: Any) -> Any:
    if type(value) is int:
        return whole(value)
    return [whole(one) for one in value] if type(value) is list else value


def _in_arrays(sql: str, params: Sequence[Any]) -> tuple[str, list[Any]]:
    """The statement with each list of whole numbers as one array: however many there are it is one statement with one plan."""
    parts, lists = _lists_of(sql)
    if not lists:
        return sql, list(params)
    said, past = [parts[0]], 0
    values: list[Any] = []
    for part, (start, n) in zip(parts[1:], lists, strict=True):
        many = params[start : start + n]
        values += params[past:start]
        past = start + n
        if n >= _FEW and all(type(one) is int for one in many):
            said += ["= ANY(%s)", part]
            values.append(list(many))
        else:
            said += [f"IN ({', '.join(['%s'] * n)})", part]
            values += many
    return "".join(said), [*values, *params[past:]]


@lru_cache(maxsize=10 * _MOST)
def _lists_of(sql: str) -> tuple[list[str], list[tuple[int, int]]]:
    """What stands between the lists of a statement, and of each the place of its first parameter and how many it has."""
    parts: list[str] = []
    lists: list[tuple[int, int]] = []
    past, n_before = 0, 0
    for found in _LIST.finditer(sql):
        between = sql[past : found.start()]
        n_before += between.replace("%%", "").count("%s")
        n = found.group().count("%s")
        parts.append(between)
        lists.append((n_before, n))
        n_before += n
        past = found.end()
    return [*parts, sql[past:]], lists


@cache
def _postgres() -> tuple[Any, Any, Any]:
    """A cursor that has the server keep what it is asked; the one type of whole numbers: psycopg names the smallest that holds
    each, and every mixture of them would be another statement; and what reads times."""
    from django.db.backends.postgresql.base import (
        ServerBindingCursor,  # only here: it wants PostgreSQL's library
    )
    from psycopg.types.datetime import TimestamptzLoader
    from psycopg.types.numeric import Int8

    class Kept(ServerBindingCursor):  # type: ignore[misc, valid-type]
        def execute(self, query: Any, params: Any = None) -> Any:
            return super().execute(query, params, prepare=True)  # type: ignore[misc]

    return Kept, Int8, TimestamptzLoader
