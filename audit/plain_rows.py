"""Rows of a list with the few columns it shows, in one query of plain values: instances of several tables, each without its other columns.

    CLAIMS = PlainRows(Claim, ("id", "amount_minor"), cardholder=(Cardholder, ("id", "name")))

    queryset.values_list(*CLAIMS.names)   # the columns to read
    CLAIMS.made(row)                      # the claim, with its cardholder at hand

A list of fifty needs no fifty people, places and logins with all their columns: making those takes three quarters of what reading a page
takes. A column that is not listed is read when it is asked for, one query each.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.db.models.base import ModelState

Row = TypeVar("Row", bound=Model)
Columns = tuple[str, ...]


class PlainRows(Generic[Row]):
    """A table's columns, and those of the rows it points to by the path of the pointer (`cardholder__department`), the near ones first.

    Each list of columns begins with its key: where that is empty, nothing is pointed to.
    """

    def __init__(self, model: type[Row], columns: Columns, **related: tuple[type[Model], Columns]) -> None:
        self._model, self._columns = model, columns
        self._related: list[tuple[str, str, str, type[Model], Columns, int]] = []
        names, at = list(columns), len(columns)
        for path, (other, its_columns) in related.items():
            near, _dash, pointer = path.rpartition("__")
            self._related.append((path, near, pointer, other, its_columns, at))
            names += [f"{path}__{name}" for name in its_columns]
            at += len(its_columns)
        self.names: Columns = tuple(names)

    def made(self, row: tuple[Any, ...]) -> Row:
        """The instance of a row of `names`."""
        first = _made(self._model, self._columns, row)
        known: dict[str, Model | None] = {"": first}
        for path, near, pointer, model, columns, at in self._related:
            holder = known[near]
            if holder is None:
                known[path] = None
                continue
            one = None if row[at] is None else _made(model, columns, row[at:])
            known[path] = holder._state.fields_cache[pointer] = one
        return first


def _made(model: type[Row], names: Columns, values: tuple[Any, ...]) -> Row:
    """As `only()` gives it, without walking over all other columns; values behind the last name are another's."""
    made = model.__new__(model)
    made._state = state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    made.__dict__.update(zip(names, values, strict=False))
    return made
