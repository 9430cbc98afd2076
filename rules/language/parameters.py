"""A parameter's value for every claim at once: last year's claim meets last year's limit."""

from __future__ import annotations

from functools import reduce

import numpy as np
import polars as pl

from rules.language.evaluate import parameter_number
from rules.language.normal import normalise
from rules.language.specs import ParameterSpec, ParameterValue
from rules.language.table import Table, equals
from rules.language.times import day_number
from rules.language.values import EXACT


def compile_parameter(table: Table, name: str) -> pl.Expr:
    """The expression of ``$name``. Where one value holds for all claims of the table it is a plain literal."""
    spec = table.context.parameters[name]
    dtype = pl.Float64 if spec.type in {"number", "percent"} else pl.Int64
    known = table.computed(("parameter", name))
    if known is None:
        by_day = _by_day(table, spec)
        if by_day is not None and not isinstance(by_day, pl.Series):
            return pl.lit(by_day, dtype=dtype)
        known = by_day
    if known is not None:
        return table.column(("parameter", name), lambda: known)
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


def _by_day(table: Table, spec: ParameterSpec) -> pl.Series | float | int | None:
    """The value per claim, or the one value of all, where it depends on nothing but the claim's day and there is one on every day; else None."""
    clock = table.local_clock("transacted_at")
    if clock is None or any(value.scope for value in spec.values):
        return None
    if spec.type == "money":
        if table.single_currency is None:
            return None
        values = [value for value in spec.ranked() if value.currency == table.single_currency]
    else:
        values = list(spec.ranked())
    numbers = [parameter_number(value, spec.type) for value in values]
    days = np.arange(clock.first_day, clock.last_day + 1)
    found = np.full(len(days), np.nan)
    for value, number in reversed(list(zip(values, numbers, strict=True))):
        holds = days >= day_number(value.valid_from)
        if value.valid_to is not None:
            holds &= days < day_number(value.valid_to)
        found[holds] = number
    if np.isnan(found[1:-1]).any() or any(abs(number) > EXACT for number in numbers):
        return None
    if len(set(found[1:-1])) == 1:
        return float(found[1]) if spec.type in {"number", "percent"} else int(found[1])
    if spec.type in {"number", "percent"}:
        return clock.by_day(found)
    is_small = all(abs(number) < 1 << 31 for number in numbers)
    return clock.by_day(np.nan_to_num(found).astype(np.int32 if is_small else np.int64))


def _condition(table: Table, spec: ParameterSpec, value: ParameterValue) -> pl.Expr | bool:
    """When a value holds: an expression, or True or False where that is the same for the whole table."""
    parts: list[pl.Expr] = []
    day = table.claim_day()
    days = table.computed(("day", "transacted_at"))
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
        if table.single_currency is not None or "currency" not in table.schema:
            return False
        parts.append(pl.col("currency").cast(pl.String) == value.currency)
    for name, wanted in value.scope.items():
        plain = normalise(wanted)
        parts.append(table.text_test(name, ("=", plain), equals(plain)))
    return reduce(lambda a, b: a & b, parts).fill_null(False) if parts else True
