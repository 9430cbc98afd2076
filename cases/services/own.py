"""What a cardholder, or their manager, may see of cases: what they were asked and what was decided, nothing else."""

from __future__ import annotations

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from audit.actor import Actor
from audit.permissions import Role
from cases.models import Alert, Case, Decision, ExplanationRequest, OutboxMessage
from cases.services import errors
from cases.services.conflicts import relations_of
from cases.services.settling import NOT_THEIRS
from cases.services.standing import DISSOLVED
from cases.workflow import State
from fraud.claims.identity import cardholders_of, led_by

# From the notice on, the person knows of the case even where nothing was asked.
_TOLD = (State.NOTIFIED, State.APPEALED, State.RECOVERING)


def _known_to_person(cases: QuerySet[Case]) -> QuerySet[Case]:
    asked = ExplanationRequest.objects.filter(case=OuterRef("pk")).exclude(
        state=ExplanationRequest.State.WITHDRAWN
    )
    decided = Decision.objects.filter(case=OuterRef("pk"), state=Decision.State.APPROVED, amount_minor__gt=0)
    told_of_end = OutboxMessage.objects.filter(case=OuterRef("pk"), key__startswith=f"{NOT_THEIRS}:")
    ended = DISSOLVED & Q(Exists(told_of_end))
    return cases.filter(Q(Exists(asked)) | Q(state__in=_TOLD) | Q(Exists(decided)) | ended)


def told_cases(by: Actor) -> QuerySet[Case]:
    """The cases about the person of which they know, whatever their roles."""
    return _known_to_person(Case.objects.filter(cardholder__in=cardholders_of(by.employee_no)))


def own_cases(by: Actor) -> QuerySet[Case]:
    """The cases the actor was asked about or told of, newest first; empty without an employee number."""
    if Role.CARDHOLDER not in by.roles:
        return Case.objects.none()
    return told_cases(by).select_related("cardholder", "merchant").order_by("-id")


def team_cases(by: Actor) -> QuerySet[Case]:
    """Overdue requests of people who report to the actor, which a manager may answer on their behalf."""
    if Role.MANAGER not in by.roles:
        return Case.objects.none()
    waiting = (State.AWAITING_EXPLANATION, State.NO_RESPONSE)
    return (
        Case.objects.filter(cardholder__in=led_by(by.employee_no), state__in=waiting)
        .select_related("cardholder", "merchant")
        .order_by("due_on", "id")
    )


def attach_days(cases: list[Case]) -> list[Case]:
    """The cases of a list, each with the first and the last day of its payments, one where they are the same: equal letters are told apart by them."""
    held = Alert.objects.filter(case__in=cases, left_at=None).order_by()
    found = held.values_list("case_id").annotate(Min("claim__transacted_at"), Max("claim__transacted_at"))
    days = {pk: [timezone.localtime(at).date() for at in span] for pk, *span in found}
    for case in cases:
        case.paid_days = sorted(set(days.get(case.pk, ())))
    return cases


def own_case(reference: str, by: Actor) -> Case:
    """One case the actor may see as cardholder or manager.

    Raises CaseNotFound for anybody else's case exactly as for one that does not exist.
    """
    cases = Case.objects.select_related("cardholder__department", "merchant", "assignee")
    case = _known_to_person(cases).filter(reference=reference).first()
    if case is None:
        raise errors.CaseNotFound
    relations = relations_of(by, case)
    is_holder = relations.is_cardholder and Role.CARDHOLDER in by.roles
    is_manager = relations.is_manager and Role.MANAGER in by.roles and case.requests.exists()
    if not (is_holder or is_manager):
        raise errors.CaseNotFound
    return case
