"""Logins as lists and pages show them: filters, roles with their days, what waits to be confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from audit import clock
from audit.actor import Actor
from audit.paging import capped_count
from audit.people import is_among, name_of, number_key, same_person
from audit.people_rows import key_of
from audit.permissions import ACTIONS, Role, Scope, can
from fraud.claims.accounts import living
from fraud.claims.identity import cardholders_of
from fraud.claims.models import AccessChange, Cardholder, Department, RoleGrant, User
from fraud.people.changes import APPROVE, unit_codes
from fraud.people.confirmed import Access, RoleHeld, access_when_confirmed
from fraud.people.refusals import role_word
from fraud.people.second_step import has_second_step

STATES = ("works", "invited", "ended")
FILTERS = ("q", "role", "state", "unit")
_Kind = AccessChange.Kind


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A grant in words; `state` is `now`, `later` or `over`."""

    grant: RoleGrant
    word: str
    state: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A proposal in words: what holds beside what is proposed, and what the reader may do with it."""

    change: AccessChange
    what: str
    before: str
    after: str
    by: str
    may_decide: bool
    may_withdraw: bool


@dataclass(slots=True)
class LoginRow:
    """A login with what it has now; `state` is one of STATES."""

    user: User
    state: str
    roles: list[RoleRow] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    n_waiting: int = 0

    @property
    def sees(self) -> str:
        """Whose cases and claims the roles of today show: departments, a team's requests, one's own, or none."""
        held = {Role(one.grant.role) for one in self.roles if one.state == "now"}
        if held & (ACTIONS["cases.view_case"].keys() | ACTIONS["fraud.view_claim"].keys()):
            return ", ".join(self.units) or _("all departments")
        scopes = {scope for role, scope in ACTIONS["cases.view_own_request"].items() if role in held}
        if Scope.DEPARTMENT in scopes:
            return pgettext("sees", "requests to the own team")
        return pgettext("sees", "requests to themselves") if scopes else pgettext("sees", "no cases")


def read_login_filters(query: Mapping[str, str]) -> tuple[Q, list[str]]:
    """The condition of the filters, and a sentence for each that was not understood and narrows nothing."""
    found, problems = Q(), []
    if text := query.get("q", "").strip()[:100]:
        key = number_key(text)
        named = Q(username__icontains=text) | Q(last_name__icontains=text) | Q(first_name__icontains=text)
        found &= named | Q(key=key) if key else named
    role = query.get("role", "")
    if role in set(Role):
        # Who has ended holds none, whatever days their grants have.
        found &= Q(is_active=True, pk__in=RoleGrant.objects.in_force().filter(role=role).values("user"))
    elif role:
        problems.append(_("There is no role “%(name)s”.") % {"name": role[:30]})
    state = query.get("state", "")
    if state in STATES:
        found &= state_condition(state)
    elif state:
        problems.append(_("There is no state “%(name)s”.") % {"name": state[:30]})
    unit = query.get("unit", "").strip()
    if unit:
        found &= Q(units__code=unit[:40])
    return found, problems


def state_condition(state: str) -> Q:
    """Logins that work, that were invited and have no password yet, or that have ended."""
    if state == "ended":
        return Q(is_active=False)
    is_invited = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX) & ~Q(
        pk__in=RoleGrant.objects.standing().filter(role=Role.DATA_CLIENT).values("user")
    )
    return Q(is_active=True) & (is_invited if state == "invited" else ~is_invited)


def logins(condition: Q) -> QuerySet[User]:
    """Logins that fit, each with `n_waiting`."""
    return User.objects.alias(key=key_of("employee_no")).filter(condition).distinct()


def login_rows(users: list[User]) -> list[LoginRow]:
    """The rows of a page. Four queries."""
    keys, working = [one.pk for one in users], {one.pk for one in users if one.is_active}
    roles: dict[int, list[RoleRow]] = {}
    for grant in RoleGrant.objects.standing().filter(user__in=keys).order_by("role", "starts_on"):
        row = role_row(grant)
        roles.setdefault(grant.user_id, []).append(
            row if grant.user_id in working else replace(row, state="over")
        )
    units: dict[int, list[str]] = {}
    given = User.objects.filter(pk__in=keys, units__isnull=False).order_by("units__code")
    for user_id, name in given.values_list("pk", "units__name"):
        units.setdefault(user_id, []).append(name)
    waiting = AccessChange.objects.filter(user__in=keys, state=AccessChange.State.PROPOSED)
    n_waiting: dict[int, int] = {}
    for user_id in waiting.values_list("user_id", flat=True):
        n_waiting[user_id] = n_waiting.get(user_id, 0) + 1
    return [
        LoginRow(
            one,
            state_of(one, roles.get(one.pk, [])),
            roles.get(one.pk, []),
            units.get(one.pk, []),
            n_waiting.get(one.pk, 0),
        )
        for one in users
    ]


def state_of(user: User, roles: list[RoleRow]) -> str:
    """One of STATES."""
    if not user.is_active:
        return "ended"
    is_program = any(row.grant.role == Role.DATA_CLIENT for row in roles)
    return "works" if user.has_usable_password() or is_program else "invited"


def role_row(grant: RoleGrant) -> RoleRow:
    """A grant with its word and whether it holds."""
    today = clock.today()
    if grant.ended_at or (grant.ends_on and grant.ends_on < today):
        state = "over"
    else:
        state = "later" if grant.starts_on and grant.starts_on > today else "now"
    return RoleRow(grant, role_word(grant.role), state)


def proposed_changes() -> QuerySet[AccessChange]:
    """Every proposal on access that waits, the oldest first."""
    found = AccessChange.objects.filter(state=AccessChange.State.PROPOSED)
    return found.select_related("user", "proposed_by").order_by("proposed_at", "pk")


def waiting_changes(by: Actor) -> list[ChangeRow]:
    """Those as the reader sees them; at most two hundred."""
    return change_rows(list(proposed_changes()[:200]), by)


def waiting_changes_count() -> int:
    """How many proposals on access wait, counted no further than the cap."""
    return capped_count(AccessChange.objects.filter(state=AccessChange.State.PROPOSED))


def change_rows(changes: list[AccessChange], by: Actor) -> list[ChangeRow]:
    """Proposals beside what holds. One query for the roles of all of them."""
    held: dict[int, list[RoleGrant]] = {}
    users = {one.user_id for one in changes}
    then = access_when_confirmed(one for one in changes if one.state == AccessChange.State.CONFIRMED)
    for grant in RoleGrant.objects.standing().filter(user__in=users).order_by("role", "pk"):
        held.setdefault(grant.user_id, []).append(grant)
    return [_change_row(one, held.get(one.user_id, []), then.get(one.pk), by) for one in changes]


def _change_row(
    change: AccessChange, held: list[RoleGrant], then: tuple[Access, Access] | None, by: Actor
) -> ChangeRow:
    is_open = change.state == AccessChange.State.PROPOSED
    before, after = _told(change, then) if then else _compared(change, held)
    if not is_open and then is None:
        before = "–"  # it never held, and what held beside it is not on record
    others = not is_among(by, [change.proposed_by, change.user])
    return ChangeRow(
        change=change,
        what=what_changes(change),
        before=before,
        after=after,
        by=name_of(change.proposed_by) or pgettext("access", "The company’s directory"),
        may_decide=is_open and others and can(by, APPROVE),
        may_withdraw=is_open and change.proposed_by_id == by.user_id,
    )


def _told(change: AccessChange, then: tuple[Access, Access]) -> tuple[str, str]:
    """What held when a change was confirmed, and since: as its entry tells."""
    if change.kind == _Kind.UNITS:
        return units_text(then[0].units), units_text(then[1].units)
    words = [", ".join(role_text(one) for one in access.roles) for access in then]
    if change.kind == _Kind.RETURN:
        return pgettext("login", "ended"), words[1] or _("without a role")
    return words[0] or "–", words[1] or _("without a role")


def what_changes(change: AccessChange) -> str:
    """A proposal's kind in words."""
    words = {
        _Kind.GIVE_ROLE: _("Give the role %(role)s"),
        _Kind.TAKE_ROLE: _("Take the role %(role)s away"),
        _Kind.UNITS: _("Whose cases they see"),
        _Kind.RETURN: _("Reactivate the login"),
    }
    role = role_word(change.role) if change.role else ""
    return words[_Kind(change.kind)] % {"role": role}


def _compared(change: AccessChange, held: list[RoleGrant]) -> tuple[str, str]:
    """What holds, and what would hold."""
    if change.kind == _Kind.UNITS:
        return units_text(unit_codes(change.user)), units_text(change.units)
    words = [role_text(one) for one in held]
    if change.kind == _Kind.RETURN:
        return pgettext("login", "ended"), ", ".join(words) or _("without a role")
    if change.kind == _Kind.TAKE_ROLE:
        left = [role_text(one) for one in held if one.pk != change.grant_id]
        return ", ".join(words) or "–", ", ".join(left) or _("without a role")
    return ", ".join(words) or "–", ", ".join([*words, role_text(change)])


def role_text(one: RoleGrant | AccessChange | RoleHeld) -> str:
    """A role with its days: `Reviewer (2026-12-01 – 2027-01-31)`."""
    word = role_word(one.role)
    if one.starts_on and one.ends_on:
        return f"{word} ({one.starts_on} – {one.ends_on})"
    if one.ends_on:
        return f"{word} ({_('until %(day)s') % {'day': one.ends_on}})"
    if one.starts_on and one.starts_on > clock.today():
        return f"{word} ({_('from %(day)s') % {'day': one.starts_on}})"
    return word


def units_text(codes: list[str]) -> str:
    """Departments by name; all of them where none is named."""
    if not codes:
        return _("all departments")
    names = dict(Department.objects.filter(code__in=codes).values_list("code", "name"))
    return ", ".join(names.get(code, code) for code in codes)


@dataclass(frozen=True, slots=True)
class OneLogin:
    """A login's page."""

    row: LoginRow
    past: list[RoleRow]
    changes: list[ChangeRow]
    decided: list[ChangeRow]
    others: list[User]
    people: list[Cardholder]
    unit_codes: list[str]
    token_at: datetime | None
    has_second_step: bool
    is_oneself: bool
    last_day: date | None


def one_login(user: User, by: Actor) -> OneLogin:
    """Everything its page says of a login."""
    [row] = login_rows([user])
    over = RoleGrant.objects.filter(user=user).exclude(pk__in=[one.grant.pk for one in row.roles])
    all_changes = AccessChange.objects.filter(user=user).select_related("user", "proposed_by", "decided_by")
    is_open = Q(state=AccessChange.State.PROPOSED)
    key = number_key(user.employee_no)
    same = User.objects.alias(key=key_of("employee_no")).filter(key=key).exclude(pk=user.pk)
    people = list(cardholders_of(user.employee_no).select_related("department")) if key else []
    tokens = living(user)
    return OneLogin(
        row=row,
        past=[role_row(one) for one in over.order_by("-pk")[:20]],
        changes=change_rows(list(all_changes.filter(is_open).order_by("proposed_at")), by),
        decided=change_rows(list(all_changes.exclude(is_open).order_by("-pk")[:20]), by),
        others=list(same.order_by("username")) if key else [],
        people=people,
        unit_codes=unit_codes(user),
        token_at=tokens[0].created_at if tokens else None,
        has_second_step=has_second_step(user),
        is_oneself=same_person(by, user),
        last_day=max((one.left_on for one in people if one.left_on), default=None),
    )


def words_of_states() -> dict[str, str]:
    """A login's states in words."""
    return {
        "works": pgettext("login", "active"),
        "invited": pgettext("login", "invited"),
        "ended": pgettext("login", "ended"),
    }


def known_units() -> list[dict[str, Any]]:
    """Departments to choose from."""
    found = Department.objects.order_by("code")
    return [{"code": one.code, "name": one.name, "name_en": one.name_en} for one in found[:500]]
