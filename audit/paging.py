"""Keyset paging and capped counts: a deep page costs what the first costs, a count never reads a whole table."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.core.exceptions import EmptyResultSet, FieldError, ValidationError
from django.db import connection
from django.db.models import Q, QuerySet

from audit.bound import rows_of

COUNT_CAP = 1000
COUNT_SECONDS = 30  # a count beside a tab is remembered, but for lists of one's own
_LISTED = "SELECT {number}, list_{number}.* FROM ({sql}) AS list_{number}"
_MOST_SQL = 500
_kept_sql: OrderedDict[Hashable, tuple[str, list[Any]]] = OrderedDict()
_lock = Lock()
_TEXT = re.compile(r"[A-Za-z0-9_-]{1,400}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows. `next_cursor` is empty on the last page; `is_later` says that this is not the first."""

    rows: list[Any]
    next_cursor: str = ""
    is_later: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row somebody saw: in which order (or part of a list), its value there, and its key."""

    order: str
    value: Any
    pk: int

    def as_text(self) -> str:
        """For an address; times and days as ISO text."""
        plain = self.value.isoformat() if hasattr(self.value, "isoformat") else self.value
        made = json.dumps([self.order, plain, self.pk]).encode()
        return base64.urlsafe_b64encode(made).decode().rstrip("=")


def read_cursor(text: str) -> Cursor | None:
    """The cursor of a text, or None for one that is empty, damaged or not ours."""
    if not _TEXT.fullmatch(text):
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), parse_constant=_refused)
    except (ValueError, binascii.Error, RecursionError):
        return None
    if not isinstance(values, list) or len(values) != 3 or not isinstance(values[0], str):
        return None
    order, value, pk = values
    is_key = isinstance(pk, int) and not isinstance(pk, bool) and abs(pk) < 2**63
    is_value = isinstance(value, str | float) or (isinstance(value, int) and abs(value) < 2**63)
    return Cursor(order, value, pk) if is_key and is_value and not isinstance(value, bool) else None


def _refused(name: str) -> None:
    raise ValueError(name)  # NaN and the infinities come after nothing


def keyset_page(rows: QuerySet[Any], *, by: str, cursor: str, size: int, ascending: bool = False) -> Page:
    """The rows after `cursor` by (`by`, id), descending unless `ascending`. An index on (`by`, id) carries it at any depth.

    A cursor that cannot be read or is of another order gives the first page: `is_later` is then False.
    """
    sign = "" if ascending else "-"
    ordered = rows.order_by(f"{sign}{by}", f"{sign}pk")
    found, after = _from_cursor(
        cursor, by, lambda bound: list(ordered.filter(beyond(bound, by, ascending=ascending))[: size + 1])
    )
    more = len(found) > size
    found = found[:size]
    following = Cursor(by, getattr(found[-1], by), found[-1].pk).as_text() if more else ""
    return Page(rows=found, next_cursor=following, is_later=after is not None)


def keyset_keys(
    key: Hashable, rows: Callable[[], QuerySet[Any]], *, by: str, cursor: str, size: int
) -> tuple[list[int], bool]:
    """The keys of the rows of `keyset_page`, one more than `size` where there are more, and whether it is a later page.

    The SQL is kept under a key, as with `read_together_as`.
    """

    def read(bound: Cursor | None) -> list[tuple[Any, ...]]:
        def lists() -> list[QuerySet[Any]]:
            ordered = rows().filter(beyond(bound, by)).order_by(f"-{by}", "-pk")
            return [ordered.values_list("pk")[: size + 1]]

        return read_together_as(("keys", key, by, bound, size), lists, 1)[0]

    found, after = _from_cursor(cursor, by, read)
    return [pk for (pk,) in found], after is not None


def listed_page(rows: Sequence[Any], *, order: str, cursor: str, size: int) -> Page:
    """Some of a list that is in memory, from the place that a cursor of this order names; any other cursor gives the first page."""
    after = read_cursor(cursor)
    begun = after.pk if after and after.order == order and 0 < after.pk < len(rows) else 0
    end = begun + size
    following = Cursor(order, "", end).as_text() if end < len(rows) else ""
    return Page(list(rows[begun:end]), following, is_later=begun > 0)


def _from_cursor(
    cursor: str, by: str, read: Callable[[Cursor | None], list[Any]]
) -> tuple[list[Any], Cursor | None]:
    """What is read after a cursor, with the cursor; from the start, with None, for one that is none of this list."""
    after = read_cursor(cursor)
    if after is not None and after.order == by:
        try:
            return read(after), after
        except (
            ValueError,
            TypeError,
            OverflowError,
            ValidationError,
            FieldError,
        ):  # the cursor of another list
            pass
    return read(None), None


def beyond(after: Cursor | None, by: str, *, ascending: bool = False) -> Q:
    """What comes after a cursor by (`by`, id).

    The plain bound lets an index start at the right place; the pair settles ties.
    """
    if after is None:
        return Q()
    way = "gt" if ascending else "lt"
    bound, past = Q(**{f"{by}__{way}e": after.value}), Q(**{f"{by}__{way}": after.value})
    return bound & (past | Q(**{f"pk__{way}": after.pk}))


def capped_count(rows: QuerySet[Any], cap: int = COUNT_CAP) -> int:
    """How many rows, counted no further than `cap` + 1: shown as `1,000+` by the template tag `capped`."""
    return rows.order_by().values("pk")[: cap + 1].count()


def capped_counts(lists: Sequence[QuerySet[Any]], cap: int = COUNT_CAP) -> list[int]:
    """`capped_count` of several lists in one query."""
    rows = [found.order_by().values("pk")[: cap + 1] for found in lists]
    counts = dict.fromkeys(range(len(lists)), 0)
    for number, n in _read_all(rows, "SELECT {number}, COUNT(*) FROM ({sql}) AS list_{number}"):
        counts[number] = n
    return [counts[number] for number in range(len(lists))]


def read_together(lists: Sequence[QuerySet[Any]]) -> list[list[tuple[Any, ...]]]:
    """The rows of several `values_list` querysets of the same plain columns, each with its own order and limit, in one query."""
    found: list[list[tuple[Any, ...]]] = [[] for _one in lists]
    for row in _read_all(lists, _LISTED):
        found[row[0]].append(row[1:])
    return found


def read_together_as(
    key: Hashable, lists: Callable[[], Sequence[QuerySet[Any]]], n: int
) -> list[list[tuple[Any, ...]]]:
    """`read_together` of `n` lists whose SQL is kept under a key, which names all that they depend on: who asks, conditions, days.

    Putting querysets into SQL takes several times as long as the database takes to answer.
    """
    key = (connection.vendor, key)
    asked = _kept_sql.get(key)
    if asked is None:
        asked = _put_together(lists(), _LISTED)
        with _lock:
            _kept_sql[key] = asked
            if len(_kept_sql) > _MOST_SQL:
                _kept_sql.popitem(last=False)
    found: list[list[tuple[Any, ...]]] = [[] for _one in range(n)]
    for row in rows_of(*asked) if asked[0] else ():
        found[row[0]].append(row[1:])
    return found


def _read_all(lists: Sequence[QuerySet[Any]], part: str) -> list[tuple[Any, ...]]:
    return _rows_of(*_put_together(lists, part))


def _put_together(lists: Sequence[QuerySet[Any]], part: str) -> tuple[str, list[Any]]:
    """One query of several, with its parameters; empty where none of them can have rows."""
    parts: list[str] = []
    params: list[Any] = []
    for number, rows in enumerate(lists):
        try:
            sql, values = rows.query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(part.format(number=number, sql=sql))
        params += values
    return " UNION ALL ".join(parts), params


def _rows_of(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    if not sql:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
