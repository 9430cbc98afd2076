"""Cells merged downwards: the one value they show holds for every row they stand over, as whoever reads the sheet takes it."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

_CELLS = re.compile(r"([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)")
Merged = tuple[int, int, str]


def column_number(letters: str) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def stands_over_rows(merged: Merged) -> int | None:
    """The column (from 1) of cells that are merged over rows of one column; None for others."""
    found = _CELLS.fullmatch(merged[2])
    if found is None or found[1] != found[3] or merged[0] == merged[1]:
        return None
    return column_number(found[1])


def spread(frame: pl.DataFrame, merged: Iterable[Merged], first_row: int, first_column: int) -> pl.DataFrame:
    """The sheet with the value of cells merged over rows in each of their rows; `first_row`, `first_column`: of its first cell, from 1."""
    columns: dict[int, list[str | None]] = {}
    for one in merged:
        number = stands_over_rows(one)
        if number is None or not 0 <= (at := number - first_column) < frame.width:
            continue
        top, last = one[0] - first_row, min(one[1] - first_row, frame.height - 1)
        if not 0 <= top < frame.height:
            continue
        values = columns.setdefault(at, frame.to_series(at).to_list())
        for row in range(top + 1, last + 1):
            values[row] = values[row] or values[top]
    return frame.with_columns(
        pl.Series(frame.columns[at], values, dtype=pl.String) for at, values in columns.items()
    )
