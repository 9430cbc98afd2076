"""The logins of the demo company: one or more of every role, each a person of the company, so that duties can collide."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet

from audit.actor import Actor
from audit.permissions import ROLE_LABELS, Role
from cases.models import Case
from cases.services.money import at_stake as at_stake_of
from fraud.claims.logins import create_login
from fraud.claims.models import Cardholder, Department, User

# login, role; every one is a different employee
STAFF: tuple[tuple[str, Role], ...] = (
    ("reviewer1", Role.REVIEWER),
    ("reviewer2", Role.REVIEWER),
    ("reviewer3", Role.REVIEWER),
    ("approver1", Role.APPROVER),
    ("approver2", Role.APPROVER),
    ("clerk", Role.RECOVERY_CLERK),
    ("ruleadmin", Role.RULE_ADMIN),
    ("modelowner", Role.MODEL_OWNER),
    ("auditor", Role.AUDITOR),
    ("admin", Role.SYSTEM_ADMIN),
)
CARDHOLDERS = ("cardholder1", "cardholder2", "cardholder3", "cardholder4", "cardholder5", "cardholder6")
_BY_URGENCY = (
    4  # the first four; the fifth has the costliest case of all others: a second person must agree there
)
MANAGER = "manager1"
ENGLISH = frozenset({"reviewer3"})
_NOTES = {
    "cardholder1": "asked, not yet answered",
    "cardholder2": "answered; try on a phone",
    "cardholder3": "told of the decision",
    "cardholder4": "repays in instalments",
    "cardholder5": "waits for the decision",
    "cardholder6": "has repaid",
    "reviewer3": "interface in English",
    "approver2": "second pair of eyes",
}


@dataclass(frozen=True)
class DemoLogin:
    """One line of the table of logins."""

    username: str
    role: str
    name: str
    note: str = ""

    def row(self) -> tuple[str, str, str, str]:
        return self.username, self.role, self.name, self.note


def create_staff(by: Actor) -> list[DemoLogin]:
    """Logins of everybody who works in Cleancard: people of the support departments who head nothing."""
    heads = set(Department.objects.exclude(manager_no="").values_list("manager_no", flat=True))
    people: QuerySet[Cardholder] = Cardholder.objects.filter(left_on=None).exclude(employee_no__in=heads)
    chosen = sorted(people, key=lambda p: (p.job_family != "경영지원", p.employee_no))
    return [
        _login(username, role, person, by) for (username, role), person in zip(STAFF, chosen, strict=False)
    ]


def told_of() -> QuerySet[Case]:
    """Cases that may become a cardholder's story, most urgent first: no random check, whose result is a measurement."""
    cases = Case.objects.exclude(source=Case.Source.CONTROL_SAMPLE).select_related("cardholder")
    return cases.order_by("-priority", "-id")


def create_cardholders(by: Actor) -> list[DemoLogin]:
    """Logins of people with a case of the last nights, most urgent first, and of the superior of the first one."""
    taken = set(
        User.objects.exclude(username__in=[*CARDHOLDERS, MANAGER]).values_list("employee_no", flat=True)
    )
    people: dict[str, Cardholder] = {}
    at_stake: dict[str, int] = {}
    for case in told_of():
        person = case.cardholder
        if person.employee_no not in taken and person.left_on is None and not person.is_unassigned:
            people.setdefault(person.employee_no, person)
            at_stake.setdefault(person.employee_no, at_stake_of(case))
    spare = (
        Cardholder.objects.filter(left_on=None).exclude(employee_no__in=taken).order_by("employee_no")[:10]
    )
    for person in spare:
        people.setdefault(person.employee_no, person)
    first, others = list(people.values())[:_BY_URGENCY], list(people.values())[_BY_URGENCY:]
    costliest = max(others, key=lambda person: at_stake.get(person.employee_no, 0))
    chosen = [*first, costliest, *(person for person in others if person is not costliest)][
        : len(CARDHOLDERS)
    ]
    found = [
        _login(name, Role.CARDHOLDER, person, by) for name, person in zip(CARDHOLDERS, chosen, strict=True)
    ]
    superior = Cardholder.objects.filter(employee_no=chosen[0].manager_no).first()
    if superior is not None and superior.employee_no not in {p.employee_no for p in chosen}:
        found.append(_login(MANAGER, Role.MANAGER, superior, by))
    return found


@cache
def _hashed(password: str) -> str:
    """Made once: all logins have the same, which is printed; hashing it takes a quarter of a second."""
    return make_password(password)


def _login(username: str, role: Role, person: Cardholder, by: Actor) -> DemoLogin:
    user = create_login(
        username=username,
        password=None,
        roles=[role],
        by=by,
        name=person.name,
        employee_no=person.employee_no,
        email=person.email,
        language="en" if username in ENGLISH else "ko",
    )
    if not user.has_usable_password():
        user.password = _hashed(settings.DEMO_PASSWORD)
        user.save(update_fields=["password"])
    english, korean = ROLE_LABELS[role]
    return DemoLogin(user.username, f"{english} ({korean})", user.first_name, _NOTES.get(username, ""))
