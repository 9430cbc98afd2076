"""What windows of a frame are made of: key codes, values as integers, conditions, the order of time, where periods begin."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rules.fields import KEYS
from rules.language import nodes as n
from rules.language.compile import Compiler
from rules.language.table import Table
from rules.language.times import business_days_back, midnight_us, period_first_day
from rules.language.transactions import NOT_SPENDING
from rules.language.values import EXACT, LARGEST_NUMBER, NUMBER_SCALE
from rules.window_order import TimeOrder

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


class WindowParts:
    """Computed once per frame and shared by all its windows."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._compiler = Compiler(table, _no_window)
        self._keys: dict[str, Ints] = {}
        self._masks: dict[n.Expression, Mask] = {}
        self._values: dict[tuple[n.Expression, bool], tuple[Ints, Mask | None]] = {}
        self._boundaries: dict[n.Period | int, tuple[Ints, Ints]] = {}

    @cached_property
    def tie(self) -> Ints:
        """Claim ids: they order claims of the same moment."""
        found: Ints = self.table.frame["claim_id"].cast(pl.Int64).to_numpy()
        return found

    @cached_property
    def order(self) -> TimeOrder:
        """The rows by (time, claim id)."""
        return TimeOrder(self.table.at_us, self.tie)

    def key(self, column: str) -> Ints:
        """A key column as small integers; -1 is missing. Texts share a key when they are equal as rules compare them."""
        if column not in self._keys:
            self._keys[column] = self._make_key(column)
        return self._keys[column]

    def _make_key(self, column: str) -> Ints:
        table = self.table
        field = table.vocabulary.get(column)
        if field is None:
            if column not in table.schema:
                return np.full(table.height, -1, dtype=np.int64)
            return np.maximum(table.frame[column].cast(pl.Int64).fill_null(-1).to_numpy(), -1)
        if field.type in {"text", "code"}:
            text = table.text(column)
            if text.values.null_count() == 0 and text.values.n_unique() == len(text.values):
                return text.codes.cast(pl.Int64).fill_null(-1).to_numpy()  # no two spellings of one value
            return text.spread(pl.Series(_ranks(text.values))).fill_null(-1).to_numpy()
        return _ranks(table.series(table.field(column)))

    def has_time(self) -> Mask:
        """Rows whose time of day is known."""
        found: Mask = self.table.series(self.table.has_time()).to_numpy()
        return found

    @cached_property
    def spending(self) -> Mask | None:
        """Rows that take money; None: all do."""
        if "txn_type" not in self.table.schema:
            return None
        is_other = self.table.text("txn_type").test(lambda values: values.is_in(NOT_SPENDING))
        found: Mask = ~is_other.fill_null(False).to_numpy()
        return None if bool(found.all()) else found

    def where(self, node: n.Expression | None) -> Mask | None:
        """Rows that satisfy a window's condition; None: there is no condition."""
        if node is None:
            return None
        if node not in self._masks:
            self._masks[node] = self.table.series(self._compiler.compile(node)).fill_null(False).to_numpy()
        return self._masks[node]

    def values(self, node: n.Expression, is_distinct: bool) -> tuple[Ints, Mask | None]:
        """A value per row as integers (money minor units, numbers in millionths, codes) and where there is one (None: everywhere)."""
        name = (node, is_distinct)
        if name not in self._values:
            self._values[name] = self._distinct_codes(node) if is_distinct else self._whole_values(node)
        return self._values[name]

    def _distinct_codes(self, node: n.Expression) -> tuple[Ints, Mask | None]:
        if isinstance(node, n.FieldRef) and (node.name in KEYS or node.name in self.table.vocabulary):
            parts = [self.key(column) for column in KEYS.get(node.name, (node.name,))]
            codes = parts[0] if len(parts) == 1 else _combine(parts)
        else:
            codes = _ranks(self.table.series(self._compiler.compile(node)))
        is_known = codes >= 0
        return codes, None if bool(is_known.all()) else is_known

    def _whole_values(self, node: n.Expression) -> tuple[Ints, Mask | None]:
        series = self.table.series(self._compiler.compile(node))
        if self.table.type_of(node).is_numeric:
            series = pl.select(
                pl.when(series.abs() <= LARGEST_NUMBER).then(series * NUMBER_SCALE)
            ).to_series()
        elif series.dtype.is_float():
            series = pl.select(pl.when(series.abs() <= EXACT).then(series)).to_series()
        is_known = series.is_not_null().to_numpy()
        values = series.fill_null(0).to_numpy()
        whole = np.rint(values).astype(np.int64) if values.dtype.kind == "f" else values.astype(np.int64)
        return whole, None if bool(is_known.all()) else is_known

    def duration(self, node: n.ParameterRef) -> Ints:
        """A parameter's length per row in microseconds; -1 where it is missing."""
        found: Ints = self.table.series(self._compiler.compile(node)).fill_null(-1).to_numpy()
        return found

    def millionths(self, node: n.PercentLiteral | n.ParameterRef) -> Ints:
        """A percentile's share per row in millionths; -1 where it is missing."""
        share = self.table.series(self._compiler.compile(node).cast(pl.Float64)).to_numpy()
        found: Ints = np.rint(np.where(np.isnan(share), -1.0, share * NUMBER_SCALE)).astype(np.int64)
        return found

    def boundary(self, length: n.Period | int) -> tuple[Ints, Ints]:
        """(the moments at which a calendar period or a number of business days begins, which of them belongs to each row)."""
        if length not in self._boundaries:
            context = self.table.context
            days = self.table.series(self.table.claim_day()).fill_null(0).to_numpy()
            lowest = int(days.min(initial=0))
            present = np.zeros(int(days.max(initial=0)) - lowest + 1, dtype=np.bool_)
            present[days - lowest] = True
            firsts = np.zeros(len(present), dtype=np.int64)
            for place in np.flatnonzero(present):
                day = lowest + int(place)
                first = (
                    business_days_back(day, length, context.calendar)
                    if isinstance(length, int)
                    else period_first_day(day, length)
                )
                firsts[place] = midnight_us(first, context.zone)
            self._boundaries[length] = (firsts, days - lowest)
        return self._boundaries[length]

    def first_ranks(self, length: n.Period | int) -> Ints:
        """Per row, the place in the time order at which its period begins."""
        moments, place = self.boundary(length)
        found: Ints = self.order.first_rank_since(moments)[place]
        return found


def _combine(parts: list[Ints]) -> Ints:
    """One code for several keys; -1 where one is missing."""
    codes = parts[0]
    for part in parts[1:]:
        codes = codes * (int(part.max(initial=0)) + 2) + part
    return np.where(np.logical_and.reduce([part >= 0 for part in parts]), codes, -1)


def _ranks(series: pl.Series) -> Ints:
    """Equal values share a number from 0; missing is -1."""
    if series.dtype == pl.Boolean:
        series = series.cast(pl.Int64)
    found: Ints = (series.rank("dense").cast(pl.Int64) - 1).fill_null(-1).to_numpy()
    return found


def _no_window(node: n.Window) -> pl.Expr:
    raise TypeError("a window cannot stand inside another window")
