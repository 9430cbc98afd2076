"""Twelve worked weeks: a look back at each week of history opens its cases, and the demo's people work on them.

A case is played in one transaction: it has its whole story or none of it. So a build that was stopped anywhere goes on with the
cases nobody has touched yet, two builds at once play none twice, and no sweep meets a story in its middle.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.conf import settings

from audit.actor import Actor
from audit.clock import now, played_at
from audit.transactions import one_transaction
from cases.demo.past import APPROVERS, CLERK, REVIEWERS, NotYet, Past, Staff, letters_to_nowhere
from cases.demo.past_stories import tell
from cases.models import Alert, Case
from cases.services.errors import CaseworkError
from cases.services.night import look_back
from cases.services.nights_due import end_of_night
from cases.services.notices import read_notices
from fraud.detection.models import ScreeningRun

SEATS = 16  # cases a week: what three reviewers, and a build behind the pages, have time for
_READ = timedelta(days=2)
log = logging.getLogger(__name__)


def work_weeks(
    *,
    last: date,
    known_by: datetime,
    truth: frozenset[str],
    by: Actor,
    weeks: int,
    seats: int = SEATS,
    say: Callable[[str], None],
) -> str:
    """Look back at the weeks up to `last` and play their cases; `truth` holds the external ids of claims that are misuse.

    Returns what came of it in one line.
    """
    if not settings.DEMO:
        return "left out: without CLEANCARD_DEMO nothing is played"
    staff, sunday = Staff(), last - timedelta(days=(last.weekday() + 1) % 7)
    n_ended = 0
    with letters_to_nowhere():
        for back in reversed(range(weeks)):
            week_to = sunday - timedelta(weeks=back)
            with played_at(end_of_night(week_to)):
                run = look_back(week_to=week_to, known_by=known_by, seats=seats, by=by)
            n_ended += _play(run, staff, truth)
            say(f"  {week_to}: {run.n_cases} cases of {run.n_claims:,} claims")
    for name in (*REVIEWERS, *APPROVERS, CLERK):
        read_notices(by=staff[name], until=now() - _READ)
    cases = Case.objects.filter(run__source=ScreeningRun.LOOK_BACK)
    closed = cases.filter(state="closed").count()
    early = f", {n_ended} stories ended early" if n_ended else ""
    return f"{cases.count()} cases worked, {closed} of them closed{early}"


def _play(run: ScreeningRun, staff: Staff, truth: frozenset[str]) -> int:
    """Play the run's cases nobody has touched yet; how many stories ended where a service refused."""
    n_ended = 0
    for pk in Case.objects.filter(run=run).order_by("id").values_list("pk", flat=True):
        n_ended += not _play_case(pk, staff, truth)
    return n_ended


def _play_case(pk: int, staff: Staff, truth: frozenset[str]) -> bool:
    """The whole story of one case, or nothing of it; False where it ended early."""
    with one_transaction():
        case = Case.objects.select_for_update().get(pk=pk)
        if case.version > 1:
            return True
        claims = Alert.objects.filter(case=case, left_at=None).values_list("claim__external_id", flat=True)
        past = Past(case, staff, not truth.isdisjoint(claims), now(), case.opened_at)
        try:
            tell(past)
        except NotYet:
            return True
        except CaseworkError as refusal:
            log.warning("demo.story_ended", extra={"case": case.reference, "code": refusal.code})
            return False
    return True
