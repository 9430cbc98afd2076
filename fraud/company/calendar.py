"""The company's calendar: which days are business days, and which business day a claim belongs to.

Pure: holidays are handed in, so a company edits them in its settings and yesterday's run can be
repeated with yesterday's calendar.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

import holidays
import numpy as np

# Late night is 23:00 to 07:00, the window company guidelines name.
NIGHT_STARTS_HOUR = 23
NIGHT_ENDS_HOUR = 7

_ONE_DAY = timedelta(days=1)
_SATURDAY = 6


@dataclass(frozen=True)
class CompanyCalendar:
    """Business days of one company: Monday to Friday except its holidays, in its time zone."""

    holidays: frozenset[date] = field(default_factory=frozenset)
    zone: str = "Asia/Seoul"

    @cached_property
    def _busdays(self) -> np.busdaycalendar:
        return np.busdaycalendar(holidays=sorted(self.holidays))

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def __getstate__(self) -> dict[str, object]:
        """What a copy or a cache keeps: numpy's own calendar cannot be pickled and is worked out again."""
        return {"holidays": self.holidays, "zone": self.zone}

    def is_weekend(self, day: date) -> bool:
        """Saturday or Sunday."""
        return day.isoweekday() >= _SATURDAY

    def is_holiday(self, day: date) -> bool:
        """A public, substitute or company holiday, whatever the weekday."""
        return day in self.holidays

    def is_business_day(self, day: date) -> bool:
        """Neither weekend nor holiday."""
        return not self.is_weekend(day) and not self.is_holiday(day)

    def previous_business_day(self, day: date) -> date:
        """The last business day before `day`."""
        return self.add_business_days(day, -1)

    def add_business_days(self, day: date, n: int) -> date:
        """The n-th business day after `day` (before it when n is negative); `day` itself when n is 0."""
        if n == 0:
            return day
        # from a Saturday, one business day on is Monday: start from the Friday behind
        roll = "backward" if n > 0 else "forward"
        moved = np.busday_offset(np.datetime64(day, "D"), n, roll=roll, busdaycal=self._busdays)  # type: ignore[call-overload]
        found: date = moved.astype(object)
        return found

    def business_days_between(self, start: date, end: date) -> int:
        """Business days after `start` up to and including `end`; negative when `end` comes first."""
        if end < start:
            return -self.business_days_between(end, start)
        first, last = np.datetime64(start + _ONE_DAY, "D"), np.datetime64(end + _ONE_DAY, "D")
        return int(np.busday_count(first, last, busdaycal=self._busdays))

    def local(self, moment: datetime) -> datetime:
        """The moment on the company's clock. Raises ValueError for a naive datetime."""
        if moment.tzinfo is None:
            raise ValueError("a moment needs a time zone; give an aware datetime")
        return moment.astimezone(self._zone)

    def is_night(self, moment: datetime) -> bool:
        """Between 23:00 and 07:00 on the company's clock."""
        hour = self.local(moment).hour
        return hour >= NIGHT_STARTS_HOUR or hour < NIGHT_ENDS_HOUR

    def business_date(self, moment: datetime, *, has_time: bool = True) -> date:
        """The day a payment belongs to: before 07:00 it is still the previous business day's evening.

        With `has_time` false only the date is known (its time part is midnight) and is kept.
        """
        local = self.local(moment)
        if has_time and local.hour < NIGHT_ENDS_HOUR:
            return self.previous_business_day(local.date())
        return local.date()


def korean_calendar(
    years: Iterable[int], *, extra: Iterable[date] = (), zone: str = "Asia/Seoul"
) -> CompanyCalendar:
    """Korea's paid holidays (public, substitute and election days, Labour Day) for the years, plus the company's own."""
    return CompanyCalendar(holidays=public_holidays("KR", years) | frozenset(extra), zone=zone)


def public_holidays(country: str, years: Iterable[int]) -> frozenset[date]:
    """A country's (ISO 3166) holidays; empty where the library knows none. Source: package holidays.

    In Korea Labour Day was a paid holiday long before it became a public one in 2026.
    """
    categories = ("public", "bank") if country == "KR" else None
    try:
        return frozenset(holidays.country_holidays(country, years=list(years), categories=categories))
    except NotImplementedError:
        return frozenset()


@cache
def public_names(country: str, year: int, language: str) -> dict[date, str]:
    """The names of a country's holidays in a year, in `ko` or `en` where the library has them; empty where it knows none."""
    categories = ("public", "bank") if country == "KR" else None
    wanted = {"ko": "ko", "en": "en_US"}.get(language, "en_US")
    try:
        found = holidays.country_holidays(country, years=year, categories=categories, language=wanted)
        return {on: name for on, name in found.items() if on.year == year}
    except NotImplementedError:
        return {}


@cache
def country_of_zone(zone: str) -> str:
    """The country (ISO 3166) of a time zone, by the zone database's own table; empty where it names none (UTC)."""
    if zone == "Asia/Seoul":
        return "KR"
    for folder in TZPATH:
        table = Path(folder) / "zone.tab"
        if table.is_file():
            rows = (
                line.split("\t") for line in table.read_text(encoding="utf-8").splitlines() if line[:1] != "#"
            )
            return next((row[0] for row in rows if row[2:3] == [zone]), "")
    return ""
