"""What time does by itself. Everything follows from rows: a sweep that runs twice, late or not at all changes no outcome.

Deadlines count in business days of the company's calendar. Each reminder has one outbox key, so it leaves once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import Q

from audit.actor import Actor
from audit.scratch import clear_scratch
from audit.services import record
from cases.models import Case, ExplanationRequest, IdempotencyRecord, Recovery
from cases.services.appeals import end_notice
from cases.services.casework import casework
from cases.services.company import at_moment, company_today, present
from cases.services.conflicts import manager_user_of
from cases.services.errors import CaseworkError
from cases.services.evidence import rescan_evidence
from cases.services.explanation_requests import lapse_request
from cases.services.following import follow_changes
from cases.services.money import outstanding
from cases.services.outbox import enqueue_mail
from cases.services.postponing import move_deadlines
from cases.services.queue import release_expired_take, wake_case
from cases.services.settling import settle_recovery
from cases.services.steps import case_subject, read_case
from cases.services.telling import count_from_delivery, is_request_told, told_late
from cases.workflow import State
from fraud.company.calendar import CompanyCalendar
from fraud.company.values import current_calendar

BY = Actor.system("clocks")
#: Business days until the deadline at which the cardholder is reminded.
REMINDERS = {3: "D-3", 1: "D-1", 0: "D"}
MANAGER = "manager"
#: Calendar days after the recovery began at which the cardholder is reminded.
DUNNING = (7, 14, 30)
ANSWERS_KEPT = timedelta(days=7)
_log = logging.getLogger("cases.clocks")


def sweep_clocks(now: datetime | None = None) -> dict[str, int]:
    """Do everything that is due by `now` (default: the present); returns how often each thing was done.

    Several sweeps at once do each thing once: every step is a compare-and-set, every mail has a unique key. A case that
    fails is logged and left for the next sweep; the others go on.
    """
    moment = now or present()
    with at_moment(moment):
        return _sweep(moment, company_today(), current_calendar())


def _sweep(moment: datetime, today: date, calendar: CompanyCalendar) -> dict[str, int]:
    steps: dict[str, Callable[[], int]] = {
        # First of all: nobody is reminded of money that came back.
        "followed": follow_changes,
        "postponed": move_deadlines,
        "counted": lambda: _each(_chunks(told_late(moment)), count_from_delivery),
        "settled": lambda: _each(_open_recoveries(), _settle),
        "reminded": lambda: _each(_open_requests(), lambda request: remind(request, today, calendar)),
        "lapsed": lambda: _each(
            _overdue_requests(today), lambda request: lapse_request(request=request, by=BY)
        ),
        "manager_told": lambda: _each(
            _lapsed_requests(), lambda request: tell_manager(request, today, calendar)
        ),
        "notices_ended": lambda: _each(_silent_cases(today), lambda case: end_notice(case=case, by=BY)),
        "woken": lambda: _each(_snoozed_cases(today), _wake),
        "released": lambda: _each(
            _expired_takes(moment), lambda case: release_expired_take(case=case, by=BY)
        ),
        "dunned": lambda: _each(_open_recoveries(), lambda recovery: dun(recovery, today)),
        "rescanned": rescan_evidence,
        "forgotten": lambda: _forget_answers(moment),
        "cleared": clear_scratch,
    }
    return {name: count_done(name, step) for name, step in steps.items()}


def count_done(name: str, step: Callable[[], int]) -> int:
    """How often the step was done; one that fails is logged and done by the next sweep, the others go on. A lost database ends all."""
    try:
        return step()
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        _log.exception("clock.failed row=%s", name)
        return 0


def _forget_answers(now: datetime) -> int:
    """Answers kept for a repeated request are of no use after a week."""
    return IdempotencyRecord.objects.filter(created_at__lt=now - ANSWERS_KEPT).delete()[0]


def _each(rows: Iterable[Any], step: Callable[[Any], int | bool]) -> int:
    """The sum of what the step did to each row; a refusal means that somebody else was faster."""
    done = 0
    for row in rows:
        try:
            done += int(step(row))
        except CaseworkError as refusal:
            _log.info("clock.skipped row=%s code=%s", row, refusal.code)
        except Exception:
            _log.exception("clock.failed row=%s", row)
    return done


def _chunks(rows: Any) -> Iterator[Any]:
    return iter(rows.iterator(chunk_size=500))


def _open_requests() -> Iterator[ExplanationRequest]:
    rows = ExplanationRequest.objects.filter(state=ExplanationRequest.State.SENT)
    return _chunks(rows.select_related("case__cardholder"))


def _overdue_requests(today: date) -> Iterator[ExplanationRequest]:
    rows = ExplanationRequest.objects.filter(state=ExplanationRequest.State.SENT, due_on__lt=today)
    return _chunks(rows.select_related("case"))


def _lapsed_requests() -> Iterator[ExplanationRequest]:
    rows = ExplanationRequest.objects.filter(
        state=ExplanationRequest.State.LAPSED, case__state=State.NO_RESPONSE
    )
    return _chunks(rows.select_related("case__cardholder__department"))


def _silent_cases(today: date) -> Iterator[Case]:
    return _chunks(Case.objects.filter(state=State.NOTIFIED, due_on__lt=today))


def _snoozed_cases(today: date) -> Iterator[Case]:
    return _chunks(Case.objects.filter(snoozed_until__lte=today))


def _expired_takes(now: datetime) -> Iterator[Case]:
    return _chunks(Case.objects.filter(state=State.IN_REVIEW, lock_until__lte=now))


def _open_recoveries() -> Iterator[Recovery]:
    rows = Recovery.objects.filter(closed_at=None, case__state=State.RECOVERING)
    return _chunks(rows.select_related("case__cardholder", "decision"))


def _wake(case: Case) -> bool:
    wake_case(case=case, by=BY, expected_version=None)
    return True


@casework
def _settle(recovery: Recovery) -> bool:
    return settle_recovery(recovery, by=BY)


@casework
def remind(request: ExplanationRequest, today: date, calendar: CompanyCalendar) -> bool:
    """Remind the cardholder three, one and no business days before the deadline, each once.

    A sweep that missed a day sends the most urgent reminder that is due and none of those it replaces.
    """
    left = calendar.business_days_between(today, request.due_on)
    due = [name for days, name in REMINDERS.items() if 0 <= left <= days]
    if today > request.due_on or not due or due[-1] in request.reminders_sent or not is_request_told(request):
        return False
    return _send_reminder(
        request,
        due,
        key=f"explanation.reminder:{request.reference}:{request.due_on}:{due[-1]}",
        to=request.case.cardholder,
        mail="explanation.reminder",
    )


@casework
def tell_manager(request: ExplanationRequest, today: date, calendar: CompanyCalendar) -> bool:
    """Copy the manager one business day after the deadline, once."""
    if MANAGER in request.reminders_sent or calendar.business_days_between(request.due_on, today) < 1:
        return False
    return _send_reminder(
        request,
        [MANAGER],
        key=f"explanation.overdue:{request.reference}:{request.due_on}",
        to=manager_user_of(request.case.cardholder),
        mail="explanation.overdue",
    )


def _send_reminder(request: ExplanationRequest, names: list[str], *, key: str, to: Any, mail: str) -> bool:
    enqueue_mail(
        key=key, to=to, mail=mail, case=request.case, request=request.reference, due_on=request.due_on
    )
    sent = [*request.reminders_sent, *(name for name in names if name not in request.reminders_sent)]
    ExplanationRequest.objects.filter(pk=request.pk).update(reminders_sent=sent)
    return True


@casework
def dun(recovery: Recovery, today: date) -> bool:
    """Remind of what is outstanding 7, 14 and 30 days after the recovery began, each once."""
    days = (today - company_today(recovery.opened_at)).days
    due = [str(limit) for limit in DUNNING if days >= limit]
    if not due or due[-1] in recovery.dunned or outstanding(recovery) <= 0:
        return False
    case = read_case(recovery.case)
    enqueue_mail(
        key=f"recovery.reminder:{case.reference}:{due[-1]}",
        to=case.cardholder,
        mail="recovery.reminder",
        case=case,
        amount_minor=outstanding(recovery),
        due_on=recovery.due_on,
    )
    Recovery.objects.filter(pk=recovery.pk).update(dunned=due)
    record(action="recovery.reminded", by=BY, subject=case_subject(case), after={"days": due[-1]})
    return True


def overdue_cases(today: date | None = None) -> Q:
    """Cases past the day of their clock: a filter for lists and counts."""
    return Q(due_on__lt=today or company_today()) & ~Q(state=State.CLOSED)


def is_overdue(case: Case, today: date | None = None) -> bool:
    """Whether the case is past the day of its clock."""
    return case.state != State.CLOSED and case.due_on is not None and case.due_on < (today or company_today())
