"""Which cases somebody may see as staff: never one they are involved in, whatever their roles."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404

from audit.actor import Actor
from audit.people import number_key, same_number
from cases.models import Alert, Case
from cases.services.conflicts import lists, relations_of
from fraud.claims.identity import cardholders_of, key_of
from fraud.claims.models import Cardholder


def visible_cases(by: Actor) -> QuerySet[Case]:
    """Cases the person is neither cardholder nor claim approver of, and whose cardholder is not their manager.

    Attendees are settled when a case is opened (`find_case`): their names lie inside the claims.
    """
    cases = cases_of_others(by)
    key = number_key(by.employee_no)
    if not key:
        return cases
    approved = Alert.objects.alias(approver_key=key_of("claim__approver_no"))
    return cases.exclude(Exists(approved.filter(case=OuterRef("pk"), approver_key=key)))


def cases_of_others(by: Actor) -> QuerySet[Case]:
    """Cases whose cardholder is neither the person nor their manager: a condition that every index carries.

    For long lists; what is shown of them goes through `without_involved`.
    """
    person = {number_key(by.employee_no), *_managers_of(by.employee_no)} - {""}
    if not person:
        return Case.objects.all()
    barred = Cardholder.objects.alias(key=key_of("employee_no")).filter(key__in=person)
    return Case.objects.exclude(cardholder__in=list(barred.values_list("pk", flat=True)))


def without_involved(cases: list[Case], by: Actor) -> list[Case]:
    """The rows of a page without those where the person approved a claim or is a listed attendee. One query."""
    number = number_key(by.employee_no)
    if not number or not cases:
        return cases
    claims = Alert.objects.filter(case__in=[case.pk for case in cases]).values_list(
        "case_id", "claim__approver_no", "claim__attendees"
    )
    involved = {
        case_id
        for case_id, approver_no, attendees in claims
        if same_number(approver_no, number) or lists(attendees, number)
    }
    return [case for case in cases if case.pk not in involved]


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
    """The numbers the person reports to, in the form they are compared in; never their own."""
    found: set[str] = set()
    for person in cardholders_of(number).select_related("department"):
        found |= {number_key(person.manager_no)}
        found |= {number_key(person.department.manager_no)} if person.department else set()
    return found - {"", number_key(number)}
