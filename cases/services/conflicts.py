"""Who is involved in a case: nobody acts on themselves, whatever their roles and whatever the surface."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, FilteredRelation, Q, QuerySet

from audit.actor import Actor
from audit.people import number_key, same_number
from audit.people_rows import with_number
from audit.prepared import prepared
from cases.models import Case, Explanation
from fraud.claims.identity import led_by, logins_of, relatives
from fraud.claims.models import Cardholder, Claim, User


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
    of_case = case.cardholder.employee_no
    people: Iterable[tuple[str, Any, bool, bool, bool]]
    if claims is None:
        keys = number_key(number), number_key(of_case)
        # Who has no number that names anybody is nobody's relative; what is put together once has both.
        people = _people_of.rows(case.pk, *keys) if all(keys) else _people_rows(case.pk, *keys)
    else:
        near = (relatives(number, of_case).exists(), _reports(of_case, number).exists(), False)
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


def _reports(lead: str, number: str) -> QuerySet[Cardholder]:
    """The person with this number where they report to the lead."""
    return with_number(led_by(lead), "employee_no", number)


def _people_rows(case_id: int, number: str, of_case: str) -> QuerySet[Case, Any]:
    """(approver, attendees, whether a relative is asking, whether who reports to the cardholder is, whether they have answered)
    of every claim the case is about, one row also where it has none. One query."""
    rows = Case.objects.filter(pk=case_id).annotate(
        held=FilteredRelation("alerts", condition=Q(alerts__left_at=None)),
        is_kin=Exists(relatives(number, of_case)),
        is_led=Exists(_reports(of_case, number)),
        has_spoken=Exists(answers_of(number).filter(request__case=case_id)),
    )
    return rows.values_list(
        "held__claim__approver_no", "held__claim__attendees", "is_kin", "is_led", "has_spoken"
    )


_people_of = prepared(_people_rows)


def answers_by(by: Actor) -> QuerySet[Explanation]:
    """What the person has answered for themselves or for somebody of their team, under whatever login."""
    return answers_of(by.employee_no)


def answers_of(number: str) -> QuerySet[Explanation]:
    """What the employee with this number has answered."""
    logins = with_number(User.objects.all(), "employee_no", number)
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
