"""Guessing passwords is slowed three ways: axes locks one login from one address; here, one login from everywhere, and one address for all logins.

Counted from the failures axes writes down, so that all processes of a company count together.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NoReturn

from allauth.mfa.models import Authenticator
from axes.models import AccessFailureLog
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from audit import clock

WINDOW = timedelta(minutes=15)
RETRY = "Retry-After"


class GuessingDoor:
    """The first of the backends: signs nobody in, and lets nobody past who guesses."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        """Raises PermissionDenied where too much was tried; Django then asks no other backend."""
        username = str(credentials.get("username") or "")
        if request is not None and is_guessing(username, client_address(request)):
            self._refuse()

    @staticmethod
    def _refuse() -> NoReturn:
        raise PermissionDenied("too many attempts")


def is_guessing(username: str, address: str) -> bool:
    """Whether a login, from wherever, or an address, for whatever login, failed too often in the last quarter of an hour."""
    recent = AccessFailureLog.objects.filter(attempt_time__gte=clock.now() - WINDOW)
    by_login = recent.filter(username__iexact=username[:255])[: settings.SIGN_IN_FAILURES_PER_LOGIN]
    if username and by_login.count() >= settings.SIGN_IN_FAILURES_PER_LOGIN:
        return True
    by_address = recent.filter(ip_address=address)[: settings.SIGN_IN_FAILURES_PER_ADDRESS]
    return bool(address) and by_address.count() >= settings.SIGN_IN_FAILURES_PER_ADDRESS


def client_address(request: HttpRequest) -> str:
    """Where a request comes from; behind TRUSTED_PROXIES proxies, what the outermost of them saw."""
    n = settings.TRUSTED_PROXIES
    told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if n and len(told) >= n:
        return told[-n][:45]
    return str(request.META.get("REMOTE_ADDR") or "")


def rested(answer: HttpResponse) -> HttpResponse:
    """The same answer with 429, and after how many seconds to come back."""
    answer.status_code = 429
    answer[RETRY] = str(int(WINDOW.total_seconds()))
    return answer


def count_wrong_code(sender: type[Authenticator], request: HttpRequest, user: Any, **more: Any) -> None:
    """A wrong code of the second step counts like a wrong password."""
    user_login_failed.send(sender=__name__, credentials={"username": user.get_username()}, request=request)
