"""Dates of a workbook's typed cells: certain whatever forms the profile names, beside texts in the same column."""

from __future__ import annotations

import polars as pl

_LOCAL = pl.Datetime("us")
#: How the reader writes a cell that is formatted as a date, in either epoch.
_CELL = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?$"
#: A day's number in a cell whose format was lost (1954 to 2119), with the fraction of the day as its time.
_SERIAL = r"^[2-7][0-9]{4}(?:\.[0-9]+)?$"
_DAYS_1904 = 1_462


def typed_cells(text: pl.Series, *, is_1904: bool) -> tuple[pl.Series, pl.Series, int]:
    """(local times of date cells and day numbers, whether they carry a time, how many are day numbers); null for other texts."""
    serial = text.str.contains(_SERIAL).fill_null(False)
    cell = text.set(~text.str.contains(_CELL).fill_null(False), None)
    local = cell.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us")
    timed = local.is_not_null()
    if serial.any():
        days = text.set(~serial, None).cast(pl.Float64) + (_DAYS_1904 if is_1904 else 0)
        frame = pl.DataFrame({"seconds": (days * 86_400).round().cast(pl.Int64)})
        numbered = frame.select(
            pl.lit("1899-12-30").str.to_datetime("%Y-%m-%d", time_unit="us") + pl.duration(seconds="seconds")
        ).to_series()
        local = local.zip_with(~serial, numbered.cast(_LOCAL))
        timed = timed | (serial & text.str.contains(".", literal=True).fill_null(False))
    return local, timed, int(serial.sum())
