"""What the library behind the second step tells us: recorded, and told to whoever owns the login."""

from __future__ import annotations

from typing import Any

from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from audit import clock
from audit.services import actor_of, record
from audit.transactions import one_transaction
from fraud.claims.models import User
from fraud.people.changes import subject_of
from fraud.people.guessing import count_wrong_code
from fraud.people.mailing import mail_notice
from fraud.people.sessions import PASSED, begin_session


def listen() -> None:
    """Connect; once, when the app is ready."""
    signals.authenticator_added.connect(_added, dispatch_uid="second-step-added")
    signals.authenticator_removed.connect(_removed, dispatch_uid="second-step-removed")
    user_logged_in.connect(_signed_in, dispatch_uid="signed-in")
    signals.authentication_failed.connect(count_wrong_code, dispatch_uid="second-step-wrong")


def _signed_in(sender: type, request: HttpRequest, user: User, **more: Any) -> None:
    begin_session(request, user)


def _added(sender: type, user: User, authenticator: Authenticator, **more: Any) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        _told(user, authenticator, "second_step_added")


def _removed(
    sender: type, request: HttpRequest, user: User, authenticator: Authenticator, **more: Any
) -> None:
    request.session.pop(PASSED, None)
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        _told(user, authenticator, "second_step_removed")


@one_transaction()
def _told(user: User, authenticator: Authenticator, what: str) -> None:
    """Record it, and mail the login's owner: a step called `what` has an entry and a mail of that name."""
    after = {"kind": str(authenticator.type)}
    record(action=f"user.{what}", by=actor_of(user), subject=subject_of(user), after=after)
    mail_notice(user, f"login.{what}", f"{clock.now():%Y%m%d%H%M%S}")
