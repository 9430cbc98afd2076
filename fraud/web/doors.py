"""The outermost door: for whom the request is and how long it is are settled before a byte of its body is read.

Whatever reads a body (the sign-in form, the check against forged forms, a view) reads all of it, and keeps what is long
on disk. So the announced length is held against what the address takes: a page says so with `page(…, body=…)`, a view of
the interface with `body_limit` or its parser. Who is not signed in, or may not use the page, has no file to send.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from audit.permissions import can
from audit.services import actor_of
from audit.typed import whole_number
from fraud.web.api_bodies import MAX_BODY_BYTES
from fraud.web.api_errors import PROBLEM, problem

log = logging.getLogger(__name__)
#: Bytes a multipart form adds to the file in it.
ENVELOPE: Final = 64 * 1024
#: What the sign-in page and everybody without a right needs.
STRANGER: Final = 64 * 1024
METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


class BodyDoor:
    """Middleware; the first of all. Answers 400 to a foreign host name, 405 to a method nothing of ours has, 411 to a body without a length, 413 to a long one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost:
            log.warning("host.refused: %s", ascii(request.META.get("HTTP_HOST", ""))[:100])
            return refused(request, 400, "host_not_known")
        if request.method not in METHODS:
            return refused(request, 405, "method_not_known")
        # Without a length nothing would read the body, and the request would pass for an empty one.
        if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
            return refused(request, 411, "length_required")
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Runs before every other middleware's: the check against forged forms would read the body."""
        text = request.META.get("CONTENT_LENGTH") or "0"
        announced, limit = whole_number(text, 18), body_limit(request, view)
        return (
            None
            if announced is not None and announced <= limit
            else refused(request, 413, "body_too_large", limit)
        )


def body_limit(request: HttpRequest, view: Callable[..., Any]) -> int:
    """Bytes the body of this request may have."""
    of_interface = getattr(view, "cls", None)
    if of_interface is not None:
        return _limit_of_interface(of_interface)
    if not request.user.is_authenticated:
        return STRANGER
    limit = getattr(view, "takes_body", 0)
    if not limit:
        return settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    actor = actor_of(request)
    may = any(can(actor, action) for action in view.needs_actions)  # type: ignore[attr-defined]
    return limit + ENVELOPE if may else STRANGER


def _limit_of_interface(view: Any) -> int:
    """Who calls it is known before its body is read: the view itself sees to that."""
    own: int = getattr(view, "body_limit", 0)
    parsers = [getattr(parser, "max_bytes", MAX_BODY_BYTES) for parser in view.parser_classes]
    return own + ENVELOPE if own else max([MAX_BODY_BYTES, *parsers])


def refused(request: HttpRequest, status: int, code: str, limit: int = 0) -> HttpResponse:
    """The refusal as a page in both languages, or in the form of the interface."""
    if not request.path.startswith("/api/"):
        return render(None, "door.html", {"code": code, "limit": _size(limit)}, status=status)  # type: ignore[arg-type]
    said = {
        "host_not_known": _("This server is not known by that name."),
        "method_not_known": _("Requests of that kind are not answered here."),
        "length_required": _("Send the length of the body (Content-Length)."),
        "body_too_large": _("The request is too large; send at most %(size)s.") % {"size": _size(limit)},
    }
    return JsonResponse(problem(status, code, said[code]), status=status, content_type=PROBLEM)


def _size(n_bytes: int) -> str:
    return f"{n_bytes >> 20} MB" if n_bytes >= 1 << 20 else f"{n_bytes >> 10} KB"
