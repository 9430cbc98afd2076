"""The functions of the language on columns; function_values.py has the same on single values."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Protocol

import numpy as np
import polars as pl

from rules.language import nodes as n
from rules.language.evaluate import reads_transaction_time
from rules.language.functions import DEFAULTS, FUNCTIONS
from rules.language.gathering import multiples
from rules.language.nodes import Expression
from rules.language.table import Table, text_field
from rules.language.times import FIRST_DAY, LAST_DAY, date_of
from rules.language.types import Kind
from rules.language.values import EXACT
from rules.language.whole_numbers import clock_part, counted, whole_column, whole_literal

_US_PER_MINUTE = 60_000_000


class Compiler(Protocol):
    """What a function call needs of the compiler that meets it: its table, and the expressions of the arguments."""

    table: Table

    def compile(self, node: Expression) -> pl.Expr:
        """The expression of a checked node."""
        ...

    def day(self, node: Expression, compiled: pl.Expr) -> pl.Expr:
        """Day number of a date or of a moment's local date."""
        ...


def compile_call(compiler: Compiler, node: n.Call) -> pl.Expr:
    """The expression of a function call; null where an argument is, and where the time of day is needed but unknown."""
    part = clock_part(compiler.table, node)
    if part is not None:
        return part.cast(pl.Float64)
    whole = _whole_multiple(compiler.table, node)
    if whole is not None:
        return whole
    values = [compiler.compile(argument) for argument in node.arguments]
    result = _result(compiler, node, values)
    if FUNCTIONS[node.name].needs_time and not compiler.table.all_have_time and reads_transaction_time(node):
        return pl.when(compiler.table.has_time()).then(result)
    return result


def _result(compiler: Compiler, node: n.Call, values: list[pl.Expr]) -> pl.Expr:
    name = node.name
    if name in _MOMENTS:
        return _MOMENTS[name](compiler.table, compiler.table.local(values[0]))
    if name in _DATES:
        return _DATES[name](_day(compiler, node, values, 0).cast(pl.Int32, strict=False).cast(pl.Date))
    if name in {"is_holiday", "is_business_day"}:
        return _calendar_test(compiler.table, node, _day(compiler, node, values, 0))
    if name == "days_between":
        return (_day(compiler, node, values, 1) - _day(compiler, node, values, 0)).cast(pl.Float64)
    if name == "business_days_between":
        days = _day(compiler, node, values, 0), _day(compiler, node, values, 1)
        return compiler.table.column(node, lambda: _business_days(compiler.table, *days))
    if name == "minutes_between":
        return (values[1].cast(pl.Float64) - values[0].cast(pl.Float64)) / _US_PER_MINUTE
    if name == "is_multiple":
        return _multiple(values[0].cast(pl.Float64), values[1].cast(pl.Float64))
    if name in {"quotient", "remainder"}:
        return _whole_division(name, values[0].cast(pl.Float64), values[1].cast(pl.Float64))
    if name in DEFAULTS:
        return values[0].fill_null(DEFAULTS[name])
    if name == "abs":
        return values[0].abs()
    if name == "lower":
        return values[0]
    if name == "length":
        source = text_field(node.arguments[0])
        if source is not None:
            return compiler.table.text_test(
                source, ("length",), lambda values: values.str.len_chars().cast(pl.Float64)
            )
        return values[0].str.len_chars().cast(pl.Float64)
    return _extreme(compiler, node, values)


def _hour(local: pl.Expr) -> pl.Expr:
    return local.dt.hour().cast(pl.Int64)


def _night(table: Table, local: pl.Expr) -> pl.Expr:
    start, end = table.context.night
    hour = _hour(local)
    return (hour >= start) & (hour < end) if start <= end else (hour >= start) | (hour < end)


def _time_us(local: pl.Expr) -> pl.Expr:
    seconds = (_hour(local) * 60 + local.dt.minute().cast(pl.Int64)) * 60 + local.dt.second().cast(pl.Int64)
    return seconds * 1_000_000 + local.dt.microsecond().cast(pl.Int64)


_MOMENTS: dict[str, Callable[[Table, pl.Expr], pl.Expr]] = {
    "hour": lambda _, local: local.dt.hour().cast(pl.Float64),
    "minute": lambda _, local: local.dt.minute().cast(pl.Float64),
    "time": lambda _, local: _time_us(local),
    "date": lambda _, local: local.dt.date().to_physical().cast(pl.Int64),
    "is_night": _night,
}
_DATES: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "weekday": lambda day: day.dt.weekday().cast(pl.Float64),
    "day_of_month": lambda day: day.dt.day().cast(pl.Float64),
    "month": lambda day: day.dt.month().cast(pl.Float64),
    "year": lambda day: day.dt.year().cast(pl.Float64),
    "is_weekend": lambda day: day.dt.weekday() >= 6,
}


def _day(compiler: Compiler, node: n.Call, values: list[pl.Expr], at: int) -> pl.Expr:
    return compiler.day(node.arguments[at], values[at])


def _calendar_test(table: Table, node: n.Call, day: pl.Expr) -> pl.Expr:
    """The calendar is asked once per different day."""
    calendar = table.context.calendar
    ask = calendar.is_business_day if node.name == "is_business_day" else calendar.holidays.__contains__

    def answer() -> pl.Series:
        days = table.series(day)
        different = days.drop_nulls().unique()
        answers = pl.Series(
            [bool(ask(date_of(int(value)))) for value in different.to_list()], dtype=pl.Boolean
        )
        return days.replace_strict(different, answers, default=None, return_dtype=pl.Boolean)

    return table.column(node, answer)


def _business_days(table: Table, start: pl.Expr, end: pl.Expr) -> pl.Series:
    """Differences of a running count of business days over the days that occur."""
    valid = pl.all_horizontal(pl.col("0", "1").is_between(FIRST_DAY, LAST_DAY))
    pair = table.select([start, end]).select(pl.when(valid).then(pl.col("0", "1")))
    if not pair["0"].count():
        return pl.Series([None] * table.height, dtype=pl.Float64)
    first, last = (
        int(pair.select(edge).item())
        for edge in (pl.min_horizontal(pl.all().min()), pl.max_horizontal(pl.all().max()))
    )
    is_open = table.context.calendar.is_business_day
    running = pl.Series(
        np.cumsum([is_open(date_of(day)) for day in range(first, last + 1)]).astype(np.float64)
    )
    low, high = (running.gather((pair[name] - first).cast(pl.UInt32)) for name in ("0", "1"))
    return high - low


def _multiple(value: pl.Expr, step: pl.Expr) -> pl.Expr:
    whole = (value == value.floor()) & (step == step.floor())
    rest = value.cast(pl.Int64, strict=False) % pl.when(step != 0).then(step).cast(pl.Int64, strict=False)
    return pl.when(value.is_not_null() & step.is_not_null() & (step != 0)).then(whole & (rest == 0))


def _whole_multiple(table: Table, node: n.Call) -> pl.Expr | None:
    """``is_multiple`` of a whole column and a whole literal, in integers; None for other calls."""
    if node.name != "is_multiple":
        return None
    found = whole_column(table, node.arguments[0])
    step = None if found is None else whole_literal(table, node.arguments[1], found[1])
    if found is None or not step:
        return None
    values = None if found[1] != pl.Int32 or step < 0 else counted(table, node.arguments[0])
    if values is None:
        return found[0] % pl.lit(step, dtype=found[1]) == 0
    return table.column(node, lambda: pl.Series(multiples(values, step)))


def _whole_division(name: str, value: pl.Expr, step: pl.Expr) -> pl.Expr:
    """Floored division of whole values; null for step zero and for what is not whole."""
    fits = (value == value.floor()) & (step == step.floor()) & (step != 0)
    fits &= (value.abs() <= EXACT) & (step.abs() <= EXACT)
    a, b = (pl.when(fits).then(part).cast(pl.Int64, strict=False) for part in (value, step))
    whole = (a // b).cast(pl.Int64)
    return whole.cast(pl.Float64) if name == "quotient" else a - whole * b


def _extreme(compiler: Compiler, node: n.Call, values: list[pl.Expr]) -> pl.Expr:
    kinds = [compiler.table.type_of(argument).kind for argument in node.arguments]
    if Kind.DATE in kinds:
        values = [_day(compiler, node, values, at) for at in range(len(values))]
    known = reduce(lambda a, b: a & b, [value.is_not_null() for value in values])
    pick = pl.min_horizontal(values) if node.name == "min" else pl.max_horizontal(values)
    return pl.when(known).then(pick)
