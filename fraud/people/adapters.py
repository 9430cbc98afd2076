"""How the library behind the second step behaves here: our words, our audit entries, secrets encrypted where they are kept."""

from __future__ import annotations

import base64
import logging
from hashlib import sha256
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from audit import clock
from audit.people import name_of
from fraud.people.directory import NotOfTheCompany, Told, enter, follow_groups, read_told
from fraud.people.sessions import BEGAN

logger = logging.getLogger(__name__)

RECENT_SECONDS = 300
_TOO_OFTEN = {"too_many_login_attempts", "rate_limited"}


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves; what happened is told by our own pages and mails."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes and try again."),
        "rate_limited": _("Too many attempts. Wait a few minutes and try again."),
        "incorrect_password": _("The password is not right."),
    }

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """What is refused for having been tried too often is answered as that (`sessions.watch_session`), whichever form it was."""
        if code in _TOO_OFTEN:
            context.request.tried_too_often = True
        return super().validation_error(code, *args)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: Any) -> None:
        user.backend = settings.AUTHENTICATION_BACKENDS[-1]  # the one that finds the login of a session again
        super().login(request, user)

    def is_reauthentication_required(self, **more: Any) -> bool:
        """Whoever has just signed in need not say it again."""
        began = context.request.session.get(BEGAN, 0)
        return clock.now().timestamp() - began >= RECENT_SECONDS

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """None of the library's own."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """`signals.py` records and tells it."""


class SecondStepAdapter(DefaultMFAAdapter):
    """Secrets are encrypted with a key made of SECRET_KEY: a copy of the database alone opens no login."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code is not right. Take the one that is shown now."),
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user: Any) -> str:
        return str(user.username)

    def get_totp_issuer(self) -> str:
        return "Cleancard"

    def _get_site_name(self) -> str:
        return "Cleancard"

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**found, "display_name": name_of(user), "name": user.username}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return pgettext("second step", "Key")


class DirectoryAdapter(DefaultSocialAccountAdapter):
    """Who comes from the company's directory gets the login they have; nobody gets a new one, and what it said of them is not kept."""

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Any) -> Any:
        """The first moment at which an answer is known: read it, and let nothing of it reach a table."""
        request.told = read_told(sociallogin.account.extra_data)  # type: ignore[attr-defined]
        sociallogin.account.extra_data = {}
        return sociallogin.user

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Raises ImmediateHttpResponse, back to the sign-in page, for whoever has no login here."""
        told: Told = request.told  # type: ignore[attr-defined]
        try:
            user = enter(sociallogin, told)
        except NotOfTheCompany as error:
            raise ImmediateHttpResponse(_back(request, error.sentence)) from None
        follow_groups(user, told.groups)
        request.is_strong = told.is_strong and settings.OIDC_SECOND_STEP == "directory"  # type: ignore[attr-defined]

    def on_authentication_error(self, request: HttpRequest, provider: Any, **more: Any) -> None:
        """Raises ImmediateHttpResponse, back to the sign-in page."""
        logger.warning("no sign-in through the directory: %r %r", more.get("error"), more.get("exception"))
        sentence = _(
            "Signing in through the directory did not work. Try again, or use user name and password."
        )
        raise ImmediateHttpResponse(_back(request, str(sentence)))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """None of the library's own."""


def _back(request: HttpRequest, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return redirect("login")


def _cipher() -> Fernet:
    key = sha256(b"second step:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
