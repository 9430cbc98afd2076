"""The values of a personnel file, column by column: days, times, choices, money and texts."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from fraud.claims.importing.fields import Field, Kind
from fraud.claims.importing.parsing.amounts import named_by_marks, parse_amounts
from fraud.claims.importing.parsing.clocks import parse_clocks
from fraud.claims.importing.parsing.codes import parse_choice, parse_currency
from fraud.claims.importing.parsing.dates import DateParser, parse_days
from fraud.claims.importing.parsing.leaves import parse_halves
from fraud.claims.importing.parsing.problem_rows import ProblemRows
from fraud.claims.importing.parsing.text import clean_text, without_cell_errors
from fraud.claims.importing.people_feeds import HOLIDAY_KINDS, HOLIDAYS, FeedColumn
from fraud.claims.importing.profile import Amounts
from rules.money import to_decimal

#: How systems write that there is no day: nobody has a day zero, and the last days of the calendar are no leaving days.
_NO_DAY = r"^(?:-+|–|0{4}[-./]?0{2}[-./]?0{2}(?: 00:00:00)?|(?i:n/?a|null|none)|없음|해당\s?없음)$"
_NO_LAST_YEAR = 2900


def parse_value(
    raw: pl.Series, column: FeedColumn, name: str, header: str, dates: DateParser, problems: ProblemRows
) -> pl.Series:
    """A column as its feed stores it; money is done by `parse_money`."""
    if column.is_day:
        return _days(raw, column, header, dates, problems)
    if column.kind == "clock":
        return parse_times(raw, header, problems)
    text = raw.cast(pl.String)
    if column.kind == "holiday":
        return parse_choice(text, HOLIDAYS, HOLIDAY_KINDS, header, problems).fill_null("company")
    if column.kind == "half":
        return parse_halves(text, header, problems)
    text = without_cell_errors(text, header, problems, needed=column.required or name == "kind")
    return clean_text(text, Field(name, Kind.CODE, column.length), header, problems)


def without_no_days(raw: pl.Series) -> pl.Series:
    """Days, with nothing where a system wrote that there is none."""
    if raw.dtype != pl.String:
        return raw
    return raw.set(raw.str.strip_chars().str.contains(_NO_DAY).fill_null(False), None)


def parse_times(raw: pl.Series, header: str, problems: ProblemRows) -> pl.Series:
    """Times of day; 24:00 ends the day."""
    if raw.dtype == pl.Time:
        return raw
    seconds = parse_clocks(raw.cast(pl.String), header, problems) % 86_400
    return pl.select(pl.from_epoch(seconds.cast(pl.Int64), time_unit="s").dt.time()).to_series()


def times_beside_days(raw: pl.Series) -> pl.Series:
    """The time of day that stands behind a day (`2026-11-02 09:00`); null where none does."""
    if raw.dtype in (pl.Date, pl.Time):
        return pl.repeat(None, len(raw), dtype=pl.Time, eager=True)
    if raw.dtype != pl.String:
        return raw.dt.time()
    return (
        raw.str.extract(r"[ T](\d{1,2}:\d{2})(?::\d{2})?(?:\.\d+)?$")
        .str.zfill(5)
        .str.to_time("%H:%M", strict=False)
    )


def parse_money(
    delivered: Mapping[str, pl.Series], headers: Mapping[str, str], height: int, problems: ProblemRows
) -> dict[str, pl.Series]:
    """`amount` as plain decimal text and `currency` as a code of ISO 4217, both empty where none is given.

    An amount has no more decimals than its currency; where no currency is named, its sign may name one.
    """
    raw = delivered["amount"].cast(pl.String) if "amount" in delivered else None
    codes = delivered["currency"].cast(pl.String) if "currency" in delivered else None
    currency = parse_currency(codes, height, "", {}, headers.get("currency", "currency"), problems)
    if raw is None:
        return {"currency": currency.fill_null("")} if codes is not None else {}
    header = headers["amount"]
    blank = _blank(codes) if codes is not None else pl.repeat(True, height, dtype=pl.Boolean, eager=True)
    currency = pl.select(pl.when(blank).then(named_by_marks(raw)).otherwise(currency)).to_series()
    minor = parse_amounts(raw, currency, Amounts(), header, problems, exact_zeros=False)
    problems.add(minor < 0, header, "amount_not_valid")
    texts = [
        "" if code is None or n is None else f"{to_decimal(n, code):f}"
        for n, code in zip(minor, currency, strict=True)
    ]
    bare = raw.fill_null("").str.strip_chars()
    plain = blank & currency.is_null() & (bare != "")
    well = bare.str.contains(r"^(?:[0-9]{1,13}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.[0-9]{1,3})?$")
    problems.add(plain & ~well, header, "amount_not_valid")
    amount = pl.Series("amount", texts).zip_with(~plain, bare.str.replace_all(",", "", literal=True))
    return {"amount": amount, "currency": currency.fill_null("")}


def _blank(text: pl.Series) -> pl.Series:
    return text.fill_null("").str.strip_chars() == ""


def _days(
    raw: pl.Series, column: FeedColumn, header: str, dates: DateParser, problems: ProblemRows
) -> pl.Series:
    """Calendar days; what systems write for none is none where the row can do without, 9999-12-31 where a last day is asked."""
    days = parse_days(dates, raw if column.required else without_no_days(raw), header, problems)
    if column.kind == "last_day":
        days = days.set((days.dt.year() >= _NO_LAST_YEAR).fill_null(False), None)
    return days
