"""The desks of everybody who works cases: who is there, how much each has, what each knows best."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date

from django.db.models import Count, Q

from audit.actor import Actor
from audit.people import name_of, number_key
from audit.permissions import Role
from audit.services import actor_of
from cases.models import Case, WorkProfile
from cases.services.company import company_today
from cases.workflow import State
from fraud.claims.identity import holders_of
from fraud.claims.models import Absence, User
from fraud.company.values import current_calendar

WORKED = (State.IN_REVIEW, State.AWAITING_EXPLANATION, State.EXPLAINED, State.NO_RESPONSE)


@dataclass(frozen=True, slots=True)
class Desk:
    """A login that works cases: until when its person is away (None: there), how many open cases it holds, what it knows best.

    What somebody has to do is counted for the person: over all logins of one employee (`n_person_open`, `n_person_held`), and the smallest
    limit of them holds for all.
    """

    user: User
    actor: Actor
    away_until: date | None = None
    n_open: int = 0
    n_late: int = 0
    n_held: int = 0  # of every state but closed
    most_open: int | None = None
    patterns: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    version: int = 0
    by_state: dict[str, int] = field(default_factory=dict)
    others: tuple[str, ...] = ()  # further logins of the person that hold or may hold cases
    n_person_open: int = 0
    n_person_held: int = 0
    limit: int | None = None

    @property
    def name(self) -> str:
        return name_of(self.user)

    @property
    def is_full(self) -> bool:
        return self.limit is not None and self.n_person_open >= self.limit

    @property
    def person(self) -> str:
        """One key for all logins of a person."""
        return person_key(self.user)

    def knows(self, case: Case) -> bool:
        """Whether the case is of what they know best."""
        department = case.cardholder.department
        return case.pattern in self.patterns or (
            department is not None and department.code in self.departments
        )


def away_until(numbers: Collection[str], today: date) -> dict[str, date]:
    """Employee number as it is compared → the last day of the whole-day leave somebody is on, leave that follows at once included."""
    keys = {key for number in numbers if (key := number_key(number))}
    rows = Absence.objects.filter(superseded_at=None, half="", ends_on__gte=today).order_by("starts_on")
    found: dict[str, date] = {}
    for number, first, last in rows.values_list("employee_no", "starts_on", "ends_on"):
        key = number_key(number)
        if key not in keys:
            continue
        until = found.get(key)
        if first <= today or (until is not None and first <= _next_working(until)):
            found[key] = max(last, until or last)
    return found


def _next_working(day: date) -> date:
    return current_calendar().add_business_days(day, 1)


def desks(*roles: Role) -> list[Desk]:
    """Everybody who works cases (or holds one of `roles`), by name. A handful of queries."""
    people = list(
        holders_of(*(roles or (Role.REVIEWER, Role.APPROVER))).order_by("last_name", "first_name", "pk")
    )
    further = _further_logins(people)
    today = company_today()
    away = away_until([user.employee_no for user in people], today)
    everybody = [*people, *further]
    profiles = {profile.user_id: profile for profile in WorkProfile.objects.filter(user__in=everybody)}
    counts = Case.objects.filter(assignee__in=everybody).exclude(state=State.CLOSED).order_by()
    late = Count("pk", filter=Q(due_on__lt=today))
    held: dict[int, dict[str, tuple[int, int]]] = {}
    for user_id, state, n, n_late in (
        counts.values("assignee", "state")
        .annotate(n=Count("pk"), late=late)
        .values_list("assignee", "state", "n", "late")
    ):
        held.setdefault(user_id, {})[state] = (n, n_late)
    own = [_desk(user, away, held.get(user.pk, {}), profiles.get(user.pk)) for user in everybody]
    of_person: dict[str, list[Desk]] = {}
    for desk in own:
        of_person.setdefault(desk.person, []).append(desk)
    return [_of_person(desk, of_person[desk.person]) for desk in own[: len(people)]]


def person_key(user: User) -> str:
    """One key for all logins of a person: how their employee number is compared, else the login itself."""
    return number_key(user.employee_no) or f"login {user.pk}"


def _further_logins(people: list[User]) -> list[User]:
    """Other logins of these people that hold cases, whatever their roles are now."""
    keys = {key for user in people if (key := number_key(user.employee_no))}
    holding = Case.objects.exclude(state=State.CLOSED).exclude(assignee=None).values("assignee").distinct()
    rows = User.objects.filter(pk__in=holding).exclude(pk__in=[user.pk for user in people])
    return [user for user in rows if number_key(user.employee_no) in keys]


def _of_person(desk: Desk, together: list[Desk]) -> Desk:
    """The desk with what all logins of its person hold."""
    limits = [one.most_open for one in together if one.most_open is not None]
    return replace(
        desk,
        others=tuple(one.user.get_username() for one in together if one.user.pk != desk.user.pk),
        n_person_open=sum(one.n_open for one in together),
        n_person_held=sum(one.n_held for one in together),
        limit=min(limits, default=None),
    )


def _desk(
    user: User, away: dict[str, date], held: dict[str, tuple[int, int]], profile: WorkProfile | None
) -> Desk:
    own = {state: n for state, (n, _late) in held.items() if state in WORKED}
    return Desk(
        user=user,
        actor=actor_of(user),
        away_until=away.get(number_key(user.employee_no)),
        n_open=sum(own.values()),
        n_late=sum(late for state, (_n, late) in held.items() if state in WORKED),
        n_held=sum(n for n, _late in held.values()),
        most_open=profile.most_open if profile else None,
        patterns=frozenset(profile.patterns) if profile else frozenset(),
        departments=frozenset(profile.departments) if profile else frozenset(),
        version=profile.version if profile else 0,
        by_state=own,
    )
