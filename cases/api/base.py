"""What every endpoint of casework shares: who asks, which version they saw, one answer a key, one form of refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from audit.typed import whole_number
from cases.api.idempotency import once
from cases.models import Case
from cases.services.errors import CaseNotFound
from fraud.web.api import FraudView
from fraud.web.api import describe as described


class VersionRequired(exceptions.APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "version_required"
    default_detail = _("Send the version you saw in an If-Match header.")


class VersionNotValid(exceptions.APIException):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "version_not_valid"
    default_detail = _('If-Match must be the version in quotes, such as "7".')


IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description='The version seen, as "7".',
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The same key with the same body gets the same answer, with another body 422.",
)


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
        parameters=[
            *(parameters or []),
            *([IF_MATCH] if versioned else []),
            *([IDEMPOTENCY_KEY] if writes else []),
        ],
        refusals=(404, *((409, 413, 415, 422) if writes else ()), *((428,) if versioned else ())),
        **more,
    )


class CaseworkView(FraudView):
    """A step has the version its caller saw, and one answer for each Idempotency-Key."""

    def version(self) -> int:
        """The version the caller saw. Raises VersionRequired (428) and VersionNotValid (400)."""
        header = self.request.headers.get("If-Match", "")
        if not header:
            raise VersionRequired
        plain = header.removeprefix("W/").strip().strip('"')
        version = whole_number(plain)
        if version is None:
            raise VersionNotValid
        return version

    def once(self, step: Callable[[], Response]) -> HttpResponseBase:
        """Do the step once for an Idempotency-Key, however often it is asked."""
        return once(self.request, self.by, step)


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
