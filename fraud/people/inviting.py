"""Inviting somebody: a login without a password and without rights, a mail with a one-time link, and proposed roles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.people import Person, number_key, require_second_person
from audit.permissions import Role, require
from audit.redaction import find_struck
from audit.services import record
from audit.transactions import one_transaction
from fraud.claims.identity import cardholders_of, logins_of
from fraud.claims.models import User
from fraud.people.changes import MANAGE, lock_login, propose_role, subject_of
from fraud.people.mailing import mail_invitation
from fraud.people.refusals import AccessRefused, needed_reason

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}", re.ASCII)

ROLES = "roles"  # the field of an invitation that a refusal of its roles is about


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an invitation says of somebody; `is_new`: the number is of nobody the personnel feed knows."""

    username: str
    email: str
    employee_no: str = ""
    family: str = ""
    given: str = ""
    language: str = "ko"
    roles: Sequence[Role] = field(default_factory=tuple)
    starts_on: date | None = None
    ends_on: date | None = None
    is_new: bool = False


@one_transaction()
def invite_login(*, wanted: Invitation, reason: str, by: Actor) -> User:
    """Make the login, write the invitation, propose its roles; until a second person confirms them it may do nothing.

    Raises NotPermitted, also for a second login of one's own, and AccessRefused.
    """
    require(by, MANAGE)
    require_second_person(by, [Person(wanted.username, wanted.employee_no)], MANAGE, code="own_roles")
    said = needed_reason(reason)
    _check(wanted)
    user = User(
        username=wanted.username,
        email=wanted.email.strip(),
        employee_no=wanted.employee_no.strip(),
        last_name=wanted.family.strip()[:150],
        first_name=wanted.given.strip()[:150],
        language=wanted.language,
    )
    user.set_unusable_password()
    user.save()
    after = {"username": user.username, "employee_no": user.employee_no}
    record(action="user.invited", by=by, subject=subject_of(user), reason=said, after=after)
    mail_invitation(user, 0)
    _propose_roles(user, wanted, said, by)
    user.refresh_from_db()
    return user


def _propose_roles(user: User, wanted: Invitation, reason: str, by: Actor) -> None:
    """Raises AccessRefused, about the roles of the invitation together where it is about one of them."""
    days = {"starts_on": wanted.starts_on, "ends_on": wanted.ends_on}
    for role in wanted.roles:
        try:
            propose_role(user=user, role=role, **days, reason=reason, by=by, seen=None)
        except AccessRefused as error:
            if error.field == "role":
                error.field = ROLES
            raise


@one_transaction()
def invite_again(*, user: User, by: Actor, seen: int | None) -> User:
    """Send another invitation to somebody who has not chosen a password yet. Raises NotPermitted, AccessRefused."""
    require(by, MANAGE)
    locked = lock_login(user, seen)
    if locked.has_usable_password() or not locked.is_active:
        raise AccessRefused(
            "password_chosen",
            _(
                "They have chosen a password already; whoever forgot it asks for a new one on the sign-in page."
            ),
            409,
        )
    mail_invitation(locked, locked.access_version)
    record(action="user.invited_again", by=by, subject=subject_of(locked))
    return locked


def _check(wanted: Invitation) -> None:
    """Raises AccessRefused for the first thing that is not right, with what would be."""
    if not _USERNAME.fullmatch(wanted.username) or find_struck(wanted.username):
        raise AccessRefused(
            "username_not_valid",
            _("Write the user name with small letters, digits, dots and hyphens, such as kim.minjun."),
            field="username",
        )
    if User.objects.filter(username__iexact=wanted.username).exists():
        sentence = _("There is a login %(name)s already; choose another name.") % {"name": wanted.username}
        raise AccessRefused("username_taken", sentence, 409, "username")
    try:
        validate_email(wanted.email.strip())
    except ValidationError:
        raise AccessRefused(
            "email_not_valid", _("Give the mail address the invitation goes to."), field="email"
        ) from None
    if find_struck(wanted.email):
        raise AccessRefused(
            "email_not_valid",
            _("The address holds what looks like a full card or resident number. Give another one."),
            field="email",
        )
    if User.objects.filter(email__iexact=wanted.email.strip(), is_active=True).exists():
        raise AccessRefused(
            "email_taken", _("Another login has this mail address; give each its own."), 409, "email"
        )
    if find_struck(wanted.family + " " + wanted.given):
        raise AccessRefused("name_not_valid", _("That is a number, not a name."), field="family")
    _check_number(wanted)
    if not wanted.roles:
        raise AccessRefused("role_missing", _("Choose at least one role."), field=ROLES)


def _check_number(wanted: Invitation) -> None:
    number = wanted.employee_no.strip()
    if not number_key(number):
        raise AccessRefused(
            "number_missing", _("Give the employee number: it says whose login it is."), field="employee_no"
        )
    is_known = cardholders_of(number).exists() or logins_of(number).exists()
    if is_known:
        return
    if not number_key(number).isascii() or find_struck(number) or len(number) > 40:
        raise AccessRefused(
            "number_not_valid",
            _("That is no employee number of the personnel list. Type it anew."),
            field="employee_no",
        )
    if not wanted.is_new:
        raise AccessRefused(
            "number_unknown",
            _("Nobody with this employee number is known. Tick the box if the person has no card."),
            field="employee_no",
        )
