"""The company's clock: today's date where the company is, and deadlines in its business days."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta

from django.utils import timezone

from cases.workflow import CLOCK_DAYS, State
from fraud.company.values import current_calendar

_set_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def present() -> datetime:
    """Now, or the moment a sweep works on. Every step of casework takes its time from here."""
    return _set_moment.get() or timezone.now()


@contextmanager
def at_moment(moment: datetime) -> Iterator[None]:
    """Let the present be this moment (aware) within the block: a sweep that catches up on a day it missed."""
    token = _set_moment.set(moment)
    try:
        yield
    finally:
        _set_moment.reset(token)


def company_today(now: datetime | None = None) -> date:
    """The date on the company's clock."""
    moment = now or present()
    return moment.astimezone(timezone.get_default_timezone()).date()


def due_on(state: State, now: datetime | None = None) -> date | None:
    """The day a case that enters the state now is due, or None for a state without a clock."""
    days = CLOCK_DAYS.get(state)
    return None if days is None else current_calendar().add_business_days(company_today(now), days)


def lock_until(days: int, now: datetime | None = None) -> datetime:
    """The moment a take made now expires: the same time of day, `days` business days on."""
    moment = now or present()
    today = company_today(moment)
    later = current_calendar().add_business_days(today, days)
    return moment + timedelta(days=(later - today).days)
