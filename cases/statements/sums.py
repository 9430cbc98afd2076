"""Rows of a table, and those among them that add up others: left out of the entries, and held against them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from cases.statements.entries import Entry, StatementNotValid
from fraud.claims.importing.announced import SUM_WORDS


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table: its line in the file, the signed amount, the balance after it, and the entry it makes."""

    number: int
    moment: str
    balance: int | None
    entry: Entry


def is_sum(frame: pl.DataFrame) -> pl.Series:
    """True for the rows that add up others."""
    first = pl.coalesce(pl.col(pl.String).str.strip_chars().replace("", None))
    return frame.select(first.str.contains(SUM_WORDS).fill_null(False).alias("sum")).to_series()


def without_sums(frame: pl.DataFrame, numbers: list[int]) -> tuple[pl.DataFrame, list[int]]:
    """The rows that are none of those that add up others."""
    keep = ~is_sum(frame)
    return frame.filter(keep), [number for number, kept in zip(numbers, keep.to_list(), strict=True) if kept]


def check_sums(lines: Sequence[Line], sums: list[tuple[int, int]]) -> None:
    """Raises StatementNotValid `sum` where a sum is neither that of all rows above nor of those since the sum before."""
    before = 0
    for number, stated in sums:
        above = [line for line in lines if line.number < number]
        total = sum(line.entry.minor for line in above)
        since = sum(line.entry.minor for line in above if line.number > before)
        before = number
        if above and stated not in {total, since}:
            currency = above[0].entry.currency
            raise StatementNotValid(
                "sum", line=number, currency=currency, total_minor=total, closing_minor=stated
            )
