"""What somebody of staff may see is what may be handed to them: one answer for pages, steps, the sweep and mail.

A case is theirs to see when its department is among those they were given and nothing involves them in it. Whoever may not see a
case is given none, takes none, is told nothing of it, and what they hold of it goes to somebody who sees it. Beyond that a case is given to who can
do what comes next: a reviewer or approver, for an appeal an approver who may decide it, for a recovery a clerk too.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from audit.actor import Actor
from audit.people import number_key, same_number
from audit.permissions import Role
from audit.prepared import prepared
from cases.models import Case
from cases.services.conflicts import answers_of, lists
from cases.services.standing import parties_towards
from cases.workflow import Party, State
from fraud.claims.identity import barred_cardholders
from fraud.claims.units import seen_departments, sees_department, within_units

_HOLDERS = frozenset({Role.REVIEWER, Role.APPROVER})


def may_see(by: Actor, case: Case) -> bool:
    """Whether the case is theirs to see, and so theirs to have."""
    return bool(visible_among([case], by))


def why_unseen(by: Actor, case: Case) -> str:
    """Why a case is not theirs to see: `department` (not theirs), `involved`, or "" where they see it."""
    if not sees_department(by, case.cardholder.department_id):
        return "department"
    return "" if may_see(by, case) else "involved"


def may_hold(by: Actor, case: Case) -> bool:
    """Whether a case they hold may stay with them: theirs to see, and of their work as it stands."""
    return bool(by.roles & holders_in(case)) and may_see(by, case)


def may_be_given(by: Actor, case: Case) -> bool:
    """Whether a case that changes hands may come to them: they may hold it and, where an appeal waits, decide that."""
    if not may_hold(by, case):
        return False
    return case.state != State.APPEALED or Party.OTHER_APPROVER in parties_towards(case, by)


def works_cases(by: Actor) -> bool:
    """Whether they work cases at all, and so may be given new ones."""
    return bool(by.roles & _HOLDERS)


def assignable_among(cases: list[Case], to: Actor) -> list[Case]:
    """Those of some cases that a lead may give them: what `assign_case` does not refuse because of the person."""
    return visible_among(cases, to) if works_cases(to) else []


def holders_in(case: Case) -> frozenset[Role]:
    """Of which roles a holder may be as the case stands: while money comes back it may be a clerk."""
    return _HOLDERS | {Role.RECOVERY_CLERK} if case.state == State.RECOVERING else _HOLDERS


def cases_of_others(by: Actor) -> QuerySet[Case]:
    """Cases of the departments they see whose cardholder is neither the person nor their manager.

    A condition that every index carries.

    For long lists; what is shown of them goes through `without_involved`.
    """
    barred = barred_cardholders(by)
    cases = Case.objects.exclude(cardholder__in=barred) if barred else Case.objects.all()
    return within_units(cases, by)


def visible_among(cases: list[Case], by: Actor) -> list[Case]:
    """Those of a few cases that are theirs to see, in their order. One query, and one each for a cardholder that is not at hand."""
    barred = barred_cardholders(by)
    others = [case for case in cases if case.cardholder_id not in barred]
    seen = seen_departments(by)
    if seen is not None:
        others = [case for case in others if case.cardholder.department_id in seen]
    return without_involved(others, by)


def without_involved(cases: list[Case], by: Actor) -> list[Case]:
    """The rows of a page without those where the person approved a claim, is a listed attendee or has answered. One query."""
    number = number_key(by.employee_no)
    if not number or not cases:
        return cases
    people = _named_in.rows([case.pk for case in cases], number)
    involved = {
        case_id
        for case_id, approver_no, attendees, has_spoken in people
        if has_spoken or same_number(approver_no, number) or lists(attendees, number)
    }
    return [case for case in cases if case.pk not in involved]


@prepared
def _named_in(case_ids: Collection[int], number: str) -> QuerySet[Case, Any]:
    """(case, approver, attendees, whether the person has answered), a row a claim."""
    rows = Case.objects.filter(pk__in=case_ids).annotate(
        has_spoken=Exists(answers_of(number).filter(request__case=OuterRef("pk")))
    )
    return rows.values_list("pk", "alerts__claim__approver_no", "alerts__claim__attendees", "has_spoken")
