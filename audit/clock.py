"""The one clock. Nothing below it asks the machine for the time, so that a test or a sweep can say what time it is.

`now` is when something really happens: an entry is written, a lease begins. `present` is the moment that is worked on:
the same, unless a sweep catches up on a day it missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

_set_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)
#: What the machine's clock is behind the played moment, or nothing where none is played.
_played_behind: ContextVar[timedelta | None] = ContextVar("played_behind", default=None)


def now() -> datetime:
    """The moment it is, in UTC."""
    behind = _played_behind.get()
    return machine_now() if behind is None else machine_now() - behind


def machine_now() -> datetime:
    """The moment by the machine's clock, also where another one is played: what other processes wait for."""
    return datetime.now(UTC)


def present() -> datetime:
    """The moment that is worked on: now, or the one set by `at_moment`."""
    return _set_moment.get() or now()


@contextmanager
def played_at(moment: datetime) -> Iterator[None]:
    """Let it be this moment (aware) when the block begins, for everything in it, entries of the audit log included.

    The past of a made-up company is played with it; raises RuntimeError where no demo company may be.
    """
    if not settings.DEMO:
        raise RuntimeError("only a demo company's past can be played")
    token = _played_behind.set(machine_now() - moment)
    try:
        with at_moment(moment.astimezone(UTC)):
            yield
    finally:
        _played_behind.reset(token)


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
