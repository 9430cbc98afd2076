"""What every endpoint of casework shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Case
from cases.services.errors import CaseNotFound
from fraud.web.api import IF_MATCH, FraudView
from fraud.web.api import describe as described


def describe(
    summary: str,
    *,
    answer: Any,
    body: Any = None,
    versioned: bool = False,
    parameters: list[OpenApiParameter] | None = None,
    **more: Any,
) -> Callable[[Any], Any]:
    """The OpenAPI description of one method of casework with all its refusals; a `versioned` one asks for If-Match."""
    writes = body is not None or versioned
    return described(
        summary,
        answer=answer,
        body=body,
        parameters=[*(parameters or []), *([IF_MATCH] if versioned else [])],
        refusals=(404, *((409, 413, 415, 422) if writes else ()), *((428,) if versioned else ())),
        **more,
    )


class CaseworkView(FraudView):
    """An endpoint of casework: what it described has the refusals of casework."""


@extend_schema(exclude=True)
class Absent(CaseworkView):
    """Every path of the interface that nothing else answers, in the same form as an absent object."""

    def http_method_not_allowed(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        raise CaseNotFound


def case_of(reference: str) -> Case:
    """The case of a reference, for a step that checks itself who may. Raises CaseNotFound."""
    found = (
        Case.objects.select_related("cardholder__department", "assignee").filter(reference=reference).first()
    )
    if found is None:
        raise CaseNotFound
    return found
