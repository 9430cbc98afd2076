"""Who works on a case: taking, releasing, assigning, setting aside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Q

from audit.actor import Actor
from audit.paging import Cursor, beyond
from audit.permissions import require
from audit.services import actor_of
from cases.models import Case, WorkProfile
from cases.services import errors
from cases.services.casework import casework
from cases.services.company import company_today, lock_until, present
from cases.services.outbox import enqueue_mail
from cases.services.seeing import cases_of_others, may_see, why_unseen, works_cases
from cases.services.steps import UNDO_SECONDS, check_step, move, read_case
from cases.services.texts import clean_line
from cases.workflow import MAX_SNOOZE_DAYS, Action, State
from fraud.claims.models import User

TAKE_DAYS = 2  # business days until a take expires
TAKE_NEXT_LOOKS = 1000  # cases looked at before the queue counts as empty for somebody
_LOOKED_AT_ONCE = 50


@casework
def take_case(*, case: Case, by: Actor, expected_version: int | None) -> Case:
    """Lock a case for oneself: `new` becomes `in_review`; an expired take of somebody else passes over.

    Raises HeldByOther, OwnCase, StaleCase, TransitionNotAllowed, NotPermitted.
    """
    case = read_case(case)
    row = check_step(case, Action.TAKE, by=by, expected_version=expected_version)
    fields = {"assignee_id": by.user_id, "lock_until": lock_until(TAKE_DAYS), "has_news": False}
    move(case, row, by=by, event="case.taken", fields=fields)
    return read_case(case)


def take_next_case(*, by: Actor) -> Case:
    """Take the most urgent unassigned case the actor may take, in the order of the queue.

    Only of the cases they may see: of their departments, and not involved in. Those that are set aside, or that somebody else was
    faster to take, are stepped over too, up to TAKE_NEXT_LOOKS of them. Raises QueueEmpty and NotPermitted.
    """
    require(by, "cases.take_case")
    for case in _waiting_cases(by):
        if not may_see(by, case):
            continue
        try:
            return take_case(case=case, by=by, expected_version=case.version)
        except (
            errors.StaleCase,
            errors.TransitionNotAllowed,
            errors.HeldByOther,
            errors.OwnCase,
            errors.CaseNotFound,
        ):
            continue
    raise errors.QueueEmpty


def _waiting_cases(by: Actor) -> Iterator[Case]:
    """Unassigned cases as the queue orders them, read a few at a time so that each is as it stands when it is tried; where it was
    kept what the person knows best, first those."""
    known = _known_best(by)
    if known is not None:
        yield from _in_order(by, known)
        yield from _in_order(by, ~known)
    else:
        yield from _in_order(by, Q())


def _known_best(by: Actor) -> Q | None:
    """The cases of what the person knows best, or None where nobody said."""
    profile = WorkProfile.objects.filter(user_id=by.person_id).first()
    if profile is None or not (profile.patterns or profile.departments):
        return None
    own = Case.objects.filter(
        Q(pattern__in=profile.patterns) | Q(cardholder__department__code__in=profile.departments)
    )
    return Q(pk__in=own.values("pk"))


def _in_order(by: Actor, which: Q) -> Iterator[Case]:
    awake = Q(snoozed_until=None) | Q(snoozed_until__lte=company_today())
    waiting = cases_of_others(by).filter(which, awake, state=State.NEW, assignee=None)
    waiting = waiting.select_related("cardholder")
    after: Cursor | None = None
    for _part in range(TAKE_NEXT_LOOKS // _LOOKED_AT_ONCE):
        cases = list(waiting.filter(beyond(after, "priority")).order_by("-priority", "-id")[:_LOOKED_AT_ONCE])
        yield from cases
        if len(cases) < _LOOKED_AT_ONCE:
            return
        after = Cursor("", cases[-1].priority, cases[-1].pk)


@casework
def release_case(*, case: Case, by: Actor, expected_version: int | None, reason: str = "") -> Case:
    """Put a case back into the queue. Raises NotAssigned, StaleCase, TransitionNotAllowed."""
    case = read_case(case)
    row = check_step(case, Action.RELEASE, by=by, expected_version=expected_version)
    said = clean_line(reason) if reason else ""
    move(case, row, by=by, event="case.released", reason=said, fields={"assignee_id": None})
    return read_case(case)


@casework
def assign_case(*, case: Case, to: User, by: Actor, expected_version: int | None, reason: str = "") -> Case:
    """A lead gives a case to a reviewer; it stays theirs until released.

    Raises PersonNotSuitable when `to` is no reviewer, involved or does not see the department, OwnCase when the lead is.
    """
    case = read_case(case)
    row = check_step(case, Action.ASSIGN, by=by, expected_version=expected_version)
    receiver = actor_of(to)
    if not to.is_active or not works_cases(receiver):
        raise errors.PersonNotSuitable
    if why := why_unseen(receiver, case):
        raise errors.PersonNotSuitable(why)
    before = case.assignee.get_username() if case.assignee else ""
    move(
        case,
        row,
        by=by,
        event="case.assigned",
        reason=clean_line(reason) if reason else "",
        fields={"assignee_id": to.pk, "lock_until": None},
        details={"assignee": to.get_username(), "from": before},
    )
    enqueue_mail(
        key=f"case.assigned:{case.reference}:{case.version}",
        to=to,
        mail="case.assigned",
        case=case,
        delay_seconds=UNDO_SECONDS + 5,
    )
    return read_case(case)


@casework
def snooze_case(*, case: Case, until: date, reason: str, by: Actor, expected_version: int | None) -> Case:
    """Set a case aside until a day (90 days ahead at most) with a reason. Raises SnoozeTooLong, ReasonTooShort."""
    case = read_case(case)
    row = check_step(case, Action.SNOOZE, by=by, expected_version=expected_version)
    today = company_today()
    if not today < until <= today + timedelta(days=MAX_SNOOZE_DAYS):
        raise errors.SnoozeTooLong
    said = clean_line(reason, minimum=2, field="reason")
    move(
        case,
        row,
        by=by,
        event="case.snoozed",
        reason=said,
        fields={"snoozed_until": until, "snooze_reason": said, "lock_until": None, "due_on": None},
        details={"until": until.isoformat()},
    )
    return read_case(case)


@casework
def wake_case(*, case: Case, by: Actor, expected_version: int | None) -> Case:
    """Take up a case that was set aside; its clock starts anew. Raises TransitionNotAllowed when it was not."""
    case = read_case(case)
    row = check_step(case, Action.WAKE, by=by, expected_version=expected_version)
    lock = None if by.is_system else lock_until(TAKE_DAYS)
    fields = {"snoozed_until": None, "snooze_reason": "", "lock_until": lock}
    move(case, row, by=by, event="case.woken", fields=fields)
    return read_case(case)


@casework
def release_expired_take(*, case: Case, by: Actor) -> bool:
    """The sweep's part: a take that ran out and led to nothing returns to the queue. False when there is none."""
    case = read_case(case)
    if case.state != State.IN_REVIEW or case.lock_until is None or case.lock_until > present():
        return False
    row = check_step(case, Action.RELEASE, by=by, expected_version=None)
    move(case, row, by=by, event="case.lock_expired", fields={"assignee_id": None})
    return True


def touch_lock(case: Case) -> dict[str, object]:
    """Fields that renew the holder's take while they keep working on the case."""
    return {"lock_until": lock_until(TAKE_DAYS)} if case.lock_until is not None else {}


def mark_seen(*, case: Case, by: Actor) -> None:
    """The assignee has looked at the alerts that joined; not a change of the case, so neither version nor entry."""
    Case.objects.filter(pk=case.pk, assignee_id=by.user_id, has_news=True).update(has_news=False)
