"""Which cases somebody may see as staff: never one they are involved in, whatever their roles."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from audit.actor import Actor
from cases.models import Alert, Case
from cases.services.conflicts import relations_of, same_number
from fraud.claims.models import Cardholder


def visible_cases(by: Actor) -> QuerySet[Case]:
    """Cases the person is neither cardholder nor claim approver of, and whose cardholder is not their manager.

    Attendees are settled when a case is opened (`find_case`): their names lie inside the claims.
    """
    cases = cases_of_others(by)
    number = by.employee_no.strip()
    if not number:
        return cases
    approved = Alert.objects.filter(case=OuterRef("pk"), claim__approver_no__iexact=number)
    return cases.exclude(Exists(approved))


def cases_of_others(by: Actor) -> QuerySet[Case]:
    """Cases whose cardholder is neither the person nor their manager: a condition that every index carries.

    For long lists; what is shown of them goes through `without_involved`.
    """
    number = by.employee_no.strip()
    if not number:
        return Case.objects.all()
    person = Q(employee_no__iexact=number) | Q(employee_no__in=_managers_of(number))
    return Case.objects.exclude(
        cardholder__in=list(Cardholder.objects.filter(person).values_list("pk", flat=True))
    )


def without_involved(cases: list[Case], by: Actor) -> list[Case]:
    """The rows of a page without those where the person approved a claim or is a listed attendee. One query."""
    number = by.employee_no.strip()
    if not number or not cases:
        return cases
    claims = Alert.objects.filter(case__in=[case.pk for case in cases]).values_list(
        "case_id", "claim__approver_no", "claim__attendees"
    )
    involved = {
        case_id
        for case_id, approver_no, attendees in claims
        if same_number(approver_no, number) or _is_listed(attendees, number)
    }
    return [case for case in cases if case.pk not in involved]


def _is_listed(attendees: object, number: str) -> bool:
    people = attendees if isinstance(attendees, list) else []
    return any(
        same_number(str(person.get("employee_no") or ""), number)
        for person in people
        if isinstance(person, dict)
    )


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
