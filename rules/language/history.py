"""The history windows look into, cut to what a window can reach: a night asks about one day, and most windows about a few."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rules.language import nodes as n
from rules.language.reach import reach_days
from rules.language.table import Table
from rules.language.times import DAY_US
from rules.language.window_columns import WindowColumns

Mask = NDArray[np.bool_]

#: Days of history kept for windows that reach no further back; calendar periods are counted with their longest length.
_SLICES = (4, 9, 33, 95, 370)
#: A slice is made only when it leaves out this share of the rows.
_WORTH_IT = 0.3


class History:
    """Answers windows of the target rows; each slice of the history keeps its own indexes while windows over the same keys are asked."""

    def __init__(self, table: Table, targets: Mask | None) -> None:
        self.table = table
        self.targets = targets
        self._columns: dict[int, WindowColumns] = {}

    def answer(self, node: n.Window) -> pl.Series:
        """The window's value per target row."""
        return self._columns_for(node).answer(node)

    def forget_indexes(self) -> None:
        """Free the indexes of one combination of keys."""
        for columns in self._columns.values():
            columns.forget_indexes()

    def _columns_for(self, node: n.Window) -> WindowColumns:
        reach = reach_days(node, self.table.context.parameters)
        size = next((days for days in _SLICES if reach is not None and reach <= days), 0)
        if size not in self._columns:
            self._columns[size] = self._slice(size)
        return self._columns[size]

    def _slice(self, days: int) -> WindowColumns:
        """Windows over the rows at most ``days`` before the first target; over everything where that saves little."""
        if days and self.targets is not None and self.targets.any():
            at_us = self.table.at_us
            first = int(at_us[self.targets].min())
            lowest = np.iinfo(np.int64).min
            kept = (at_us >= max(first - days * DAY_US, lowest + 1)) | self.targets
            if first > lowest and kept.mean() < 1 - _WORTH_IT:
                frame = self.table.frame.filter(pl.Series(kept))
                return WindowColumns(
                    Table(frame, self.table.context, vocabulary=self.table.vocabulary), self.targets[kept]
                )
        if days:
            return self._columns.setdefault(0, WindowColumns(self.table, self.targets))
        return WindowColumns(self.table, self.targets)
