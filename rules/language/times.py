"""Dates, calendar periods and business days of the company's zone, as both evaluators use them.

Moments are microseconds since 1970 UTC, dates are days since 1970-01-01.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from rules.language.nodes import Period
from rules.language.specs import Calendar

EPOCH = date(1970, 1, 1)
_EPOCH_AT = datetime(1970, 1, 1, tzinfo=UTC)
DAY_US = 86_400_000_000
#: Days outside 1900–2199 have no calendar: what asks for their business days is missing.
FIRST_DAY = (date(1900, 1, 1) - EPOCH).days
LAST_DAY = (date(2199, 12, 31) - EPOCH).days


def epoch_us(moment: datetime) -> int:
    """Microseconds since 1970 UTC of an aware moment, exact."""
    return (moment - _EPOCH_AT) // timedelta(microseconds=1)


def moment_of(at_us: float) -> datetime:
    """The aware UTC moment of microseconds since 1970."""
    return _EPOCH_AT + timedelta(microseconds=int(at_us))


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def date_of(day: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=day)


def local(at_us: float, zone: str) -> datetime:
    """The moment on the company's clock."""
    return moment_of(at_us).astimezone(ZoneInfo(zone))


def period_first_day(day: int, period: Period) -> int:
    """Day number of the first day of the calendar period a day lies in; weeks begin on Monday."""
    when = date_of(day)
    match period:
        case "day":
            return day
        case "week":
            return day - when.weekday()
        case "month":
            return day_number(when.replace(day=1))
        case "quarter":
            return day_number(when.replace(month=(when.month - 1) // 3 * 3 + 1, day=1))
        case "year":
            return day_number(when.replace(month=1, day=1))


@lru_cache(maxsize=1 << 16)
def midnight_us(day: int, zone: str) -> int:
    """The moment at which a local day begins."""
    when = date_of(day)
    return epoch_us(datetime(when.year, when.month, when.day, tzinfo=ZoneInfo(zone)))


def business_days_back(day: int, n_days: int, calendar: Calendar) -> int:
    """Day number of the n-th business day before a day."""
    current = day
    for _ in range(n_days):
        current -= 1
        while not calendar.is_business_day(date_of(current)) and current > day - 20 * (n_days + 10):
            current -= 1
    return current


def business_days_between(start: int, end: int, calendar: Calendar) -> int | None:
    """Business days after ``start`` up to and including ``end``; negative when ``end`` comes first; None outside 1900–2199."""
    if not (FIRST_DAY <= start <= LAST_DAY and FIRST_DAY <= end <= LAST_DAY):
        return None
    low, high, sign = (start, end, 1) if start <= end else (end, start, -1)
    return sign * sum(calendar.is_business_day(date_of(day)) for day in range(low + 1, high + 1))
