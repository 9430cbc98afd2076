"""Windows for a whole frame: one index per combination of keys, one column per different window."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rules.fields import KEYS
from rules.language import nodes as n
from rules.language.check_parts import duration_us
from rules.language.compile import Compiler
from rules.language.plain_windows import is_money_window, key_columns, needs_time_of_day
from rules.language.table import Table
from rules.language.times import business_days_back, midnight_us, period_first_day
from rules.language.values import EXACT, LARGEST_NUMBER, NUMBER_SCALE
from rules.language.whole_periods import whole_period
from rules.windows import TimeOrder, WindowIndex

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
_DayMoment = Callable[[int], int]


class WindowColumns:
    """Answers windows of the rows marked by ``targets`` (None: all) over the history in ``table``."""

    def __init__(self, table: Table, targets: Mask | None) -> None:
        self.table = table
        self.targets = targets
        self._compiler = Compiler(table, _no_window)
        self._keys: dict[str, Ints] = {}
        self._indexes: dict[tuple[tuple[str, ...], bool], WindowIndex] = {}
        self._masks: dict[n.Expression, Mask] = {}
        self._values: dict[tuple[n.Expression, bool], tuple[Ints, Mask | None]] = {}
        self._boundaries: dict[object, Ints] = {}
        self.tie = table.frame["claim_id"].cast(pl.Int64).to_numpy()
        self._order: TimeOrder | None = None

    def answer(self, node: n.Window) -> pl.Series:
        """The window's value per target; null where it has none (a key is missing, no time of day, empty)."""
        columns = key_columns(node.keys)
        if is_money_window(node, self.table) and self.table.single_currency is None:
            columns = (*columns, "currency") if "currency" not in columns else columns
        found = self._share(node, columns) if node.function == "share" else self._plain(node, columns)
        known = self._known((*columns, *key_columns(node.part)), needs_time_of_day(node))
        if isinstance(node.within, n.ParameterRef):
            known &= self.targeted(self._duration(node.within) >= 0)
        series = pl.Series(found, nan_to_null=True)
        return series if bool(known.all()) else series.set(pl.Series(~known), None)

    def targeted(self, values: Mask) -> Mask:
        """Marks of the target rows."""
        return values if self.targets is None else values[self.targets]

    def _known(self, columns: Sequence[str], needs_time: bool) -> Mask:
        known = np.ones(
            self.table.height if self.targets is None else int(self.targets.sum()), dtype=np.bool_
        )
        for column in columns:
            known &= self.targeted(self.key(column) >= 0)
        if needs_time and not self.table.all_have_time:
            known &= self.targeted(self._has_time())
        return known

    def _plain(self, node: n.Window, columns: tuple[str, ...]) -> NDArray[np.generic]:
        scale = 1
        where = self._where(node.where)
        values: Ints | None = None
        if node.value is not None:
            is_distinct = node.function == "distinct"
            values, there = self.values(node.value, is_distinct)
            where = there if where is None else where if there is None else where & there
            if not is_distinct and self.table.type_of(node.value).is_numeric:
                scale = NUMBER_SCALE
        if node.mode == "whole" and node.period is not None:
            return whole_period(
                node.function, [self.key(column) for column in columns], self._boundary(node.period), values, where, self.targets, scale
            )  # fmt: skip
        index = self._index(columns, needs_time_of_day(node))
        if node.function == "since_last":
            return index.since_last()
        start = self._start(index, node)
        include = node.mode != "before"
        if node.function == "count":
            return index.count(start, include_self=include, where=where).astype(np.float64)
        assert values is not None
        if node.function == "sum":
            total = index.total(values, start, include_self=include, where=where)
            return total if scale == 1 else total / float(scale)
        aggregates = {
            "mean": index.mean, "median": index.median, "min": index.minimum, "max": index.maximum, "distinct": index.distinct,
        }  # fmt: skip
        answer = aggregates[node.function](values, start, include_self=include, where=where).astype(
            np.float64
        )
        return answer if scale == 1 or node.function == "distinct" else answer / scale

    def _share(self, node: n.Window, columns: tuple[str, ...]) -> NDArray[np.generic]:
        """Sum of the part by sum of the whole; nan where the whole is not positive."""
        assert node.value is not None
        values, there = self.values(node.value, False)
        where = self._where(node.where)
        where = there if where is None else where if there is None else where & there
        totals = []
        for keys in ((*columns, *key_columns(node.part)), columns):
            names = tuple(dict.fromkeys(keys))
            if node.mode == "whole" and node.period is not None:
                parts = [self.key(name) for name in names]
                totals.append(
                    whole_period("sum", parts, self._boundary(node.period), values, where, self.targets, 1)
                )
                continue
            index = self._index(names, needs_time_of_day(node))
            start = self._start(index, node)
            totals.append(index.total(values, start, include_self=node.mode != "before", where=where))
        part, whole = (total.astype(np.float64) for total in totals)
        return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)

    # What windows are made of

    def key(self, column: str) -> Ints:
        """A key column as small integers; -1 is missing. Texts share a key when they are equal as rules compare them."""
        if column not in self._keys:
            self._keys[column] = self._make_key(column)
        return self._keys[column]

    def _make_key(self, column: str) -> Ints:
        table = self.table
        field = table.vocabulary.get(column)
        if field is None:
            if column not in table.frame.columns:
                return np.full(table.height, -1, dtype=np.int64)
            return np.maximum(table.frame[column].cast(pl.Int64).fill_null(-1).to_numpy(), -1)
        if field.type in {"text", "code"}:
            text = table.text(column)
            return text.spread(pl.Series(_ranks(text.values))).fill_null(-1).to_numpy()
        return _ranks(table.series(table.field(column)))

    def _index(self, columns: tuple[str, ...], needs_time: bool) -> WindowIndex:
        needs_time = needs_time and not self.table.all_have_time
        name = (tuple(sorted(columns)), needs_time)
        if name not in self._indexes:
            keys = [self.key(column) for column in name[0]]
            is_placed = self.table.at_us > np.iinfo(np.int64).min
            if needs_time:
                is_placed &= self._has_time()
            if not is_placed.all():
                keys[0] = np.where(is_placed, keys[0], -1)
            if self._order is None:
                self._order = TimeOrder(self.table.at_us, self.tie)
            self._indexes[name] = WindowIndex(
                keys, self.table.at_us, self.tie, order=self._order, targets=self.targets
            )
        return self._indexes[name]

    def _has_time(self) -> Mask:
        found: Mask = self.table.series(self.table.has_time()).to_numpy()
        return found

    def _where(self, node: n.Expression | None) -> Mask | None:
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

    # Where windows begin

    def _start(self, index: WindowIndex, node: n.Window) -> Ints:
        if node.period is not None:
            return index.start_since(self._boundary(node.period))
        if node.within is None:
            return index.start_ever()
        if isinstance(node.within, n.ParameterRef):
            return index.start_since(self.table.at_us - np.maximum(self._duration(node.within), 0))
        if node.within.unit == "business day":
            return index.start_since(self._business_boundary(int(node.within.amount)))
        return index.start_within(duration_us(node.within))

    def _duration(self, node: n.ParameterRef) -> Ints:
        found: Ints = self.table.series(self._compiler.compile(node)).fill_null(-1).to_numpy()
        return found

    def _boundary(self, period: n.Period) -> Ints:
        """The moment at which the calendar period of each row begins, on the company's clock."""
        zone = self.table.context.zone
        return self._by_day(period, lambda day: midnight_us(period_first_day(day, period), zone))

    def _business_boundary(self, n_days: int) -> Ints:
        context = self.table.context
        return self._by_day(
            n_days, lambda day: midnight_us(business_days_back(day, n_days, context.calendar), context.zone)
        )

    def _by_day(self, name: object, moment: _DayMoment) -> Ints:
        if name not in self._boundaries:
            days = self.table.series(self.table.claim_day()).fill_null(0).to_numpy()
            different, place = np.unique(days, return_inverse=True)
            moments = np.array([moment(int(day)) for day in different], dtype=np.int64)
            self._boundaries[name] = moments[place]
        return self._boundaries[name]


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
