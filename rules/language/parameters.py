"""A parameter's value for every claim at once: last year's claim meets last year's limit."""

from __future__ import annotations

from functools import reduce

import polars as pl

from rules.language.evaluate import parameter_number
from rules.language.normal import normalise
from rules.language.specs import ParameterSpec, ParameterValue
from rules.language.table import Table, equals
from rules.language.times import day_number


def compile_parameter(table: Table, name: str) -> pl.Expr:
    """The expression of ``$name``. Where one value holds for all claims of the table it is a plain literal."""
    spec = table.context.parameters[name]
    dtype = pl.Float64 if spec.type in {"number", "percent"} else pl.Int64
    branches: list[tuple[pl.Expr | None, ParameterValue]] = []
    for value in spec.ranked():
        condition = _condition(table, spec, value)
        if isinstance(condition, bool) and not condition:
            continue
        branches.append((None if isinstance(condition, bool) else condition, value))
        if branches[-1][0] is None:
            break
    result = pl.lit(None, dtype=dtype)
    for when, value in reversed(branches):
        number = pl.lit(parameter_number(value, spec.type), dtype=dtype)
        result = number if when is None else pl.when(when).then(number).otherwise(result)
    if len(branches) == 1 and branches[0][0] is None:
        return result
    return table.column(("parameter", name), lambda: table.series(result))


def _condition(table: Table, spec: ParameterSpec, value: ParameterValue) -> pl.Expr | bool:
    """When a value holds: an expression, or True or False where that is the same for the whole table."""
    parts: list[pl.Expr] = []
    day = table.claim_day()
    days = table.computed(("claim day",))
    first, last = (None, None) if days is None else (days.min(), days.max())
    if first is None or last is None or days is None:
        return False
    start = day_number(value.valid_from)
    end = None if value.valid_to is None else day_number(value.valid_to)
    if last < start or (end is not None and first >= end):  # type: ignore[operator]
        return False
    if first < start or days.null_count():  # type: ignore[operator]
        parts.append(day >= start)
    if end is not None and last >= end:  # type: ignore[operator]
        parts.append(day < end)
    if spec.type == "money" and table.single_currency != value.currency:
        if table.single_currency is not None or "currency" not in table.frame.columns:
            return False
        parts.append(pl.col("currency").cast(pl.String) == value.currency)
    for name, wanted in value.scope.items():
        plain = normalise(wanted)
        parts.append(table.text_test(name, ("=", plain), equals(plain)))
    return reduce(lambda a, b: a & b, parts).fill_null(False) if parts else True
