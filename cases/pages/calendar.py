"""The company calendar as pages need it: for clocks on every row, remembered for a minute."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from django.core.cache import cache

from fraud.company.calendar import CompanyCalendar
from fraud.company.values import current_calendar

KEEP_SECONDS = 60


def page_calendar() -> CompanyCalendar:
    """The calendar, at most a minute old."""
    found: CompanyCalendar | None = cache.get("cases:calendar")
    if found is None:
        found = current_calendar()
        cache.set("cases:calendar", found, KEEP_SECONDS)
    return _one_of(found)


@lru_cache(maxsize=4)
def _one_of(calendar: CompanyCalendar) -> CompanyCalendar:
    """The same object for calendars that are equal: what is kept by calendar need not compare every holiday."""
    return calendar


@lru_cache(maxsize=4096)
def business_days_left(calendar: CompanyCalendar, today: date, due_on: date) -> int:
    """Business days from today to the due date, negative when late."""
    return calendar.business_days_between(today, due_on)
