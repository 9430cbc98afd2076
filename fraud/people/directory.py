"""Signing in through the company's own directory (OpenID Connect), and what its groups say about roles.

A group only ever proposes: somebody confirms the role like any other, since whoever keeps the directory is the first of the two. Leaving a
group takes the role at once, for what protects must not wait. A directory that says nothing of groups changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor
from audit.permissions import Role
from audit.services import actor_of, record
from audit.transactions import one_transaction
from fraud.claims.identity import logins_of
from fraud.claims.models import AccessChange, RoleGrant, User
from fraud.people.changes import access_of, lock_login, subject_of, write_proposal

BY = Actor.system("directory")
#: What a directory writes into `amr` when it asked for more than a password (RFC 8176).
_STRONG = frozenset({"mfa", "otp", "hwk", "swk", "pin", "fpt", "face", "sc"})
_State = AccessChange.State


class NotOfTheCompany(Exception):
    """Nobody is signed in; `sentence` says why in the reader's language."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Told:
    """What the directory says of somebody; `groups` is None where it says nothing of them."""

    email: str = ""
    employee_no: str = ""
    groups: frozenset[str] | None = None
    is_strong: bool = False


def read_group_roles(text: str) -> dict[str, Role]:
    """`group=role; group=role` as a table. Raises ImproperlyConfigured that says what would be right."""
    found: dict[str, Role] = {}
    for part in filter(None, (one.strip() for one in text.replace("\n", ";").split(";"))):
        group, sign, role = (one.strip() for one in part.rpartition("="))
        if not sign or not group or role not in set(Role) - {Role.DATA_CLIENT}:
            known = ", ".join(sorted(set(Role) - {Role.DATA_CLIENT}))
            raise ImproperlyConfigured(f"OIDC_GROUPS: “{part}” is not GROUP=ROLE with a role of {known}")
        if group in found:
            raise ImproperlyConfigured(f"OIDC_GROUPS: the group “{group}” stands twice")
        found[group] = Role(role)
    return found


def read_told(data: Mapping[str, Any]) -> Told:
    """What an answer of the directory says: the ID token, and over it the user's entry where that was asked for.

    A mail address counts only where the directory says that it is verified; guests may write any into their own entry.
    """
    token = data.get("id_token") or {}
    claims = {**token, **(data.get("userinfo") or {})}
    verified = claims.get("email_verified")
    groups = claims.get(settings.OIDC_GROUPS_CLAIM)
    if isinstance(groups, str):
        groups = [groups]
    number = claims.get(settings.OIDC_EMPLOYEE_CLAIM) if settings.OIDC_EMPLOYEE_CLAIM else ""
    methods = token.get("amr")
    return Told(
        email=str(claims.get("email") or "").strip() if verified is True or verified == "true" else "",
        employee_no=str(number or "").strip(),
        groups=frozenset(str(one) for one in groups) if isinstance(groups, list) else None,
        is_strong=isinstance(methods, list) and bool(_STRONG & {str(one) for one in methods}),
    )


@one_transaction()
def enter(sociallogin: SocialLogin, told: Told) -> User:
    """The login behind an answer of the directory, tied to its entry there from the first time on. Raises NotOfTheCompany."""
    if sociallogin.state.get("process", "login") != "login":
        raise NotOfTheCompany(_("Sign in through the directory on the sign-in page."))
    if sociallogin.is_existing:
        known = User.objects.get(pk=sociallogin.user.pk)
        if not known.is_active:
            raise NotOfTheCompany(_("Your login has ended. A system admin can tell you why."))
        return known
    user = find_login(told)
    sociallogin.user = sociallogin.account.user = user
    sociallogin.account.save()
    record(action="user.directory_linked", by=actor_of(user), subject=subject_of(user))
    return user


def find_login(told: Told) -> User:
    """The one working login of whoever the directory names, by employee number before mail address. Raises NotOfTheCompany."""
    if not told.employee_no and not told.email:
        raise NotOfTheCompany(
            _("The directory names neither an employee number nor a verified mail address for you.")
        )
    found = logins_of(told.employee_no) if told.employee_no else User.objects.filter(email__iexact=told.email)
    working = list(found.filter(is_active=True)[:2])
    if not working:
        raise NotOfTheCompany(_("There is no login for you yet. A system admin can invite you."))
    if len(working) > 1:
        raise NotOfTheCompany(
            _("More than one login belongs to you. Sign in with user name and password instead.")
        )
    return working[0]


@one_transaction()
def follow_groups(user: User, groups: Collection[str] | None) -> None:
    """Propose the roles of the groups somebody is in, and end those of mapped roles whose group they are no longer in.

    Roles that no group stands for are left alone; a proposal that was returned once is not made again.
    """
    roles = read_group_roles(settings.OIDC_GROUPS)
    if groups is None or not roles:
        return
    wanted = {role for group, role in roles.items() if group in groups}
    held = RoleGrant.objects.standing().filter(user=user)
    lost = held.filter(role__in=set(roles.values()) - wanted)
    open_ones = AccessChange.objects.filter(user=user, kind=AccessChange.Kind.GIVE_ROLE, proposed_by=None)
    over = open_ones.filter(state=_State.PROPOSED).exclude(role__in=wanted)
    known = set(held.values_list("role", flat=True)) | set(
        open_ones.filter(state__in=(_State.PROPOSED, _State.RETURNED)).values_list("role", flat=True)
    )
    new = sorted(wanted - known)
    if not (new or lost.exists() or over.exists()):
        return
    locked = lock_login(user, None)
    before = access_of(locked)
    n_lost, n_over = (
        lost.update(ended_at=clock.now()),
        over.update(state=_State.WITHDRAWN, decided_at=clock.now()),
    )
    if n_lost or n_over:
        after = {**access_of(locked), "withdrawn": n_over}
        record(action="access.left_group", by=BY, subject=subject_of(locked), before=before, after=after)
    for role in new:
        named = ", ".join(sorted(group for group, its in roles.items() if its == role and group in groups))
        change = AccessChange(user=locked, kind=AccessChange.Kind.GIVE_ROLE, role=role)
        write_proposal(change, f"{_('Group of the directory')}: {named}"[:500], BY)


def directory_links(user_id: int | None) -> list[dict[str, Any]]:
    """The entries of directories that a login is linked to: which directory, the entry there, since when, and last used when."""
    found = SocialAccount.objects.filter(user_id=user_id).order_by("pk")
    return [
        {
            "directory": one.provider,
            "entry": one.uid,
            "linked_at": one.date_joined,
            "last_used_at": one.last_login,
        }
        for one in found
    ]
