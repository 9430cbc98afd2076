"""The company's clock: today's date where the company is, and deadlines in its business days."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from audit.clock import at_moment, present, today
from cases.workflow import CLOCK_DAYS, State
from fraud.company.values import current_calendar

# A service finds everything about time here.
__all__ = ["at_moment", "company_today", "due_on", "lock_until", "present"]

company_today = today


def due_on(state: State, now: datetime | None = None) -> date | None:
    """The day a case that enters the state now is due, or None for a state without a clock."""
    days = CLOCK_DAYS.get(state)
    return None if days is None else current_calendar().add_business_days(company_today(now), days)


def lock_until(days: int, now: datetime | None = None) -> datetime:
    """The moment a take made now expires: the same time of day, `days` business days on."""
    moment = now or present()
    day = company_today(moment)
    later = current_calendar().add_business_days(day, days)
    return moment + timedelta(days=(later - day).days)
