"""Which action a page needs. A page without the right answers 403 with a sentence, and stays out of the rail."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from audit.actor import Actor
from audit.permissions import NotPermitted, require
from audit.reading import one_reading
from audit.services import actor_of
from fraud.web.refusals import refusal_sentence

View = Callable[..., HttpResponseBase]
SAFE = frozenset({"GET", "HEAD"})


def refuse(request: HttpRequest, error: NotPermitted) -> HttpResponse:
    """The page with the reason: 403, or what the refusal says."""
    answer = render(
        request, "403.html", {"refusal": refusal_sentence(error)}, status=getattr(error, "status", 403)
    )
    if wait := getattr(error, "retry_after", 0):
        answer["Retry-After"] = str(wait)
    return answer


def page(*actions: str, body: int = 0) -> Callable[[View], View]:
    """A page for signed-in people who may do one of `actions`; the view finds the actor at `request.actor`.

    NotPermitted raised inside the view becomes the same 403 page. `body`: bytes of the largest file it takes (doors.py).
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = actor_of(request)
            request.actor = actor  # type: ignore[attr-defined]
            try:
                require_any(actor, actions)
                with one_reading() if request.method in SAFE else nullcontext():
                    return view(request, *args, **kwargs)
            except NotPermitted as error:
                return refuse(request, error)

        wrapped = login_required(checked)
        wrapped.needs_actions = actions  # type: ignore[attr-defined]
        wrapped.takes_body = body  # type: ignore[attr-defined]
        return wrapped

    return decorate


def require_any(actor: Actor, actions: tuple[str, ...]) -> None:
    """Raises NotPermitted where the actor may do none of the actions."""
    refused: NotPermitted | None = None
    for action in actions:
        try:
            require(actor, action)
        except NotPermitted as error:
            refused = refused or error
        else:
            return
    if refused is not None:
        raise refused
