"""Readings whose SQL is made once: a page asks the same twenty questions with other values each time, and putting a queryset together
and into SQL takes many times as long as the database takes to answer.

    @prepared
    def _hits_of(claims: Collection[int]) -> QuerySet[RuleHit]:
        return RuleHit.objects.filter(claim__in=claims).select_related("run")

    _hits_of.rows([1, 2])

The function is called once for each shape of its values (their types; how many a collection holds, rounded up) with stand-ins, and
those are looked for among the parameters of the SQL. So it may depend on nothing but its values, look at none of them, and hand each to a
filter as it is: what it finds out itself (the time, a language, who asks) would stay as it was the first time. A text may stand within a
longer one, as in `contains`, or be a pattern, as of `iexact`; then only letters, digits, spaces and dashes go there, which no lookup
writes differently. Where a stand-in cannot be found
again, the queryset is put together every time, as without this.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, TypeVar, cast

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection, connections
from django.db.models import QuerySet

from audit.bound import rows_of
from audit.prepared_rows import reader_of

Row = TypeVar("Row")
_MOST_SHAPES = 64  # kept of one reading in one thread
MOST_IN_LIST = 512  # a longer one is put together anew; ask in parts
_FIRST_NUMBER = 1_987_600_000  # below what any integer column holds, above what any key or count is
_FIRST_DAY = date(2199, 1, 1)


@dataclass(slots=True)
class _Kept:
    """One shape: SQL with its parameters, of which `slots` (position, which value) are the caller's, `within` (the same with the text
    before and after it) a part of a longer text or a pattern. `rows` makes of the database's rows what the queryset makes of them, where that is
    known; else the queryset is asked to."""

    queryset: Any
    compiler: Any
    sql: str
    params: list[Any]
    slots: list[tuple[int, int]]
    within: list[tuple[int, int, str, str]]
    converters: Any
    rows: Callable[[Any, list[Any]], list[Any]] | None


class Prepared(Generic[Row]):
    """A reading by the values it depends on."""

    def __init__(self, build: Callable[..., QuerySet[Any, Row]]) -> None:
        self._build = build
        self._threads = threading.local()  # compilers belong to a connection, and that to a thread

    def rows(self, *values: Any) -> list[Row]:
        """The rows of the queryset for these values, as iterating it gives them; a collection is a condition `IN`."""
        shape: list[Any] = [connection.vendor]
        flat: list[Any] = []
        for value in values:
            if isinstance(value, (list, tuple, set, frozenset)):
                many = _padded(value)
                if many is None:
                    return list(self._build(*values))
                shape.append((type(many[0]), len(many)))
                flat += many
            elif value is None or isinstance(value, bool):
                shape.append(value)
            else:
                shape.append(type(value))
                flat.append(value)
        kept = self._kept(tuple(shape), values)
        if kept is None or not all(_is_plain(flat[place]) for _n, place, *_around in kept.within):
            return list(self._build(*values))
        return _read(kept, flat)

    def _kept(self, shape: Hashable, values: tuple[Any, ...]) -> _Kept | None:
        shapes: dict[Hashable, _Kept | None] | None = getattr(self._threads, "shapes", None)
        if shapes is None:
            shapes = self._threads.shapes = {}
        if shape not in shapes:
            if len(shapes) >= _MOST_SHAPES:
                shapes.clear()
            shapes[shape] = _prepare(self._build, values)
        return shapes[shape]


def prepared(build: Callable[..., QuerySet[Any, Row]]) -> Prepared[Row]:
    """The reading a function puts together from its values."""
    return Prepared(build)


def _padded(values: Collection[Any]) -> list[Any] | None:
    """The values each once, the last repeated up to a power of two: a few lengths instead of all. None for none, and for too many."""
    many = list(dict.fromkeys(values))
    if not 0 < len(many) <= MOST_IN_LIST:
        return None
    return many + many[-1:] * ((1 << (len(many) - 1).bit_length()) - len(many))


def _stand_in(value: Any, n: int, mark: str) -> Any:
    """A value of the same type that nothing else is equal to. Raises TypeError for a type that has none."""
    if isinstance(value, str):
        return f"prepared{n}{mark}q"
    if isinstance(value, datetime):
        return datetime(2199, 1, 1, 3, 4, 5, 100_000 + n, tzinfo=UTC)
    if isinstance(value, date):
        return _FIRST_DAY + timedelta(days=n)
    if isinstance(value, int):
        return _FIRST_NUMBER + n
    raise TypeError(f"no stand-in for {type(value).__name__}")


def _as_parameter(value: Any) -> Any:
    """What the database is given for a stand-in, or for the value in its place."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return value


def _prepare(build: Callable[..., QuerySet[Any, Any]], values: tuple[Any, ...]) -> _Kept | None:
    """The SQL for values of this shape; None where the stand-ins cannot be told from the rest of it."""
    arguments, places = _stand_ins(values)
    queryset = build(*arguments)
    compiler = queryset.query.get_compiler(queryset.db)
    try:
        sql, params = compiler.as_sql()
        escaped = _escaped(build, values)
    except (EmptyResultSet, FullResultSet):
        return None
    slots = [(n, places[one]) for n, one in enumerate(params) if _is_key(one) and one in places]
    within = [found for n, one in enumerate(params) if (found := _within(n, one, places))]
    within += [(n, place, "", "") for n, place in slots if n in escaped]
    slots = [(n, place) for n, place in slots if n not in escaped]
    covered = {place for _n, place in slots} | {place for _n, place, *_around in within}
    hidden = [one for one in (sql, *(f"{a}{b}" for _n, _p, a, b in within)) if _stands_in(one, places)]
    if covered != set(places.values()) or hidden:
        return None
    fields = [one[0] for one in compiler.select[: compiler.col_count]]
    converters = compiler.get_converters(fields)
    rows = reader_of(queryset, compiler, converters)
    return _Kept(queryset, compiler, sql, list(params), slots, within, converters, rows)


def _stand_ins(values: tuple[Any, ...], mark: str = "") -> tuple[list[Any], dict[Any, int]]:
    """What to build with instead of these values, and which value each parameter of a stand-in stands for; `mark` is in every text."""
    places: dict[Any, int] = {}
    arguments: list[Any] = []
    for value in values:
        if isinstance(value, (list, tuple, set, frozenset)):
            padded = cast(list[Any], _padded(value))
            many = [_stand_in(one, len(places) + n, mark) for n, one in enumerate(padded)]
            arguments.append(many)
        elif value is None or isinstance(value, bool):
            arguments.append(value)
            continue
        else:
            many = [_stand_in(value, len(places), mark)]
            arguments.append(many[0])
        places |= {_as_parameter(one): len(places) + n for n, one in enumerate(many)}
    return arguments, places


def _escaped(build: Callable[..., QuerySet[Any, Any]], values: tuple[Any, ...]) -> frozenset[int]:
    """Which parameters are patterns, as those of `iexact` are in some databases: there a text is written differently where it has signs of one."""
    if not any(isinstance(value, str) for value in values):
        return frozenset()
    _sql, params = build(*_stand_ins(values, "_")[0]).query.sql_with_params()
    return frozenset(n for n, one in enumerate(params) if isinstance(one, str) and "\\_q" in one)


def _is_key(value: Any) -> bool:
    return isinstance(value, (str, int, date)) and not isinstance(value, bool)


def _is_plain(text: Any) -> bool:
    return str(text).replace("-", "").replace(" ", "").isalnum()


def _within(n: int, text: Any, places: Mapping[Any, int]) -> tuple[int, int, str, str] | None:
    """Where a stand-in stands within the n-th parameter."""
    if not isinstance(text, str) or text in places:
        return None
    for one, place in places.items():
        before, is_there, after = text.partition(str(one))
        if is_there:
            return n, place, before, after
    return None


def _stands_in(text: str, places: Collection[Any]) -> bool:
    return any(str(one) in text for one in places)


def _read(kept: _Kept, flat: list[Any]) -> list[Any]:
    """Ask with these values."""
    params = kept.params.copy()
    for position, place in kept.slots:
        value = flat[place]
        params[position] = value if type(value) is int else _as_parameter(value)
    for position, place, before, after in kept.within:
        params[position] = f"{before}{flat[place]}{after}"
    if kept.rows is None:
        return _asked_of_queryset(kept, (kept.sql, tuple(params)))
    return kept.rows(connections[kept.queryset.db], rows_of(kept.sql, params))


def _asked_of_queryset(kept: _Kept, asked: tuple[str, tuple[Any, ...]]) -> list[Any]:
    """The rows of the queryset as it was put together, whose compiler has its answer already."""
    compiler = _twin(kept.compiler)
    compiler.connection = connections[kept.queryset.db]
    compiler.as_sql = lambda *_args, **_options: asked
    compiler.get_converters = lambda _expressions: kept.converters
    if compiler.connection.vendor == "postgresql" and not compiler.has_extra_select:
        compiler.execute_sql = lambda *_args, **_options: [rows_of(*asked)]
    queryset = _twin(kept.queryset)
    queryset._query = _twin(kept.queryset.query)
    queryset._query.get_compiler = lambda *_args, **_options: compiler
    queryset._result_cache, queryset._prefetch_done = None, False
    return list(queryset)


def _twin(thing: Any) -> Any:
    """The same attributes in another object; `copy.copy` of a queryset would read it."""
    made = object.__new__(type(thing))
    made.__dict__.update(thing.__dict__)
    return made
