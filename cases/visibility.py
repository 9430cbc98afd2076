"""Which cases somebody may see as staff: never one they are involved in, whatever their roles."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from audit.actor import Actor
from cases.models import Alert, Case
from cases.services.conflicts import relations_of
from fraud.models import Cardholder


def visible_cases(by: Actor) -> QuerySet[Case]:
    """Cases the person is neither cardholder nor claim approver of, and whose cardholder is not their manager.

    Attendees are settled when a case is opened (`find_case`): their names lie inside the claims.
    """
    number = by.employee_no.strip()
    cases = Case.objects.all()
    if not number:
        return cases
    managers = _managers_of(number)
    own = Q(cardholder__employee_no__iexact=number)
    if managers:
        own |= Q(cardholder__employee_no__in=managers)
    approved = Alert.objects.filter(case=OuterRef("pk"), claim__approver_no__iexact=number)
    return cases.exclude(own).exclude(Exists(approved))


def find_case(reference: str, by: Actor) -> Case:
    """The case with all its page needs at hand. Raises Http404 when it does not exist or is not theirs to see."""
    case = (
        Case.objects.select_related(
            "cardholder__department", "merchant", "assignee", "run__model_version", "reopened_from"
        )
        .filter(reference=reference)
        .first()
    )
    if case is None or relations_of(by, case).involvement:
        raise Http404
    return case


def _managers_of(number: str) -> set[str]:
    person = Cardholder.objects.select_related("department").filter(employee_no__iexact=number).first()
    if person is None:
        return set()
    found = {person.manager_no, person.department.manager_no if person.department else ""}
    return {one for one in found if one and one.casefold() != number.casefold()}
