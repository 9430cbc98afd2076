"""Days off that are added later: deadlines already set and still open move by as many business days as they lost, and are never shortened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from audit import clock
from audit.actor import Actor
from audit.services import record
from audit.transactions import one_transaction
from cases.models import Case, ExplanationRequest, Recovery
from cases.services.company import company_today
from cases.services.outbox import enqueue_mail
from cases.services.settling import set_recovery
from cases.services.standing import case_subject
from cases.workflow import State
from fraud.company.calendar import CompanyCalendar
from fraud.company.models import CompanyHoliday
from fraud.company.values import current_calendar

BY = Actor.system("clocks")


@one_transaction()
def move_deadlines() -> int:
    """Move every open deadline that was set before a day off was added which lies before it; returns how many moved.

    All of it or nothing: a day is marked as followed in the same transaction, so that no deadline moves twice for it. A day that was no business
    day anyway (a weekend, a public holiday) moves none; a day on which the company works after all takes none back.
    """
    rows = CompanyHoliday.objects.filter(deadlines_moved_at=None)
    added = list(rows.exclude(kind=CompanyHoliday.Kind.WORKING))
    moved = 0
    if added:
        calendar = current_calendar()
        before = current_calendar(without=frozenset(day.on for day in added))
        days = [
            day for day in added if before.is_business_day(day.on) and not calendar.is_business_day(day.on)
        ]
        if days:
            moved = _move_all(days, calendar)
    rows.update(deadlines_moved_at=clock.now())
    return moved


def _move_all(days: Sequence[CompanyHoliday], calendar: CompanyCalendar) -> int:
    first = min(day.on for day in days)
    cases = Case.objects.exclude(state=State.CLOSED).filter(due_on__gte=first)
    moved = 0
    for case in cases.select_related("cardholder").order_by("pk"):
        moved += _move(case, days, calendar)
    return moved


def _move(case: Case, days: Sequence[CompanyHoliday], calendar: CompanyCalendar) -> bool:
    """One case with what waits in it: its request, its take, its recovery without a plan."""
    assert case.due_on is not None
    request = case.requests.filter(state=ExplanationRequest.State.SENT).first()
    recovery = Recovery.objects.filter(case=case, closed_at=None).first()
    if recovery is not None and recovery.plan:
        return False  # the days of a plan are agreed with the person
    since = request.sent_at if request is not None else case.state_since
    later = _later(case.due_on, since, days, calendar)
    if later == case.due_on:
        return False
    values: dict[str, date | datetime] = {"due_on": later}
    if case.lock_until is not None:
        until = company_today(case.lock_until)
        values["lock_until"] = case.lock_until + timedelta(
            days=(_later(until, since, days, calendar) - until).days
        )
    Case.objects.filter(pk=case.pk).update(**values)
    record(
        action="case.deadline_moved",
        by=BY,
        subject=case_subject(case),
        after={"from": str(case.due_on), "due_on": str(later), "days": [str(day.on) for day in days]},
    )
    if request is not None:
        ExplanationRequest.objects.filter(pk=request.pk).update(due_on=later, reminders_sent=[])
    if recovery is not None:
        set_recovery(recovery, due_on=later)
    tell_of_deadline(case, request, later)
    return True


def _later(due: date, since: datetime, days: Sequence[CompanyHoliday], calendar: CompanyCalendar) -> date:
    """The deadline after as many more business days as it lost to days added since it was set."""
    start = company_today(since)
    lost = [day for day in days if since < day.added_at and start < day.on <= due]
    later: date = calendar.add_business_days(due, len(lost))
    return later


def tell_of_deadline(case: Case, request: ExplanationRequest | None, later: date) -> None:
    """Whoever has to act by the deadline hears of the new one: the cardholder, for a request, a notice and a repayment."""
    if request is not None:
        enqueue_mail(
            key=f"explanation.moved:{request.reference}:{later}",
            to=case.cardholder,
            mail="explanation.extended",
            case=case,
            request=request.reference,
            due_on=later,
        )
    elif case.state in (State.NOTIFIED, State.RECOVERING):
        enqueue_mail(
            key=f"deadline.moved:{case.reference}:{later}",
            to=case.cardholder,
            mail="deadline.moved",
            case=case,
            due_on=later,
        )
