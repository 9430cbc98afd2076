"""A case of the demo company's past: who works on it, what time it is in it, and what is true of it.

The past is played through the ordinary services, each at its own moment (`audit.clock.played_at`). What would come after the
real present does not happen: such a case is left as it stands, with the deadlines it really has.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings

from audit.actor import Actor, Role
from audit.clock import played_at
from audit.services import actor_of
from cases.models import Case
from cases.services.company import company_today
from cases.services.conflicts import relations_of, user_of
from cases.services.outbox import send_outbox
from cases.services.standing import read_case
from cases.workflow import State
from fraud.claims.logins import create_login
from fraud.claims.models import User
from fraud.company.values import current_calendar

REVIEWERS = ("reviewer1", "reviewer2", "reviewer3")
#: Share of the cases each of them takes: one works part of the week.
LOADS = (0.42, 0.34, 0.24)
APPROVERS = ("approver1", "approver2")
CLERK = "clerk"
_OPENS, _CLOSES = 9, 18
_NOWHERE = "django.core.mail.backends.dummy.EmailBackend"
_POST = timedelta(minutes=2)


class NotYet(Exception):
    """What comes next has not happened yet."""


@dataclass
class Staff:
    """The demo's people as actors, each read once."""

    known: dict[str, Actor] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Actor:
        if name not in self.known:
            self.known[name] = actor_of(User.objects.get(username=name))
        return self.known[name]


@dataclass
class Past:
    """One case of the past. `is_misuse` is the truth, which its reviewers may miss."""

    case: Case
    staff: Staff
    is_misuse: bool
    until: datetime
    at: datetime
    involved: dict[str, bool] = field(default_factory=dict)

    @cached_property
    def rng(self) -> np.random.Generator:
        """The same case draws the same however often it is played."""
        return np.random.default_rng(zlib.crc32(self.case.reference.encode()))

    def chance(self, share: float) -> bool:
        """Whether something that happens with this probability happens."""
        return bool(self.rng.random() < share)

    def one_of(self, things: Any) -> Any:
        """One of these, each as likely."""
        return things[int(self.rng.integers(len(things)))]

    @property
    def state(self) -> State:
        """Where the case is now."""
        return State(self.case.state)

    def wait(self, least: int, most: int, *, at_home: bool = False) -> None:
        """Let `least` to `most` business days pass, to some time in office hours, or of the day `at_home`. Raises NotYet."""
        calendar, zone = current_calendar(), ZoneInfo(settings.TIME_ZONE)
        opens, closes = (8, 22) if at_home else (_OPENS, _CLOSES)
        day = company_today(self.at)
        if not calendar.is_business_day(day):
            day = calendar.add_business_days(day, 1)
        day = calendar.add_business_days(day, int(self.rng.integers(least, most + 1)))
        moment = self._within(day, opens, closes, zone)
        if moment <= self.at:  # today's office hours are over
            day = calendar.add_business_days(day, 1)
            moment = self._within(day, opens, closes, zone)
        self.go_to(moment)

    def _within(self, day: date, opens: int, closes: int, zone: ZoneInfo) -> datetime:
        first = datetime.combine(day, clock(opens), zone).astimezone(UTC)
        last = datetime.combine(day, clock(closes), zone).astimezone(UTC)
        start = max(first, self.at + timedelta(minutes=5))
        left = max((last - start).total_seconds(), 0.0)
        return start + timedelta(seconds=round(float(self.rng.random()) * left)) if left else first

    def night_after(self, day: date) -> None:
        """Go to the night that follows a day, when the clocks are looked at. Raises NotYet."""
        zone = ZoneInfo(settings.TIME_ZONE)
        self.go_to(datetime.combine(day + timedelta(days=1), clock(2, 10), zone).astimezone(UTC))

    def go_to(self, moment: datetime) -> None:
        """Go on to a moment. Raises NotYet where it lies ahead of the real present."""
        if moment > self.until:
            raise NotYet
        self.at = max(moment, self.at)

    def act(self, step: Callable[[Case], object]) -> None:
        """Let a service act on the case as it stands, and what it writes be sent."""
        with played_at(self.at):
            step(self.case)
        with played_at(self.at + _POST):
            send_outbox()
        self.case = read_case(self.case)

    def holder(self) -> Actor:
        """Whoever works on the case."""
        assert self.case.assignee is not None
        return self.staff[self.case.assignee.username]

    def reviewer(self) -> Actor | None:
        """Who takes the case: by how much each of them takes on, nobody who is involved in it."""
        first = self.rng.choice(len(REVIEWERS), p=LOADS)
        return self.free(*REVIEWERS[first:], *REVIEWERS[:first])

    def approver(self, *, besides: tuple[int | None, ...] = ()) -> Actor | None:
        """An approver who is not involved and none of these logins."""
        turn = int(self.rng.integers(2))
        return self.free(*APPROVERS[turn:], *APPROVERS[:turn], besides=besides)

    def free(self, *names: str, besides: tuple[int | None, ...] = ()) -> Actor | None:
        """The first of these who is not involved in the case; None where all of them are."""
        for name in names:
            actor = self.staff[name]
            if actor.user_id not in besides and not self._is_involved(name):
                return actor
        return None

    def _is_involved(self, name: str) -> bool:
        if name not in self.involved:  # the claims of a story stay the same
            self.involved[name] = bool(relations_of(self.staff[name], self.case).involvement)
        return self.involved[name]

    def person(self) -> Actor:
        """The cardholder, with a login of their own; one that is made here opens with no password."""
        holder = self.case.cardholder
        user = user_of(holder)
        if user is None:
            with played_at(self.at):
                user = create_login(
                    username=f"user{holder.employee_no.lower()}",
                    password=None,
                    roles=[Role.CARDHOLDER],
                    by=Actor.system("demo"),
                    name=holder.name,
                    employee_no=holder.employee_no,
                    email=holder.email,
                )
        return actor_of(user)


@contextmanager
def letters_to_nowhere() -> Iterator[None]:
    """The mails of the past have been read long ago: they count as sent and are not written out."""
    before = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = _NOWHERE
    try:
        yield
    finally:
        settings.EMAIL_BACKEND = before
