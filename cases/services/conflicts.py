"""Who is involved in a case: nobody acts on themselves, whatever their roles and whatever the surface."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from audit.actor import Actor
from audit.people import same_number
from cases.models import Case
from fraud.claims.identity import cardholders_of, is_relative, logins_of
from fraud.claims.models import Cardholder, Claim, User


@dataclass(frozen=True, slots=True)
class Relations:
    """How somebody stands to a case, by employee number: two logins of one person are one person."""

    is_cardholder: bool = False
    is_claim_approver: bool = False
    is_attendee: bool = False
    is_report: bool = False  # reports to the cardholder
    is_relative: bool = False  # of the cardholder, as the personnel feed says
    is_manager: bool = False  # the cardholder reports to them

    @property
    def involvement(self) -> str:
        """The relation that keeps them from acting as staff, or an empty text."""
        for name in ("cardholder", "claim_approver", "attendee", "report", "relative"):
            if getattr(self, f"is_{name}"):
                return name
        return ""


def lists(attendees: object, number: str) -> bool:
    """Whether the number stands among a claim's attendees, as they are stored."""
    people = attendees if isinstance(attendees, list) else []
    return any(
        same_number(person.get("employee_no"), number) for person in people if isinstance(person, dict)
    )


def relations_of(by: Actor, case: Case, *, claims: Iterable[Claim] | None = None) -> Relations:
    """The actor's relations to a case. The system and people without an employee number have none.

    `claims`: those of a case that is only about to be opened; otherwise the claims of its alerts.
    """
    number = by.employee_no
    if by.is_system or not number.strip():
        return Relations()
    people: Iterable[tuple[str, Any]] = (
        Claim.objects.filter(alerts__case=case, alerts__left_at=None).values_list("approver_no", "attendees")
        if claims is None
        else [(claim.approver_no, claim.attendees) for claim in claims]
    )
    approver = attendee = False
    for approver_no, attendees in people:
        approver = approver or same_number(approver_no, number)
        attendee = attendee or lists(attendees, number)
    return Relations(
        is_cardholder=same_number(case.cardholder.employee_no, number),
        is_claim_approver=approver,
        is_attendee=attendee,
        is_report=manages(case.cardholder.employee_no, employee_no=number),
        is_relative=is_relative(number, case.cardholder.employee_no),
        is_manager=manages(number, person=case.cardholder),
    )


def manages(manager_no: str, *, employee_no: str = "", person: Cardholder | None = None) -> bool:
    """Whether `manager_no` is the manager of the person: by name, or as head of their department."""
    if person is None:
        people = cardholders_of(employee_no).select_related("department")
        return any(manages(manager_no, person=one) for one in people)
    if same_number(person.employee_no, manager_no):
        return False
    if same_number(person.manager_no, manager_no):
        return True
    return person.department is not None and same_number(person.department.manager_no, manager_no)


def user_of(cardholder: Cardholder) -> User | None:
    """The cardholder's active login, or None."""
    return logins_of(cardholder.employee_no).first()


def manager_user_of(cardholder: Cardholder) -> User | None:
    """The active login of the cardholder's manager, or None."""
    numbers = [cardholder.manager_no]
    if cardholder.department is not None:
        numbers.append(cardholder.department.manager_no)
    others = (number for number in numbers if not same_number(number, cardholder.employee_no))
    return next((found for number in others if (found := logins_of(number).first()) is not None), None)
