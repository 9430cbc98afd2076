"""Who is involved in a case: nobody acts on themselves, whatever their roles and whatever the surface."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, FilteredRelation, Q, QuerySet

from audit.actor import Actor
from audit.people import same_number
from audit.people_rows import with_number
from cases.models import Case, Explanation
from fraud.claims.identity import led_by, logins_of, relatives
from fraud.claims.models import Cardholder, Claim, Relative, User


@dataclass(frozen=True, slots=True)
class Relations:
    """How somebody stands to a case, by employee number: two logins of one person are one person."""

    is_cardholder: bool = False
    is_claim_approver: bool = False
    is_attendee: bool = False
    is_report: bool = False  # reports to the cardholder
    is_relative: bool = False  # of the cardholder, as the personnel feed says
    is_speaker: bool = False  # has answered a request of the case
    is_manager: bool = False  # the cardholder reports to them

    @property
    def involvement(self) -> str:
        """The relation that keeps them from acting as staff, or an empty text."""
        for name in ("cardholder", "claim_approver", "attendee", "report", "relative", "speaker"):
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
    kin_rows, own_rows = relatives(number, case.cardholder.employee_no), _reports(case, number)
    people: Iterable[tuple[str, Any, bool, bool, bool]]
    if claims is None:
        people = _people_of(case, by, kin_rows, own_rows)
    else:
        near = (kin_rows.exists(), own_rows.exists(), False)
        people = [("", None, *near), *((one.approver_no, one.attendees, *near) for one in claims)]
    approver = attendee = kin = speaker = report = False
    for approver_no, attendees, is_kin, is_led, has_spoken in people:
        kin, speaker, report = kin or is_kin, speaker or has_spoken, report or is_led
        approver = approver or same_number(approver_no, number)
        attendee = attendee or lists(attendees, number)
    return Relations(
        is_cardholder=same_number(case.cardholder.employee_no, number),
        is_claim_approver=approver,
        is_attendee=attendee,
        is_report=report,
        is_relative=kin,
        is_speaker=speaker,
        is_manager=manages(number, person=case.cardholder),
    )


def _reports(case: Case, number: str) -> QuerySet[Cardholder]:
    """The person with this number where they report to the case's cardholder."""
    return with_number(led_by(case.cardholder.employee_no), "employee_no", number)


def _people_of(
    case: Case, by: Actor, kin_rows: QuerySet[Relative], own_rows: QuerySet[Cardholder]
) -> Iterable[tuple[str, Any, bool, bool, bool]]:
    """(approver, attendees, whether a relative is asking, whether who reports to the cardholder is, whether they have answered)
    of every claim the case is about, one row also where it has none. One query."""
    rows = Case.objects.filter(pk=case.pk).annotate(
        held=FilteredRelation("alerts", condition=Q(alerts__left_at=None)),
        is_kin=Exists(kin_rows),
        is_led=Exists(own_rows),
        has_spoken=Exists(answers_by(by).filter(request__case=case.pk)),
    )
    return rows.values_list(
        "held__claim__approver_no", "held__claim__attendees", "is_kin", "is_led", "has_spoken"
    )


def answers_by(by: Actor) -> QuerySet[Explanation]:
    """What the person has answered for themselves or for somebody of their team, under whatever login."""
    logins = with_number(User.objects.all(), "employee_no", by.employee_no)
    return Explanation.objects.filter(submitted_by__in=logins.values("pk"))


def manages(manager_no: str, *, person: Cardholder) -> bool:
    """Whether `manager_no` is the manager of the person: by name, or as head of their department."""
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
