"""A frame being judged by many rules: every leaf that needs more than an expression is computed once and kept as a column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rules.fields import FIELDS, Field
from rules.language import clock
from rules.language import nodes as n
from rules.language.check import Checker
from rules.language.nodes import Expression
from rules.language.specs import Context
from rules.language.text_columns import TextColumn
from rules.language.types import Type

_INTEGERS = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64)
_EMPTY: dict[str, pl.DataType] = {
    "money": pl.Int64(),
    "number": pl.Float64(),
    "percent": pl.Float64(),
    "text": pl.String(),
    "code": pl.String(),
    "yes_no": pl.Boolean(),
    "date": pl.Int64(),
    "datetime": pl.Int64(),
    "time": pl.Int64(),
    "duration": pl.Int64(),
}


#: What Python takes for blank: Unicode's white space and four separators.
_BLANK = r"^[\s\x1c-\x1f]*$"


class Table:
    """``frame`` holds vocabulary columns by name. ``column`` adds computed ones; ``select`` evaluates expressions over both."""

    def __init__(
        self, frame: pl.DataFrame, context: Context, *, vocabulary: Mapping[str, Field] = FIELDS
    ) -> None:
        self.frame = frame
        self.schema = dict(
            frame.schema
        )  # asked for every leaf of every rule, and made anew each time by the frame
        self.context = context
        self.vocabulary = vocabulary
        self.height = frame.height
        self._columns: dict[object, tuple[str, pl.Series]] = {}
        self._numbers: dict[object, int] = {}
        self._texts: dict[str, TextColumn] = {}
        self._clocks: dict[str, clock.LocalClock | None] = {}
        self._checker = Checker(vocabulary, context.lists, context.parameters)
        self._types: dict[Expression, Type | None] = {}

    def type_of(self, node: Expression) -> Type:
        """The type of a node of a checked rule."""
        if node not in self._types:
            self._types[node] = self._checker.type_of(node)
        found = self._types[node]
        if found is None:
            raise TypeError(f"{type(node).__name__} has no type: the rule was not checked")
        return found

    def column(self, key: object, make: Callable[[], pl.Series]) -> pl.Expr:
        """The column computed for ``key``; ``make`` runs the first time only."""
        if key not in self._columns:
            series = make()  # may compute other columns first
            name = f"\x00{len(self._columns)}"
            self._columns[key] = (name, series.alias(name))
        return pl.col(self._columns[key][0])

    def computed(self, key: object) -> pl.Series | None:
        """The column computed for ``key``, if it was."""
        found = self._columns.get(key)
        return None if found is None else found[1]

    def known(self, key: object, ask: Callable[[], int]) -> int:
        """A number about the table, asked for the first time only."""
        if key not in self._numbers:
            self._numbers[key] = ask()
        return self._numbers[key]

    def select(self, expressions: list[pl.Expr]) -> pl.DataFrame:
        """Evaluate expressions in one pass; common parts are computed once."""
        frame = self.frame.with_columns([series for _, series in self._columns.values()])
        named = [expression.alias(str(at)) for at, expression in enumerate(expressions)]
        result = frame.lazy().select(named).collect()
        if result.height != self.height:
            result = _repeat(result, self.height) if self.height else result.clear()
        return result

    def series(self, expression: pl.Expr) -> pl.Series:
        """One expression's values, one per row."""
        return self.select([expression]).to_series()

    def field(self, name: str) -> pl.Expr:
        """A field as the language computes with it (texts raw); absent columns are missing everywhere."""
        kind = self.vocabulary[name].type
        if name not in self.schema or self.schema[name] == pl.Null:
            return pl.lit(None, dtype=_EMPTY[kind])
        dtype = self.schema[name]
        column = pl.col(name)
        if kind in {"text", "code"}:
            return self.text_expression(name)
        if kind == "money" and dtype in _INTEGERS:
            return column.cast(pl.Int64)
        if kind in {"money", "number", "percent"}:
            number = column.cast(pl.Float64)
            return pl.when(number.is_finite()).then(number) if dtype.is_float() else number
        if kind == "yes_no":
            return column.cast(pl.Boolean)
        if kind == "date":
            return column.cast(pl.Date).to_physical().cast(pl.Int64)
        if kind == "datetime":
            return column.dt.timestamp("us")
        return column

    def text(self, name: str) -> TextColumn:
        """A text or code column by its different values."""
        if name not in self._texts:
            if name in self.schema and self.schema[name] != pl.Null:
                series = self.frame[name]
            else:
                series = pl.Series(name, [None] * self.height, dtype=pl.String)
            self._texts[name] = TextColumn(series)
        return self._texts[name]

    def text_expression(self, name: str) -> pl.Expr:
        """The normalised text of a field."""
        return self.column(("text", name), lambda: self.text(name).text)

    def text_missing(self, name: str) -> pl.Expr:
        """Whether a text field is missing or blank, without looking into its values."""
        if name not in self.schema or self.schema[name] == pl.Null:
            return pl.lit(True)
        column = pl.col(name).cast(pl.String)
        return column.is_null() | column.str.contains(_BLANK)

    def text_test(self, name: str, key: object, test: Callable[[pl.Series], pl.Series]) -> pl.Expr:
        """A test of a text field, given its different normalised values at once."""
        return self.column(("test", name, key), lambda: self.text(name).test(test))

    @cached_property
    def schema(self) -> Mapping[str, pl.DataType]:
        """The frame's columns and their types, asked once: a frame of two hundred columns lists them anew each time."""
        return dict(self.frame.schema)

    @cached_property
    def single_currency(self) -> str | None:
        """The currency of all rows, when they have one and the same."""
        if "currency" not in self.schema or not self.height:
            return None
        currencies = self.frame["currency"]
        if isinstance(currencies.dtype, (pl.Categorical, pl.Enum)) and not currencies.null_count():
            numbers = currencies.to_physical().to_numpy()
            found = [currencies[0]] if numbers.min() == numbers.max() else []
        else:
            found = currencies.unique().to_list()
        return str(found[0]) if len(found) == 1 and found[0] else None

    @cached_property
    def all_have_time(self) -> bool:
        """True when the time of day of every row is known."""
        return "has_time" in self.schema and bool(self.frame["has_time"].fill_null(False).all())

    def has_time(self) -> pl.Expr:
        """Whether the row's time of day is known."""
        return pl.col("has_time").fill_null(False) if "has_time" in self.schema else pl.lit(False)

    def local(self, moment: pl.Expr) -> pl.Expr:
        """Microseconds since 1970 → the moment on the company's clock."""
        return clock.local(moment, self.context.zone)

    def local_day(self, moment: pl.Expr) -> pl.Expr:
        """Microseconds since 1970 → day number on the company's clock."""
        return self.local(moment).dt.date().to_physical().cast(pl.Int64)

    def claim_day(self) -> pl.Expr:
        """Local day number of the transaction, computed once."""
        return self.days("transacted_at")

    def days(self, name: str) -> pl.Expr:
        """Local day number of a moment, computed once."""
        found = self.local_clock(name)
        if found is None:
            return self.column(("day", name), lambda: self.series(self.local_day(self.field(name))))
        return self.column(("day", name), lambda: found.days)

    def hours(self, name: str) -> pl.Expr | None:
        """Local hour of a moment that every claim has, a byte each, computed once; missing where only the day is known."""
        found = self.local_clock(name)
        if found is None:
            return None
        if name != "transacted_at" or self.all_have_time:
            return self.column(("hour", name), lambda: found.hours)
        has_none = ~self.has_time()
        return self.column(("hour", name), lambda: found.hours.set(self.series(has_none), None))

    def weekdays(self, name: str) -> pl.Expr | None:
        """Local weekday of a moment that every claim has, Monday 1, a byte each, computed once."""
        found = self.local_clock(name)
        return None if found is None else self.column(("weekday", name), lambda: found.weekdays)

    def local_clock(self, name: str) -> clock.LocalClock | None:
        """The company's clock for a moment; None where a claim has no such moment."""
        if name not in self._clocks:
            there = name in self.schema and self.height and not self.frame[name].null_count()
            moments = self._microseconds(name) if there else None
            self._clocks[name] = None if moments is None else clock.LocalClock(moments, self.context.zone)
        return self._clocks[name]

    def _microseconds(self, name: str) -> NDArray[np.int64]:
        if self.schema[name] == pl.Datetime("us", "UTC"):
            found: NDArray[np.int64] = self.frame[name].to_physical().to_numpy()
            return found
        return self.series(self.field(name)).to_numpy()

    @cached_property
    def at_us(self) -> np.ndarray:
        """Moment of each row in microseconds; a missing one is the smallest integer and belongs to no window."""
        lowest = np.iinfo(np.int64).min
        values: np.ndarray = self.series(self.field("transacted_at")).fill_null(lowest).to_numpy()
        return values


SeriesTest = Callable[[pl.Series], pl.Series]


def equals(wanted: str) -> SeriesTest:
    """Which normalised values are the given one."""
    return lambda values: values == wanted


def is_one_of(words: Iterable[str]) -> SeriesTest:
    """Which normalised values are among the given ones."""
    chosen = pl.Series(sorted(words), dtype=pl.String)
    return lambda values: values.is_in(chosen.implode())


def _repeat(result: pl.DataFrame, height: int) -> pl.DataFrame:
    """Results of literals only have one row: one per claim is meant."""
    return pl.DataFrame(
        [pl.Series(column.name, [column[0]] * height, dtype=column.dtype) for column in result.iter_columns()]
    )


def text_field(node: Expression) -> str | None:
    """The field behind a text expression; ``lower`` changes nothing, since texts compare without case."""
    while isinstance(node, n.Call) and node.name == "lower":
        node = node.arguments[0]
    return node.name if isinstance(node, n.FieldRef) else None
