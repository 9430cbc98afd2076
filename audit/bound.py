"""Statements that a page asks again and again, with the server's plan kept.

On PostgreSQL planning such a statement takes longer than answering it: 4.9 of 9.4 ms of a queue's page. Django writes the values into the
text, so that each asking is another text; here they are sent beside it, and psycopg has the server keep the statement for as long as the
connection lasts. Elsewhere, and where the server cannot tell of which type a value is, the statement is asked as usual.

A pooler that hands a connection on after each transaction has to know of kept statements (PgBouncer does, from 1.21, with
`max_prepared_statements`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from functools import cache
from typing import Any

from django.db import ProgrammingError, connection, transaction

#: Texts that were asked with their values beside them: True where that went, False where the server could not tell a type.
_goes: dict[str, bool] = {}
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
    with connection.cursor() as cursor:
        if is_bound:
            kept, whole = _postgres()
            cursor.cursor.close()
            cursor.cursor = kept(connection.connection)
            connection.connection.prepare_threshold, connection.connection.prepared_max = 0, _MOST
            params = [whole(value) if type(value) is int else value for value in params]
        cursor.execute(sql, params)
        return list(cursor.fetchall())


@cache
def _postgres() -> tuple[Any, Any]:
    """A cursor that has the server keep what it is asked, and the one type of whole numbers: psycopg names the smallest that holds
    each, and every mixture of them would be another statement."""
    from django.db.backends.postgresql.base import (
        ServerBindingCursor,  # only here: it wants PostgreSQL's library
    )
    from psycopg.types.numeric import Int8

    class Kept(ServerBindingCursor):  # type: ignore[misc, valid-type]
        def execute(self, query: Any, params: Any = None) -> Any:
            return super().execute(query, params, prepare=True)  # type: ignore[misc]

    return Kept, Int8
