"""What is kept of a sign-in that failed: who tried, from where and when; neither what stood behind the `?` of the address nor the form."""

from __future__ import annotations

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from django.http import HttpRequest, QueryDict


class Failures(AxesDatabaseHandler):
    """The library's own table of failures. `?next=` may hold anything anybody typed, a form a code that works; neither slows guessing."""

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **more: Any
    ) -> None:
        if request is None:
            super().user_login_failed(sender, credentials, request, **more)
            return
        asked, sent = request.GET, request.POST
        request.GET = request.POST = QueryDict()  # type: ignore[assignment]
        try:
            super().user_login_failed(sender, credentials, request, **more)
        finally:
            request.GET, request.POST = asked, sent  # type: ignore[assignment,misc]
