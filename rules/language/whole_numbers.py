"""Columns of whole numbers in few bytes: most of what rules compare is whole, and comparing bytes reads an eighth of what 64 bits take."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rules.language import nodes as n
from rules.language.parameters import compile_parameter
from rules.language.table import Table
from rules.language.values import EXACT, literal, literal_money

_LARGEST: dict[type[pl.DataType], int] = {
    pl.Int8: (1 << 7) - 1,
    pl.Int32: (1 << 31) - 1,
    pl.Int64: (1 << 63) - 1,
}


def whole_column(table: Table, node: n.Expression) -> tuple[pl.Expr, type[pl.DataType]] | None:
    """(the column, its type) of an amount or number that is kept as a whole one, or of a moment's hour or weekday; None for everything else."""
    if isinstance(node, n.FieldRef) and table.vocabulary[node.name].type in {"money", "number"}:
        if node.name not in table.schema or not table.schema[node.name].is_integer():
            return None
        column = table.column(("whole", node.name), lambda: _narrowed(table.frame[node.name]))
        return column, _type_of(table, ("whole", node.name))
    if isinstance(node, n.ParameterRef):
        return _whole_parameter(table, node.name)
    part = clock_part(table, node)
    return None if part is None else (part, pl.Int8)


def counted(table: Table, node: n.Expression) -> NDArray[np.int32] | None:
    """(n,) the values of a field that ``whole_column`` keeps in 32 bits, where every claim has one and none is below zero; None otherwise."""
    column = table.computed(("whole", node.name)) if isinstance(node, n.FieldRef) else None
    if column is None or column.dtype != pl.Int32 or not len(column) or column.null_count():
        return None
    found: NDArray[np.int32] = column.to_numpy()
    lowest = table.known(("lowest", node), lambda: int(found.min()))
    return found if lowest >= 0 else None


def _whole_parameter(table: Table, name: str) -> tuple[pl.Expr, type[pl.DataType]] | None:
    """A parameter that has a value of its own for each claim; None where one literal serves all of them, or it is no whole number."""
    column = compile_parameter(table, name)
    found = table.computed(("parameter", name))
    return (
        None
        if found is None or not found.dtype.is_integer()
        else (column, _type_of(table, ("parameter", name)))
    )


def whole_literal(table: Table, node: n.Expression, dtype: type[pl.DataType] = pl.Int64) -> int | None:
    """The value of a whole number, or of money in the claims' one currency, that the type holds; None for everything else."""
    if isinstance(node, n.MoneyLiteral):
        value = float(literal_money(node)) if table.single_currency == node.currency else None
    else:
        value = literal(node) if isinstance(node, n.NumberLiteral) else None
    is_whole = value is not None and value == int(value) and abs(value) <= min(EXACT, _LARGEST[dtype])
    return int(value) if is_whole and value is not None else None


def compared_whole(table: Table, left: n.Expression, right: n.Expression) -> tuple[pl.Expr, pl.Expr] | None:
    """Both sides of a comparison of a whole column with a whole literal, in the column's type, or with another; None for other comparisons."""
    sides = whole_column(table, left), whole_column(table, right)
    if sides[0] and sides[1]:
        return sides[0][0], sides[1][0]
    for place, (found, other) in enumerate(((sides[0], right), (sides[1], left))):
        if not isinstance(other, (n.NumberLiteral, n.MoneyLiteral)):
            continue
        value = None if found is None else whole_literal(table, other, found[1])
        if found is None or value is None:
            continue
        limit = pl.lit(value, dtype=found[1])
        return (found[0], limit) if place == 0 else (limit, found[0])
    return None


def clock_part(table: Table, node: n.Expression) -> pl.Expr | None:
    """``hour(x)`` or ``weekday(x)`` of a field, as a column of bytes; None for everything else, and where a claim has no such moment."""
    if not isinstance(node, n.Call) or node.name not in {"hour", "weekday"}:
        return None
    argument = node.arguments[0]
    if not isinstance(argument, n.FieldRef) or table.vocabulary[argument.name].type != "datetime":
        return None
    return table.hours(argument.name) if node.name == "hour" else table.weekdays(argument.name)


def _narrowed(values: pl.Series) -> pl.Series:
    """The values in 32 bits where they fit."""
    if values.null_count() or not len(values):
        high, low = values.max(), values.min()
    else:
        plain = values.to_numpy()
        high, low = int(plain.max()), int(plain.min())
    largest = _LARGEST[pl.Int32]
    if not isinstance(high, int) or not isinstance(low, int) or max(high, -low) > largest:
        return values.cast(pl.Int64)
    if values.null_count():
        return values.cast(pl.Int32)
    return pl.Series(values.to_numpy().astype(np.int32))


def _type_of(table: Table, key: object) -> type[pl.DataType]:
    found = table.computed(key)
    assert found is not None
    return pl.Int32 if found.dtype == pl.Int32 else pl.Int64
