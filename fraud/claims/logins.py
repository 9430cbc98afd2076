"""Logins and their roles."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from audit.actor import Actor
from audit.people import number_key
from audit.permissions import APPROVING, EXCLUSIVE_ROLES, NotPermitted, Role, can, require
from audit.redaction import find_struck
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from fraud.claims.identity import cardholders_of, logins_of
from fraud.claims.models import Cardholder, RoleGrant, User
from fraud.claims.models.access import GrantQuerySet


class RolesNotCompatible(Exception):
    """One account may not hold two duties that control each other."""

    def __init__(self, roles: Iterable[Role]) -> None:
        self.roles = sorted(roles)
        super().__init__(f"one login cannot hold these duties together: {', '.join(self.roles)}")


def check_roles(roles: frozenset[Role]) -> None:
    """Raises RolesNotCompatible when a duty is combined with any other duty of staff."""
    if Role.DATA_CLIENT in roles and len(roles) > 1:
        raise RolesNotCompatible(roles)
    staff = roles - {Role.CARDHOLDER, Role.MANAGER}
    if staff & EXCLUSIVE_ROLES and len(staff) > 1:
        raise RolesNotCompatible(staff)


def roles_of(grants: GrantQuerySet) -> frozenset[Role]:
    """The roles that some grants name."""
    return frozenset(Role(name) for name in grants.values_list("role", flat=True).distinct())


#: Roles whose holder is somebody's second person: without an employee number nobody could tell whose.
APPROVES = frozenset(
    role for role in Role if any(can(Actor("", frozenset({role})), one) for one in APPROVING)
)


class NameNotValid(Exception):
    """A name of a login that may not be kept."""


def check_name(username: str) -> None:
    """Raises NameNotValid for a card or resident number: a login is known by its name, which is written beside whatever it does."""
    if find_struck(username):
        raise NameNotValid(
            "A login's name may not be a card or resident number; none is kept. Take a name such as kim.minjun."
        )


class NumberNotValid(Exception):
    """An employee number that does not say who somebody is; the message says what would be right."""


def check_employee_no(employee_no: str, roles: Iterable[Role], *, is_new: bool = False) -> None:
    """Raises NumberNotValid for a number of no known person, unless `is_new`, and for none at all with a role that approves.

    Identity is decided by the number, so one that merely looks like a known one would make a second person of the first.
    """
    key = number_key(employee_no)
    if find_struck(employee_no) and not cardholders_of(employee_no).exists():
        raise NumberNotValid(
            "That is a card or resident number; none is kept. Give the employee number of the personnel list."
        )
    if not key:
        if approving := sorted(frozenset(roles) & APPROVES):
            raise NumberNotValid(
                f"{', '.join(approving)} approves what others propose, so it needs --employee-no: whose login it is."
            )
        return
    is_known = cardholders_of(employee_no).exists() or logins_of(employee_no).exists()
    if not is_known and not key.isascii():
        raise NumberNotValid(
            f"{employee_no!r} has letters that only look like those of a known number; type it anew.{_alike(key)}"
        )
    if not is_known and not is_new:
        raise NumberNotValid(
            f"Nobody with the number {employee_no!r} is known.{_alike(key)} "
            "For somebody without a card, give --new-person as well."
        )


def _alike(key: str) -> str:
    """The known numbers nearest to one, as a sentence."""
    people = Cardholder.objects.values_list("employee_no", flat=True)
    known = {number_key(number): number for number in people[:50_000]}
    near = get_close_matches(key, known, n=3, cutoff=0.6)
    return f" Known are, for example: {', '.join(known[one] for one in near)}." if near else ""


def create_login(
    *,
    username: str,
    password: str | None,
    roles: Iterable[Role],
    by: Actor,
    name: str = "",
    employee_no: str = "",
    email: str = "",
    language: str = "ko",
    check_password: bool = True,
) -> User:
    """Create a login with its roles, or return the one of that name unchanged. Without a `password` nobody signs in with it.

    On the server only, but for programs: a person invites (`fraud/people/inviting.py`), and another confirms the roles. Duties that exclude each
    other are kept apart over all logins of one employee. Raises NotPermitted, RolesNotCompatible, NameNotValid, or Django's ValidationError for a weak password.
    """
    held = frozenset(roles)
    if not by.is_system and held != {Role.DATA_CLIENT}:
        raise NotPermitted("fraud.manage_people")
    if not by.is_system:
        require(by, "fraud.change_accounts")
    check_name(username)
    check_roles(held)
    check_roles(held | _held_elsewhere(username, employee_no))
    with one_transaction():
        existing = User.objects.filter(username=username).first()
        if existing is not None:
            return existing
        user = User(
            username=username, first_name=name, employee_no=employee_no, email=email, language=language
        )
        if (
            held == {Role.DATA_CLIENT} or password is None
        ):  # a program has a token; a person may be let in elsewhere
            user.set_unusable_password()
        else:
            if check_password:
                validate_password(password, user)
            user.set_password(password)
        user.save()
        RoleGrant.objects.bulk_create(RoleGrant(user=user, role=role.value) for role in sorted(held))
        record(
            action="user.created",
            by=by,
            subject=CONFIG,
            after={"username": username, "roles": sorted(held), "employee_no": employee_no},
        )
    return user


def _held_elsewhere(username: str, employee_no: str) -> frozenset[Role]:
    """Duties of the employee's other logins."""
    others = logins_of(employee_no).exclude(username=username)
    return roles_of(RoleGrant.objects.standing().filter(user__in=others))


def weak_password_sentences(error: ValidationError) -> str:
    """The validator's sentences in one line."""
    return " ".join(error.messages)
