"""The one clock. Nothing below it asks the machine for the time, so that a test or a sweep can say what time it is.

`now` is when something really happens: an entry is written, a lease begins. `present` is the moment that is worked on:
the same, unless a sweep catches up on a day it missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime

from django.utils import timezone

_set_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The moment it is, in UTC."""
    return datetime.now(UTC)


def present() -> datetime:
    """The moment that is worked on: now, or the one set by `at_moment`."""
    return _set_moment.get() or now()


@contextmanager
def at_moment(moment: datetime) -> Iterator[None]:
    """Let the present be this moment (aware) within the block: a sweep that catches up on a day it missed."""
    token = _set_moment.set(moment)
    try:
        yield
    finally:
        _set_moment.reset(token)


def today(moment: datetime | None = None) -> date:
    """The date on the company's clock, at a moment or at present."""
    return (moment or present()).astimezone(timezone.get_default_timezone()).date()
