"""Ending a login: at once, with its sessions and its token. Leavers of the personnel feed end by themselves."""

from __future__ import annotations

from datetime import date

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor, Role
from audit.people import number_key, require_second_person, same_person
from audit.people_rows import key_of
from audit.permissions import can, require
from audit.services import record
from audit.transactions import one_transaction
from fraud.claims.accounts import end_tokens
from fraud.claims.identity import holders_of
from fraud.claims.models import AccessChange, Cardholder, User
from fraud.people.changes import APPROVE, MANAGE, access_of, lock_login, subject_of
from fraud.people.mailing import mail_notice
from fraud.people.refusals import AccessRefused, needed_reason
from fraud.people.second_step import remove_second_step


@one_transaction()
def end_login(*, user: User, reason: str, by: Actor, seen: int | None) -> User:
    """End a login now: its next click is the sign-in page, its token answers 401, what was proposed for it is withdrawn.

    Nobody ends their own, and nobody the only other person who agrees to changes of access: what one person proposed would
    wait for ever. Its roles stay written down and count again if two people let it return. Raises NotPermitted, AccessRefused.
    """
    require(by, MANAGE)
    require_second_person(by, [user], MANAGE, code="own_roles")
    said = needed_reason(reason)
    locked = lock_login(user, seen)
    if not locked.is_active:
        raise AccessRefused("login_ended", _("This login has ended already."), 409)
    _refuse_last_second_person(locked, by)
    finish_login(locked, said, by, "user.ended")
    return locked


def _refuse_last_second_person(user: User, by: Actor) -> None:
    agreeing = holders_of(
        *(role for role in Role if can(Actor(username="", roles=frozenset({role})), APPROVE))
    )
    if not agreeing.filter(pk=user.pk).exists():
        return
    left = [one for one in agreeing.exclude(pk=user.pk) if not same_person(one, by)]
    if not left:
        said = _(
            "This is the only person beside you who agrees to changes of access. Give the role to somebody else first; "
            "until then every session of the login can be ended."
        )
        raise AccessRefused("last_second_person", said, 409)


@one_transaction()
def sign_out_everywhere(*, user: User, reason: str, by: Actor, seen: int | None) -> User:
    """End every session and the token of a login that goes on working. Raises NotPermitted, AccessRefused."""
    require(by, MANAGE)
    said = needed_reason(reason)
    locked = lock_login(user, seen)
    had_token = _sign_out(locked)
    record(
        action="user.signed_out", by=by, subject=subject_of(locked), reason=said, after={"token": had_token}
    )
    return locked


@one_transaction()
def drop_second_step(*, user: User, reason: str, by: Actor, seen: int | None) -> User:
    """Remove a lost second step, with the recovery codes; every session ends. Raises NotPermitted about oneself, AccessRefused."""
    require(by, MANAGE)
    require_second_person(by, [user], MANAGE, code="own_roles")
    said = needed_reason(reason)
    locked = lock_login(user, seen)
    if not remove_second_step(locked):
        raise AccessRefused("no_second_step", _("This login has no second step."), 409)
    _sign_out(locked)
    record(action="user.second_step_removed", by=by, subject=subject_of(locked), reason=said)
    return locked


def leavers(by_day: date) -> QuerySet[User]:
    """Active logins of people whose last day at work lies before a day, by the personnel feed."""
    gone = Cardholder.objects.filter(left_on__lt=by_day).exclude(employee_no="")
    keys = gone.annotate(key=key_of("employee_no")).values("key")
    return (
        User.objects.filter(is_active=True)
        .alias(key=key_of("employee_no"))
        .filter(key__in=keys)
        .exclude(key="")
    )


def end_leavers() -> int:
    """End the logins of people whose last day is over, and tell the administrators; how many ended."""
    by = Actor.system("personnel")
    ended = 0
    for user in leavers(clock.today()).order_by("pk"):
        ended += _end_leaver(user, by)
    return ended


@one_transaction()
def _end_leaver(user: User, by: Actor) -> int:
    locked = lock_login(user, None)
    if not locked.is_active:
        return 0
    last_day = max(day for day in last_days(locked) if day)
    finish_login(locked, f"left on {last_day}", by, "user.left")
    for owner in holders_of(Role.SYSTEM_ADMIN).exclude(pk=locked.pk):
        key = f"{locked.pk}:{locked.access_version}"
        mail_notice(owner, "login.left", key, username=locked.username, last_day=last_day)
    return 1


def last_days(user: User) -> list[date]:
    """Last days at work of the person behind a login, by the personnel feed."""
    key = number_key(user.employee_no)
    if not key:
        return []
    found = Cardholder.objects.alias(key=key_of("employee_no")).filter(key=key, left_on__isnull=False)
    return [one.left_on for one in found if one.left_on]


def finish_login(user: User, reason: str, by: Actor, action: str) -> None:
    """End a locked login, with the entry `action`; for services that have checked who asks."""
    before = access_of(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    had_token = _sign_out(user)
    waiting = AccessChange.objects.filter(user=user, state=AccessChange.State.PROPOSED)
    n_withdrawn = waiting.update(state=AccessChange.State.WITHDRAWN, decided_at=clock.now())
    after = {**access_of(user), "token": had_token, "withdrawn": n_withdrawn}
    record(action=action, by=by, subject=subject_of(user), reason=reason, before=before, after=after)


def _sign_out(user: User) -> bool:
    """Every session is over and the token gone; whether there was one."""
    User.objects.filter(pk=user.pk).update(n_sign_outs=F("n_sign_outs") + 1)
    user.refresh_from_db(fields=["n_sign_outs"])
    return bool(end_tokens(user))
