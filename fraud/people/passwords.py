"""Passwords: chosen by a one-time link, changed, asked for anew without telling anybody whether an address is known."""

from __future__ import annotations

from django.contrib.auth.tokens import default_token_generator
from django.utils.encoding import force_str
from django.utils.http import urlsafe_base64_decode

from audit import clock
from audit.services import actor_of, record
from audit.transactions import one_transaction
from fraud.claims.models import User
from fraud.people.changes import subject_of
from fraud.people.mailing import mail_notice, mail_reset

ONE_MAIL_IN = 5  # minutes


@one_transaction()
def ask_for_password(email: str) -> int:
    """Mail a one-time link to the working logins with an address, one mail in five minutes; how many mails are new."""
    moment = clock.now()
    when = f"{moment:%Y%m%d%H}{moment.minute // ONE_MAIL_IN}"
    found = (
        User.objects.filter(email__iexact=email.strip(), is_active=True)
        if email.strip()
        else User.objects.none()
    )
    return sum(mail_reset(user, when) for user in found[:5])


def login_of_link(uid: str, token: str) -> User | None:
    """The working login a one-time link is for; None for one that was used, has run out or never was."""
    try:
        key = int(force_str(urlsafe_base64_decode(uid)))
    except (ValueError, OverflowError, UnicodeDecodeError):
        return None
    user = User.objects.filter(pk=key, is_active=True).first() if 0 < key < 2**63 else None
    return user if user is not None and default_token_generator.check_token(user, token) else None


@one_transaction()
def keep_password(*, user: User, password: str, by_link: bool) -> None:
    """Store a checked password: every other session ends, the entry is written, its owner gets a mail."""
    had_one = user.has_usable_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    action = "user.password_set" if by_link else "user.password_changed"
    record(action=action, by=actor_of(user), subject=subject_of(user))
    if had_one:
        mail_notice(user, "login.password", f"{clock.now():%Y%m%d%H%M%S}")
