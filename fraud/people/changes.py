"""What a login may do or see: proposed by one person, confirmed or returned by another, never about oneself.

Ending a login takes nobody's agreement (`leaving.py`): what protects must not wait. Whatever gives, or takes a duty from
somebody who goes on working, has two people.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor
from audit.people import number_key, require_second_person
from audit.permissions import Role, require
from audit.proposals import begins, is_past
from audit.services import record
from audit.transactions import one_transaction
from fraud.claims.identity import logins_of
from fraud.claims.logins import APPROVES, RolesNotCompatible, check_roles, roles_of
from fraud.claims.models import AccessChange, Department, RoleGrant, User
from fraud.people.refusals import AccessRefused, needed_reason, not_compatible, stale

MANAGE = "fraud.manage_people"
APPROVE = "fraud.approve_access"
_Kind = AccessChange.Kind
_State = AccessChange.State


def subject_of(user: User) -> str:
    """The audit chain of a login."""
    return f"login:{user.pk}"


def lock_login(user: User, seen: int | None) -> User:
    """The login under its lock, its version one further. Raises AccessRefused where the page showed another version."""
    found = User.objects.select_for_update().get(pk=user.pk)
    if seen is not None and found.access_version != seen:
        raise stale()
    found.access_version += 1
    found.save(update_fields=["access_version"])
    return found


def check_combination(user: User, role: Role, starts_on: date | None, ends_on: date | None) -> None:
    """Raises AccessRefused where somebody would hold duties that control each other on any day, under whatever login."""
    if role in APPROVES and not number_key(user.employee_no):
        raise AccessRefused(
            "number_missing",
            _("This role approves what others propose: the login needs an employee number first."),
            field="role",
        )
    grants = RoleGrant.objects.overlapping(starts_on, ends_on)
    own = grants.filter(user=user)
    try:
        check_roles(roles_of(own) | {role})
        others = grants.filter(user__in=logins_of(user.employee_no))
        check_roles(roles_of(own) | roles_of(others) | {role})
    except RolesNotCompatible as error:
        raise not_compatible(Role(name) for name in error.roles) from None


def _check_proposed(user: User, role: Role, starts_on: date | None, ends_on: date | None) -> None:
    """Raises AccessRefused where what waits for the same days would make it so: one of the two could never be confirmed."""
    waiting = AccessChange.objects.filter(
        Q(user=user) | Q(user__in=logins_of(user.employee_no)),
        Q(ends_on=None) | Q(ends_on__gte=starts_on or clock.today()),
        kind=_Kind.GIVE_ROLE,
        state=_State.PROPOSED,
    )
    if ends_on:
        waiting = waiting.filter(Q(starts_on=None) | Q(starts_on__lte=ends_on))
    try:
        check_roles(frozenset(map(Role, waiting.values_list("role", flat=True))) | {role})
    except RolesNotCompatible as error:
        raise not_compatible(Role(name) for name in error.roles) from None


@one_transaction()
def propose_role(
    *,
    user: User,
    role: Role,
    starts_on: date | None,
    ends_on: date | None,
    reason: str,
    by: Actor,
    seen: int | None,
) -> AccessChange:
    """Propose a role from a day (None: as soon as it is confirmed) until a day (None: without an end), both included.

    Raises NotPermitted, also about oneself, and AccessRefused.
    """
    said = _begin(user, reason, by)
    locked = lock_login(user, seen)
    if ends_on and starts_on and ends_on < starts_on:
        raise AccessRefused("days_reversed", _("The last day is before the first."), field="ends_on")
    if ends_on and is_past(ends_on):
        raise AccessRefused("days_over", _("The last day is over already."), field="ends_on")
    if starts_on and is_past(starts_on):
        raise AccessRefused(
            "days_past",
            _(
                "The first day has passed: no role is held before it was agreed to. Choose today or a later day."
            ),
            field="starts_on",
        )
    if not locked.is_active:
        raise AccessRefused("login_ended", _("This login has ended. Reactivate it first."), 409)
    if role == Role.DATA_CLIENT:
        raise AccessRefused(
            "not_for_people",
            _("A data client is a program's login; create it on the server with create_login."),
            field="role",
        )
    check_combination(locked, role, starts_on, ends_on)
    _check_proposed(locked, role, starts_on, ends_on)
    if RoleGrant.objects.overlapping(starts_on, ends_on).filter(user=locked, role=role).exists():
        raise AccessRefused("role_held", _("The login holds this role on some of these days already."), 409)
    _no_twin(locked, _Kind.GIVE_ROLE, role)
    change = AccessChange(user=locked, kind=_Kind.GIVE_ROLE, role=role, starts_on=starts_on, ends_on=ends_on)
    return write_proposal(change, said, by)


@one_transaction()
def propose_taking(*, grant: RoleGrant, reason: str, by: Actor, seen: int | None) -> AccessChange:
    """Propose to take a role away before its last day. Raises NotPermitted, AccessRefused."""
    said = _begin(grant.user, reason, by)
    locked = lock_login(grant.user, seen)
    if not RoleGrant.objects.standing().filter(pk=grant.pk).exists():
        raise AccessRefused("role_over", _("The role has ended already."), 409)
    _no_twin(locked, _Kind.TAKE_ROLE, grant.role)
    change = AccessChange(user=locked, kind=_Kind.TAKE_ROLE, role=grant.role, grant=grant)
    return write_proposal(change, said, by)


@one_transaction()
def propose_units(
    *, user: User, units: Collection[str], reason: str, by: Actor, seen: int | None
) -> AccessChange:
    """Propose whose cases the login sees: those of these departments (codes) and what is below them; none: all.

    Raises NotPermitted, AccessRefused.
    """
    said = _begin(user, reason, by)
    locked = lock_login(user, seen)
    wanted = sorted(set(units))
    known = set(Department.objects.filter(code__in=wanted).values_list("code", flat=True))
    if strange := [code for code in wanted if code not in known]:
        sentence = _("There is no department %(codes)s.") % {"codes": ", ".join(strange)[:120]}
        raise AccessRefused("unknown_unit", sentence, field="units")
    if wanted == unit_codes(locked):
        raise AccessRefused("units_held", _("These are the departments it has already."), 409, "units")
    _no_twin(locked, _Kind.UNITS)
    return write_proposal(AccessChange(user=locked, kind=_Kind.UNITS, units=wanted), said, by)


@one_transaction()
def propose_return(*, user: User, reason: str, by: Actor, seen: int | None) -> AccessChange:
    """Propose that a login that was ended works again. Raises NotPermitted, AccessRefused."""
    said = _begin(user, reason, by)
    locked = lock_login(user, seen)
    if locked.is_active:
        raise AccessRefused("login_works", _("This login is active already."), 409)
    _no_twin(locked, _Kind.RETURN)
    return write_proposal(AccessChange(user=locked, kind=_Kind.RETURN), said, by)


@one_transaction()
def confirm_change(*, change: AccessChange, by: Actor) -> AccessChange:
    """Agree: the change holds from now. Raises NotPermitted for whoever proposed it or is concerned, AccessRefused."""
    current = _decide(change, _State.CONFIRMED, "", by)
    user = lock_login(current.user, None)
    before = access_of(user)
    _APPLY[_Kind(current.kind)](user, current)
    record(
        action="access.confirmed",
        by=by,
        subject=subject_of(user),
        reason=current.reason,
        before=before,
        after={**access_of(user), "change": current.pk},
    )
    return current


@one_transaction()
def return_change(*, change: AccessChange, reason: str, by: Actor) -> AccessChange:
    """Turn a proposal down. Raises NotPermitted as `confirm_change` does, AccessRefused."""
    said = needed_reason(reason)
    current = _decide(change, _State.RETURNED, said, by)
    _recorded("access.returned", current, by, said)
    return current


@one_transaction()
def withdraw_change(*, change: AccessChange, by: Actor) -> AccessChange:
    """Take one's own proposal back. Raises NotPermitted, AccessRefused."""
    require(by, MANAGE)
    current = _open(change)
    if current.proposed_by_id != by.user_id:
        raise AccessRefused("not_yours", _("Only whoever proposed it takes it back."), 409)
    _close(current, _State.WITHDRAWN, "", by)
    _recorded("access.withdrawn", current, by, "")
    return current


def access_of(user: User) -> dict[str, object]:
    """What a login has, as plain values for the record."""
    grants = RoleGrant.objects.standing().filter(user=user).order_by("role", "pk")
    return {
        "roles": [
            f"{one.role} {one.starts_on or ''}..{one.ends_on or ''}".replace(" ..", " ").strip()
            for one in grants
        ],
        "units": unit_codes(user),
        "is_active": user.is_active,
    }


def unit_codes(user: User) -> list[str]:
    """Codes of the departments a login was given, sorted; none for all of them."""
    return sorted(user.units.values_list("code", flat=True))


def _begin(user: User, reason: str, by: Actor) -> str:
    require(by, MANAGE)
    require_second_person(by, [user], MANAGE, code="own_roles")
    return needed_reason(reason)


def _no_twin(user: User, kind: str, role: str = "") -> None:
    if AccessChange.objects.filter(user=user, kind=kind, role=role, state=_State.PROPOSED).exists():
        raise AccessRefused("proposed_already", _("This is proposed already and waits to be confirmed."), 409)


def write_proposal(change: AccessChange, reason: str, by: Actor) -> AccessChange:
    """Keep a proposal with its entry; for services that have checked who asks. The system's own has nobody as its author."""
    proposer = None if by.is_system else by.person_id
    change.reason, change.proposed_by_id, change.proposed_at = reason, proposer, clock.now()
    change.save()
    _recorded("access.proposed", change, by, reason)
    return change


def _recorded(action: str, change: AccessChange, by: Actor, reason: str) -> None:
    after = {
        "change": change.pk,
        "kind": change.kind,
        "role": change.role,
        "from": str(change.starts_on or ""),
        "until": str(change.ends_on or ""),
        "units": change.units,
    }
    record(action=action, by=by, subject=subject_of(change.user), reason=reason, after=after)


def _open(change: AccessChange) -> AccessChange:
    """The proposal under its lock. Raises AccessRefused where it was decided meanwhile."""
    found = AccessChange.objects.select_for_update(of=("self",)).select_related("user", "proposed_by")
    current = found.get(pk=change.pk)
    if current.state != _State.PROPOSED:
        raise AccessRefused("decided_already", _("This proposal was decided already."), 409)
    return current


def _decide(change: AccessChange, state: str, reason: str, by: Actor) -> AccessChange:
    require(by, APPROVE)
    current = _open(change)
    require_second_person(by, [current.user], APPROVE, code="own_roles")
    require_second_person(by, [current.proposed_by], APPROVE)
    _close(current, state, reason, by)
    return current


def _close(change: AccessChange, state: str, reason: str, by: Actor) -> None:
    change.state, change.decision_reason = state, reason
    change.decided_by_id, change.decided_at = by.person_id, clock.now()
    change.save()


def _give(user: User, change: AccessChange) -> None:
    if not user.is_active:
        raise AccessRefused("login_ended", _("This login has ended. Reactivate it first."), 409)
    if change.ends_on and is_past(change.ends_on):
        raise AccessRefused("days_over", _("The last day is over already."), 409)
    check_combination(user, Role(change.role), change.starts_on, change.ends_on)
    change.grant = RoleGrant.objects.create(
        user=user,
        role=change.role,
        starts_on=begins(change.starts_on or clock.today()),
        ends_on=change.ends_on,
    )
    change.save(update_fields=["grant"])


def _take(user: User, change: AccessChange) -> None:
    RoleGrant.objects.standing().filter(pk=change.grant_id or 0, user=user).update(ended_at=clock.now())


def _set_units(user: User, change: AccessChange) -> None:
    user.units.set(Department.objects.filter(code__in=change.units))


def _let_return(user: User, change: AccessChange) -> None:
    held = roles_of(RoleGrant.objects.standing().filter(user=user))
    others = roles_of(RoleGrant.objects.standing().filter(user__in=logins_of(user.employee_no)))
    try:
        check_roles(held | others)
    except RolesNotCompatible as error:
        raise not_compatible(Role(name) for name in error.roles) from None
    user.is_active = True
    user.save(update_fields=["is_active"])


_APPLY = {_Kind.GIVE_ROLE: _give, _Kind.TAKE_ROLE: _take, _Kind.UNITS: _set_units, _Kind.RETURN: _let_return}
