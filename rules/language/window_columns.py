"""Windows for a whole frame: one index per combination of keys, one column per different window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rules.language import nodes as n
from rules.language.check_parts import duration_us
from rules.language.plain_windows import (
    OWN_COLUMN,
    is_money_window,
    key_columns,
    looks_at_spending,
    more_columns,
    needs_time_of_day,
)
from rules.language.reach import spans_of
from rules.language.table import Table
from rules.language.values import LARGEST_SPREAD, NUMBER_SCALE
from rules.language.whole_periods import whole_period
from rules.language.window_parts import Ints, Mask, WindowParts
from rules.window_statistics import SpanIndex, Statistics

_Value = TypeVar("_Value", np.bool_, np.int64)

#: Key columns in order, and whether only claims with a time of day take part.
IndexName = tuple[tuple[str, ...], bool]


class WindowColumns:
    """Answers windows of the rows marked by ``targets`` (None: all) over the history in ``table``."""

    def __init__(self, table: Table, targets: Mask | None) -> None:
        self.table = table
        self.targets = targets
        self.parts = WindowParts(table)
        self._n_targets = table.height if targets is None else int(targets.sum())
        self._indexes: dict[IndexName, SpanIndex] = {}
        self._starts: dict[tuple[IndexName, object, object], Ints] = {}

    def columns(self, node: n.Window) -> tuple[str, ...]:
        """The frame columns that must be equal; money windows also ask for the same currency."""
        columns = key_columns(node.keys)
        if is_money_window(node, self.table) and self.table.single_currency is None:
            columns = tuple(dict.fromkeys((*columns, "currency")))
        return columns

    def forget_indexes(self) -> None:
        """Free what windows over other keys have no use for."""
        self._indexes.clear()
        self._starts.clear()

    def answer(self, node: n.Window) -> pl.Series:
        """The window's value per target; null where it has none (a key is missing, no time of day, empty)."""
        columns = self.columns(node)
        found = self._share(node, columns) if node.function == "share" else self._plain(node, columns)
        known = self._known((*columns, *more_columns(node)), needs_time_of_day(node))
        if isinstance(node.within, n.ParameterRef):
            known &= self._targeted(self.parts.duration(node.within) >= 0)
        series = pl.Series(found, nan_to_null=True)
        return series if bool(known.all()) else series.set(pl.Series(~known), None)

    def _targeted(self, values: NDArray[_Value]) -> NDArray[_Value]:
        return values if self.targets is None else values[self.targets]

    def _known(self, columns: Sequence[str], needs_time: bool) -> Mask:
        known = np.ones(self._n_targets, dtype=np.bool_)
        for column in columns:
            known &= self._targeted(self.parts.key(column) >= 0)
        if needs_time and not self.table.all_have_time:
            known &= self._targeted(self.parts.has_time())
        return known

    def _inputs(self, node: n.Window) -> tuple[Ints | None, Mask | None, int]:
        """(values, the rows that count, what the values are multiples of)."""
        where = self._where(node)
        if node.value is None:
            return None, where, 1
        is_distinct = node.function == "distinct"
        values, there = self.parts.values(node.value, is_distinct)
        if node.function == "deviation":
            fits = np.abs(values) <= LARGEST_SPREAD
            there = fits if there is None else there & fits
        where = there if where is None else where if there is None else where & there
        has_parts = not is_distinct and node.function != "share" and self.table.type_of(node.value).is_numeric
        return values, where, NUMBER_SCALE if has_parts else 1

    def _where(self, node: n.Window) -> Mask | None:
        """The rows that satisfy the window's condition; payments only, unless it names the transaction type."""
        where = self.parts.where(node.where)
        paid = self.parts.spending if looks_at_spending(node) else None
        return where if paid is None else paid if where is None else where & paid

    def _plain(self, node: n.Window, columns: tuple[str, ...]) -> NDArray[np.generic]:
        values, where, scale = self._inputs(node)
        if node.mode == "whole" and node.period is not None:
            return self._whole(node.function, columns, node.period, values, where, scale)
        name, index = self._index(columns, needs_time_of_day(node))
        if node.function == "since_last":
            return index.since_last(where=where)
        if node.function == "change":
            assert values is not None
            return self._change(node, name, index, values, where)
        if node.mode == "others" or node.function in {"percentile", "deviation"}:
            return self._statistic(node, columns, values, where, scale)
        start = self._start(name, index, node)
        include = node.mode != "before"
        if node.function == "count":
            return index.count(start, include_self=include, where=where).astype(np.int32)
        assert values is not None
        if node.function == "sum":
            total = index.total(values, start, include_self=include, where=where)
            return total if scale == 1 else total / float(scale)
        aggregates = {
            "mean": index.mean,
            "median": index.median,
            "min": index.minimum,
            "max": index.maximum,
            "distinct": index.distinct,
        }
        answer = aggregates[node.function](values, start, include_self=include, where=where)
        return answer.astype(np.float64) / scale

    def _change(
        self, node: n.Window, name: IndexName, index: SpanIndex, values: Ints, where: Mask | None
    ) -> NDArray[np.generic]:
        """How much more the window holds than the same length before it; nan where nothing was before."""
        include = node.mode != "before"
        now, both = (
            index.total(values, self._start(name, index, node, times), include_self=include, where=where)
            for times in (1, spans_of(node))
        )
        before = both - now
        return np.divide(
            (now - before).astype(np.float64),
            before.astype(np.float64),
            out=np.full(len(now), np.nan),
            where=before > 0,
        )

    def _statistic(
        self, node: n.Window, columns: tuple[str, ...], values: Ints | None, where: Mask | None, scale: int
    ) -> NDArray[np.generic]:
        """An aggregate that can leave out the cardholder's own claims."""
        spans = []
        names = (*columns, OWN_COLUMN) if node.mode == "others" else ()
        for asked in (columns, tuple(dict.fromkeys(names))):
            if asked:
                name, index = self._index(asked, needs_time_of_day(node))
                start = self._start(name, index, node)
                spans.append(index.span(values, start, include_self=node.mode == "", where=where))
        found = Statistics(*spans)
        if node.function == "count":
            return found.count.astype(np.int32)
        if node.function == "sum":
            return found.total() if scale == 1 else found.total() / float(scale)
        if node.function == "percentile":
            assert node.fraction is not None
            return found.percentile(self._targeted(self.parts.millionths(node.fraction))) / scale
        aggregates = {
            "mean": found.mean,
            "median": found.median,
            "deviation": found.deviation,
            "min": found.minimum,
            "max": found.maximum,
        }
        return aggregates[node.function]() / scale

    def _whole(
        self,
        function: str,
        columns: Sequence[str],
        period: n.Period,
        values: Ints | None,
        where: Mask | None,
        scale: int,
    ) -> NDArray[np.generic]:
        keys = [self.parts.key(column) for column in columns]
        moments, place = self.parts.boundary(period)
        return whole_period(function, keys, moments[place], values, where, self.targets, scale)

    def _share(self, node: n.Window, columns: tuple[str, ...]) -> NDArray[np.generic]:
        """Sum of the part by sum of the whole; nan where the whole is not positive."""
        values, where, _ = self._inputs(node)
        assert values is not None
        totals: list[NDArray[np.generic]] = []
        for names in (tuple(dict.fromkeys((*columns, *key_columns(node.part)))), columns):
            if node.mode == "whole" and node.period is not None:
                totals.append(self._whole("sum", names, node.period, values, where, 1))
                continue
            name, index = self._index(names, needs_time_of_day(node))
            start = self._start(name, index, node)
            totals.append(index.total(values, start, include_self=node.mode != "before", where=where))
        part, whole = (total.astype(np.float64) for total in totals)
        return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)

    def _index(self, columns: Sequence[str], needs_time: bool) -> tuple[IndexName, SpanIndex]:
        name = (tuple(sorted(columns)), needs_time and not self.table.all_have_time)
        if name not in self._indexes:
            keys = [self.parts.key(column) for column in name[0]]
            is_placed = self.table.at_us > np.iinfo(np.int64).min
            if name[1]:
                is_placed &= self.parts.has_time()
            if not is_placed.all():
                keys[0] = np.where(is_placed, keys[0], -1)
            order = self.parts.order
            self._indexes[name] = SpanIndex(
                keys, self.table.at_us, self.parts.tie, order=order, targets=self.targets
            )
        return name, self._indexes[name]

    def _start(self, name: IndexName, index: SpanIndex, node: n.Window, times: int = 1) -> Ints:
        """Where the window begins, ``times`` its length ago; windows of one index and length share it."""
        key = (name, node.period, (node.within, times))
        if key not in self._starts:
            self._starts[key] = self._make_start(index, node, times)
        return self._starts[key]

    def _make_start(self, index: SpanIndex, node: n.Window, times: int) -> Ints:
        if node.period is not None:
            return index.start_at(self.parts.first_ranks(node.period))
        if node.within is None:
            return index.start_ever()
        if isinstance(node.within, n.ParameterRef):
            return index.start_since(
                self.table.at_us - np.maximum(self.parts.duration(node.within), 0) * times
            )
        if node.within.unit == "business day":
            return index.start_at(self.parts.first_ranks(int(node.within.amount) * times))
        return index.start_within(duration_us(node.within) * times)
