"""Times of day in a column of their own: with colons, as digits with or without leading zeros, in words."""

from __future__ import annotations

import polars as pl

from fraud.claims.importing.parsing.problem_rows import ProblemRows

_CLOCK = (
    r"^(?P<before>오전|오후|am|pm)?(?P<hour>[0-9]{1,2})[:시](?P<minute>[0-9]{1,2})?분?"
    r"(?::?(?P<second>[0-9]{1,2})(?:\.[0-9]+)?초?)?(?P<after>오전|오후|am|pm)?$"
)
_AFTERNOON = ["오후", "pm"]
_HALVES = ["오전", "오후", "am", "pm"]


#: What a spreadsheet puts before the time of a cell that is formatted as a time, and the day after it: 24:00 and more.
_DAY_BEFORE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[t ]?"
_NEXT_DAY = r"^(?:1900-01-01|1904-01-02)[t ]?"
_FRACTION = r"^0?\.[0-9]+$"


def parse_clocks(raw: pl.Series, header: str, problems: ProblemRows) -> pl.Series:
    """Seconds since midnight (Int64), 86,400 for 24:00; null where blank or refused.

    Six digits are HHMMSS, five have lost a zero, four are HHMM, a number below one is a fraction of the day. Where a column has lost zeros, four digits that do not
    begin with one could be MMSS of an early hour, and are refused like fewer digits.
    """
    text = raw.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\s+", "")
    is_next_day = text.str.contains(_NEXT_DAY).fill_null(False)
    text = text.str.replace(_DAY_BEFORE, "").str.replace(r"^([0-9]{3,6})\.0+$", "${1}")
    text = text.str.replace(r"^0(?:\.0+)?$", "000000")  # nothing but zero is midnight in every form
    text = text.set((text == "").fill_null(False), None)
    fraction = text.set(~text.str.contains(_FRACTION).fill_null(False), None).cast(pl.Float64, strict=False)
    digits = text.str.contains(r"^[0-9]{1,6}$").fill_null(False)
    length = text.set(~digits, None).str.len_chars()
    lost_zeros = bool(length.is_in([1, 2, 3, 5]).any())
    unclear = length.is_in([1, 2, 3]) | ((length == 4) & ~text.str.starts_with("0") & lost_zeros)
    problems.add(unclear, header, "time_ambiguous")
    padded = text.str.pad_start(6, "0")
    full = pl.select(pl.when(length == 4).then(text + "00").otherwise(padded)).to_series()
    groups = text.str.extract_groups(_CLOCK).struct.unnest()
    frame = groups.with_columns(pl.Series("digits", digits), pl.Series("full", full))
    hour, minute, second = (
        pl.when("digits")
        .then(pl.col("full").str.slice(at, 2))
        .otherwise(pl.col(name))
        .cast(pl.Int64, strict=False)
        for at, name in ((0, "hour"), (2, "minute"), (4, "second"))
    )
    half = pl.coalesce("before", "after")
    frame = frame.select(
        hour=hour, minute=minute.fill_null(0), second=second.fill_null(0), half=half
    ).with_columns(
        pl.when(pl.col("half").is_in(_HALVES))
        .then(pl.col("hour") % 12 + pl.when(pl.col("half").is_in(_AFTERNOON)).then(12).otherwise(0))
        .otherwise("hour")
        .alias("hour")
    )
    frame = frame.with_columns(
        pl.Series("fraction", (fraction * 86_400).round().cast(pl.Int64)),
        pl.Series("later", is_next_day.cast(pl.Int64) * 86_400),
    )
    seconds = pl.col("hour") * 3600 + pl.col("minute") * 60 + pl.col("second") + pl.col("later")
    is_time = (pl.col("minute") < 60) & (pl.col("second") < 60) & (seconds <= 86_400)
    result = frame.select(pl.coalesce("fraction", pl.when(is_time).then(seconds))).to_series()
    problems.add(text.is_not_null() & result.is_null(), header, "time_not_valid")
    return result.set(unclear.fill_null(False), None)
