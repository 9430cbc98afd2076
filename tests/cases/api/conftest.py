"""Clients of the interface, one for each person of the cast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from cases.models import Case
from tests.cases.stage import Stage


class Caller:
    """A signed-in client that sends JSON and the version it saw."""

    def __init__(self, client: APIClient) -> None:
        self.client = client

    def get(self, path: str, **params: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", params)

    def send(
        self, path: str, body: Any = None, *, version: int | None = None, key: str = "", method: str = "post"
    ) -> Any:
        headers = {}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if key:
            headers["Idempotency-Key"] = key
        call = getattr(self.client, method)
        return call(f"/api/v1/{path}", {} if body is None else body, format="json", headers=headers)

    def raw(
        self, path: str, body: bytes, *, content_type: str = "application/json", version: int | None = None
    ) -> Any:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return self.client.post(f"/api/v1/{path}", body, content_type=content_type, headers=headers)

    def step(self, case: Case, name: str, body: Any = None, **more: Any) -> Any:
        return self.send(f"cases/{case.reference}/{name}/", body, **{"version": case.version, **more})


@pytest.fixture
def call(stage: Stage) -> Callable[[str], Caller]:
    """`call("reviewer").get("cases/")`."""

    def as_person(name: str) -> Caller:
        client = APIClient()
        if name != "anonymous":
            client.force_login(getattr(stage.cast, name), backend="django.contrib.auth.backends.ModelBackend")
        return Caller(client)

    return as_person
