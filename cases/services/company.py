"""The company's clock: today's date where the company is, and deadlines in its business days."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from cases.workflow import CLOCK_DAYS, State
from fraud.company import current_calendar


def company_today(now: datetime | None = None) -> date:
    """The date on the company's clock."""
    moment = now or timezone.now()
    return moment.astimezone(timezone.get_default_timezone()).date()


def due_on(state: State, now: datetime | None = None) -> date | None:
    """The day a case that enters the state now is due, or None for a state without a clock."""
    days = CLOCK_DAYS.get(state)
    return None if days is None else current_calendar().add_business_days(company_today(now), days)


def lock_until(days: int, now: datetime | None = None) -> datetime:
    """The moment a take made now expires: the same time of day, `days` business days on."""
    moment = now or timezone.now()
    today = company_today(moment)
    later = current_calendar().add_business_days(today, days)
    return moment + timedelta(days=(later - today).days)
