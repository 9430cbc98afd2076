"""Rows of the database as a queryset gives them, without asking the queryset for each: what every row needs is found out once.

Known are tuples, single values and models with the models they are joined to. Everything else (rows with names, what is prefetched, a model
that does something of its own when it is read) is left to Django: `reader_of` then answers None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from inspect import getattr_static
from typing import Any, Final

from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.fields.files import FileDescriptor
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable
from django.db.models.signals import post_init, pre_init

Reader = Callable[[Any, list[Any]], list[Any]]
Converters = Mapping[int, tuple[Sequence[Callable[..., Any]], Any]]
_MODEL: Final[Any] = Model
#: Descriptors that put a value where a row's values go: a new model has nothing they would have to forget.
_SETTING_THE_SAME: Final = (FileDescriptor, ForeignKeyDeferredAttribute)


def reader_of(queryset: QuerySet[Any, Any], compiler: Any, converters: Converters) -> Reader | None:
    """What makes of (connection, rows of the cursor) the list that iterating the queryset gives; None where it is not known."""
    columns = [one[0] for one in compiler.select[: compiler.col_count]]
    if queryset._prefetch_related_lookups or compiler.has_composite_fields(columns):  # type: ignore[attr-defined]
        return None
    kind = queryset._iterable_class  # type: ignore[attr-defined]
    n = compiler.col_count if compiler.has_extra_select else None
    convert = _converting(converters, n)
    if kind is FlatValuesListIterable:
        return lambda ready, rows: [row[0] for row in convert(ready, rows)]
    if kind is ValuesListIterable:
        return lambda ready, rows: list(map(tuple, convert(ready, rows)))
    if kind is not ModelIterable or queryset._known_related_objects:  # type: ignore[attr-defined]
        return None
    build = _building(compiler.klass_info, compiler.select, queryset.db)
    if build is None:
        return None
    added = list((compiler.annotation_col_map or {}).items())

    def models(ready: Any, rows: list[Any]) -> list[Any]:
        made = []
        for row in convert(ready, rows):
            model = build(row)
            for name, place in added:
                setattr(model, name, row[place])
            made.append(model)
        return made

    return models


def _converting(converters: Converters, n: int | None) -> Reader:
    """The first `n` columns of rows, those that the database keeps otherwise than Python has them turned into what a field holds."""
    each = [(place, tuple(made), expression) for place, (made, expression) in converters.items()]

    def convert(ready: Any, rows: list[Any]) -> list[Any]:
        if n is not None:
            rows = [row[:n] for row in rows]
        if not each:
            return rows
        turned = [list(row) for row in rows]
        # Only of SQLite; PostgreSQL's driver gives times with their zone.
        of_times = getattr(ready.ops, "convert_datetimefield_value", None)
        for place, made, expression in each:
            if of_times is not None and made == (of_times,):
                _turn_times(turned, place, made[0], expression, ready)
                continue
            for one in made:
                for row in turned:
                    row[place] = one(row[place], expression, ready)
        return turned

    return convert


def _turn_times(rows: list[Any], place: int, turn: Callable[..., Any], expression: Any, ready: Any) -> None:
    """The times of a column: as SQLite's driver gives them, without a zone, they only need theirs; others are turned by Django."""
    zone = ready.timezone
    for row in rows:
        at = row[place]
        if type(at) is datetime and at.tzinfo is None and zone is not None:
            row[place] = at.replace(tzinfo=zone)
        elif at is not None:
            row[place] = turn(at, expression, ready)


def _building(
    info: Mapping[str, Any], select: Sequence[Any], db: str
) -> Callable[[Sequence[Any]], Any] | None:
    """The model of a row with what it is joined to; None for one that is more than its columns when it is read."""
    model = info["model"]
    start, end = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [one[0].target.attname for one in select[start:end]]
    if info.get("from_parent") or not _is_plain(model, names):
        return None
    joined = []
    for other in info.get("related_klass_infos", ()):
        build = _building(other, select, db)
        if build is None:
            return None
        joined.append((build, _key_of(other, select), other["local_setter"], other["remote_setter"]))
    new = model.__new__

    def one_of(row: Sequence[Any]) -> Any:
        made = new(model)
        made._state = state = ModelState()
        state.adding, state.db = False, db
        made.__dict__.update(zip(names, row[start:end], strict=True))
        for build, key, set_here, set_there in joined:
            other = None if row[key] is None else build(row)
            set_here(made, other)
            if other is not None:
                set_there(other, made)
        return made

    return one_of


def _is_plain(model: Any, names: Sequence[str]) -> bool:
    """Whether reading a row does nothing but put its columns into the model."""
    reads = model.__init__ is _MODEL.__init__ and model.from_db.__func__ is _MODEL.from_db.__func__
    is_heard = pre_init.has_listeners(model) or post_init.has_listeners(model)
    kept = [getattr_static(model, name) for name in names]
    sets = [one for one in kept if hasattr(type(one), "__set__") and type(one) not in _SETTING_THE_SAME]
    return reads and not is_heard and not sets


def _key_of(info: Mapping[str, Any], select: Sequence[Any]) -> int:
    """The column that is null where the row has nothing joined."""
    key = info["model"]._meta.pk.attname
    return int(next(place for place in info["select_fields"] if select[place][0].target.attname == key))
