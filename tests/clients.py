"""Clients of tests do what is the same for all of them once: a run makes some four thousand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.test import client

#: What a handler keeps of its middleware.
_KEPT = ("_view_middleware", "_template_response_middleware", "_exception_middleware", "_middleware_chain")

#: The settings of every test that changes none.
USUAL: list[object] = []


@contextmanager
def quick_clients() -> Iterator[None]:
    """Every client is served by one chain of middleware, as every request of a server is, and signs in with one session."""
    usual, chain = settings._wrapped, dict[str, Any]()
    USUAL[:] = [usual]
    load, sign_in = client.ClientHandler.load_middleware, client.Client._login

    def load_middleware(self: Any, is_async: bool = False) -> None:
        if is_async or settings._wrapped is not usual:  # a test has set something, and middleware may read it
            load(self, is_async)
            return
        if not chain:
            load(self)
            chain.update({name: getattr(self, name) for name in _KEPT})
        vars(self).update(chain)

    def sign_in_anew(self: Any, user: Any, backend: str | None = None) -> None:
        """Django stores an empty session first, reads it back and gives it another key."""
        if settings.SESSION_COOKIE_NAME in self.cookies:
            sign_in(self, user, backend)
            return
        request = HttpRequest()
        request.session = import_module(settings.SESSION_ENGINE).SessionStore()
        login(request, user, backend)
        request.session.save()
        self._set_login_cookies(request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client.ClientHandler, "load_middleware", load_middleware)
        patch.setattr(client.Client, "_login", sign_in_anew)
        yield
