"""What the description of the interface says of every operation alike, from the views themselves."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from fraud.web.api import CHANGING, header

IDEMPOTENCY_KEY = header(
    "Idempotency-Key", "The same key with the same request gets the same answer, with another one 422."
)
ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    response=[200, 201],
    description="The version of what is told; a change of it asks for it as `If-Match`.",
)


class InterfaceSchema(AutoSchema):
    """Every change takes an Idempotency-Key, and one thing told carries its version."""

    def get_override_parameters(self) -> list[Any]:
        """Those of the view, and the headers that are the same everywhere."""
        own = super().get_override_parameters()
        if self.method.lower() in CHANGING:
            return [*own, *([IDEMPOTENCY_KEY] if getattr(self.view, "answers_kept", "no") != "no" else [])]
        return [*own, *([ETAG] if self.path.endswith("}/") else [])]
