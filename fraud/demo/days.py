"""The company's days: weekdays, Korean holidays and how busy each day is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import holidays as holiday_tables
import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.demo.options import CompanyOptions

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MONTH_FACTOR = np.array([0.92, 0.9, 1.02, 1.05, 1.04, 1.03, 0.96, 0.88, 1.03, 1.06, 1.08, 1.22])
# Monday to Sunday
WEEKDAY_FACTOR = {
    "business": np.array([0.95, 1.02, 1.05, 1.1, 1.12, 0.05, 0.03]),
    "mixed": np.array([1.0, 1.0, 1.0, 1.0, 1.15, 0.45, 0.3]),
    "weekend": np.array([0.02, 0.02, 0.02, 0.02, 0.2, 1.0, 0.8]),
}
HOLIDAY_FACTOR = {"business": 0.05, "mixed": 0.35, "weekend": 0.6}
YEAR_END_DAYS = 14
YEAR_END_FACTOR = 1.35
MONTH_END_FACTOR = 1.12


def korean_holidays(first: date, last: date, *, language: str = "ko") -> dict[date, str]:
    """Public and substitute holidays of Korea between two days, with their names in "ko" or "en_US"."""
    years = range(first.year, last.year + 1)
    table = holiday_tables.country_holidays("KR", years=years, language=language)
    return {day: name for day, name in sorted(table.items()) if first <= day <= last}


@dataclass(frozen=True)
class Days:
    """All days of the period; arrays have one entry per day, index 0 is the first day."""

    first: date
    n: int
    holidays: dict[date, str]

    @classmethod
    def of(cls, options: CompanyOptions) -> Days:
        return cls(options.start, options.n_days, korean_holidays(options.start, options.end))

    @cached_property
    def dates(self) -> NDArray[np.datetime64]:
        return np.datetime64(self.first, "D") + np.arange(self.n)

    @cached_property
    def weekday(self) -> NDArray[np.int64]:
        """0 = Monday … 6 = Sunday."""
        return (np.arange(self.n) + self.first.weekday()) % 7

    @cached_property
    def is_holiday(self) -> Bools:
        marks = np.zeros(self.n, dtype=np.bool_)
        marks[[(day - self.first).days for day in self.holidays]] = True
        return marks

    @cached_property
    def is_business(self) -> Bools:
        return (self.weekday < 5) & ~self.is_holiday

    @cached_property
    def month(self) -> NDArray[np.int64]:
        """1 … 12."""
        return self.dates.astype("datetime64[M]").astype(np.int64) % 12 + 1

    @cached_property
    def day_of_month(self) -> NDArray[np.int64]:
        since_first = self.dates - self.dates.astype("datetime64[M]")
        return np.asarray(since_first.astype(np.int64) + 1, dtype=np.int64)

    def weights(self, rhythm: str) -> Floats:
        """Relative frequency of claims per day for one rhythm ("business", "mixed", "weekend")."""
        weight = WEEKDAY_FACTOR[rhythm][self.weekday] * MONTH_FACTOR[self.month - 1]
        weight = np.where(self.is_holiday, weight * HOLIDAY_FACTOR[rhythm], weight)
        weight = np.where(self.day_of_month >= 25, weight * MONTH_END_FACTOR, weight)
        year_end = (self.month == 12) & (self.day_of_month > 31 - YEAR_END_DAYS)
        return np.asarray(np.where(year_end, weight * YEAR_END_FACTOR, weight), dtype=np.float64)

    def before_holidays(self, names: tuple[str, ...], days: int) -> Bools:
        """Days at most `days` before a holiday whose name contains one of `names` (Seollal and Chuseok gifts)."""
        marks = np.zeros(self.n, dtype=np.bool_)
        for day, name in self.holidays.items():
            if any(word in name for word in names):
                index = (day - self.first).days
                marks[max(0, index - days) : max(0, index)] = True
        return marks & self.is_business

    def date_of(self, index: int) -> date:
        return self.first + timedelta(days=index)

    def holiday_frame(self) -> pl.DataFrame:
        """Columns on, name, kind ("public" or "substitute")."""
        rows = [
            (day, name, "substitute" if "대체" in name else "public") for day, name in self.holidays.items()
        ]
        return pl.DataFrame(rows, schema={"on": pl.Date, "name": pl.Utf8, "kind": pl.Utf8}, orient="row")
