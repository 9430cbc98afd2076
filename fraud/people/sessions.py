"""How long a session lasts, what it is worth without the second step, and when a login was last used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from audit import clock
from fraud.claims.models import User
from fraud.people.guessing import rested
from fraud.people.second_step import has_second_step, needs_second_step

BEGAN, SEEN, PASSED = (
    "began_at",
    "seen_at",
    "second_step",
)  # seconds since 1970, and that a second step is set up
SEEN_EVERY = 60  # seconds: a click within them writes no session
USED_EVERY = timedelta(minutes=10)
#: What somebody without the second step they need may still reach.
_OPEN = ("/accounts/", "/preferences/", "/static/", "/healthz")


def watch_session(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware behind the sign-in's: ends sessions that are over, asks for the second step, lets a partial page sign in whole,
    and answers what was tried too often with 429 and when to come back."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if _is_over(request):
                logout(request)
            elif refused := _without_second_step(request):
                return refused
        response = _whole_page(request, get_response(request))
        if getattr(request, "tried_too_often", False):
            rested(response)
        # On a shared machine the way back leads to nobody's pages, and no proxy keeps them. What may be kept says so itself.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def begin_session(request: HttpRequest, user: User) -> None:
    """Let both times of a session run from now."""
    at = int(clock.now().timestamp())
    request.session.update({BEGAN: at, SEEN: at})
    if getattr(
        request, "is_strong", False
    ):  # the directory asked for a second step, and the company lets that be enough
        request.session[PASSED] = True
    note_use(user)


def _is_over(request: HttpRequest) -> bool:
    """Whether nobody clicked for SESSION_IDLE_SECONDS, or it began SESSION_COOKIE_AGE seconds ago; else it goes on from now."""
    now, session = clock.now(), request.session
    at = int(now.timestamp())
    began, seen = session.setdefault(BEGAN, at), session.setdefault(SEEN, at)
    if at - began >= settings.SESSION_COOKIE_AGE or at - seen >= settings.SESSION_IDLE_SECONDS:
        return True
    if at - seen >= SEEN_EVERY and not _asks_by_itself(request):
        session[SEEN] = at
    note_use(request.user)  # type: ignore[arg-type]
    return False


def _asks_by_itself(request: HttpRequest) -> bool:
    """A page that looks every second how far something is keeps nobody signed in."""
    return (
        "HX-Request" in request.headers
        and "HX-Trigger" in request.headers
        and request.headers["HX-Trigger"] in _POLLS
    )


_POLLS = frozenset({"state", "progress"})


def _without_second_step(request: HttpRequest) -> HttpResponse | None:
    """The way to set one up, for whoever holds a role that needs it and has none."""
    user: Any = request.user
    if not settings.SECOND_STEP_ROLES or request.session.get(PASSED) or request.path.startswith(_OPEN):
        return None
    if not needs_second_step(user.roles_held()):
        return None
    if has_second_step(user):
        request.session[PASSED] = True
        return None
    if request.path.startswith("/api/"):
        from fraud.web.api_errors import (  # brings the interface's framework, which a night has no use for
            PROBLEM,
            problem,
        )

        said = _("Your role needs a second step for signing in. Set it up on the page first.")
        return JsonResponse(problem(403, "second_step_missing", said), status=403, content_type=PROBLEM)
    return _whole_page(
        request, HttpResponseRedirect(f"{reverse('mfa_activate_totp')}?{urlencode({'needed': 1})}")
    )


def _whole_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A part of a page that would be answered by the sign-in page loads that as a whole."""
    if "HX-Request" in request.headers and response.status_code == 302:
        target = response.headers.get("Location", "")
        if target.startswith("/accounts/"):
            whole = HttpResponse(status=200)
            whole.headers["HX-Redirect"] = target
            return whole
    return response


def note_use(user: User) -> None:
    """Remember that the login was used, to some ten minutes."""
    now = clock.now()
    if user.last_used_at is None or now - user.last_used_at >= USED_EVERY:
        User.objects.filter(pk=user.pk).update(last_used_at=now)
        user.last_used_at = now
