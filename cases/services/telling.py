"""Nobody's clock runs before they were told: a deadline waits for the mail that tells of it, and counts from when that left."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import F, Q, QuerySet

from audit.actor import Actor
from audit.services import record
from cases.models import Case, ExplanationRequest, OutboxMessage
from cases.services.casework import casework
from cases.services.company import company_today, due_on
from cases.services.postponing import tell_of_deadline
from cases.services.steps import case_subject, current_decision, read_case
from cases.workflow import State

BY = Actor.system("clocks")
REQUESTED, NOTIFIED = "explanation.requested", "decision.notified"
#: A mail that leaves within the hour leaves the deadline as it is; later ones are looked at for a month.
_IN_TIME, _LOOKED_AT = timedelta(hours=1), timedelta(days=30)
_S = OutboxMessage.State


def key_of_request(request: ExplanationRequest) -> str:
    """The key of the mail that asks."""
    return f"{REQUESTED}:{request.reference}"


def is_told(key: str) -> bool:
    """Whether the mail has left, or somebody said they told it another way; also where none was to be sent."""
    return not OutboxMessage.objects.filter(key=key, state__in=[_S.WAITING, _S.DEAD]).exists()


def is_request_told(request: ExplanationRequest) -> bool:
    """Whether the cardholder knows of the request, so that its clock runs."""
    return is_told(key_of_request(request))


def is_notice_told(case: Case) -> bool:
    """Whether the cardholder knows of the decision that holds."""
    decision = current_decision(case)
    return decision is None or is_told(f"{NOTIFIED}:{case.reference}:{decision.number}")


def told_late(now: datetime) -> QuerySet[OutboxMessage]:
    """Mails with a deadline in them that left well after they were written."""
    starts = Q(key__startswith=f"{REQUESTED}:") | Q(key__startswith=f"{NOTIFIED}:")
    found = OutboxMessage.objects.filter(
        starts, state__in=[_S.SENT, _S.CANCELLED], sent_at__gt=now - _LOOKED_AT
    )
    return found.filter(sent_at__gt=F("created_at") + _IN_TIME).select_related("case")


@casework
def count_from_delivery(message: OutboxMessage) -> bool:
    """Let the deadline in a mail that left late count from then on; False where it does already or has ended."""
    if message.case is None or message.sent_at is None:
        return False
    case = read_case(message.case)
    request = case.requests.filter(state=ExplanationRequest.State.SENT).first()
    if message.key.startswith(REQUESTED):
        if request is None or message.key != key_of_request(request):
            return False
        counted = due_on(State.AWAITING_EXPLANATION, message.sent_at)
    else:
        decision = current_decision(case)
        if decision is None or message.key != f"{NOTIFIED}:{case.reference}:{decision.number}":
            return False
        counted = due_on(State.NOTIFIED, message.sent_at) if case.state == State.NOTIFIED else None
    if counted is None or case.due_on is None or counted <= case.due_on:
        return False
    _move(case, request, counted, message.sent_at)
    return True


def _move(case: Case, request: ExplanationRequest | None, later: date, told_at: datetime) -> None:
    record(
        action="case.deadline_counted",
        by=BY,
        subject=case_subject(case),
        after={"from": str(case.due_on), "due_on": str(later), "told_on": str(company_today(told_at))},
    )
    Case.objects.filter(pk=case.pk).update(due_on=later)
    if request is not None:
        ExplanationRequest.objects.filter(pk=request.pk).update(due_on=later, reminders_sent=[])
    tell_of_deadline(case, request, later)
