"""What every endpoint of casework shares: who asks, which version they saw, one answer a key, one form of refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audit.actor import Actor
from audit.permissions import require
from audit.services import actor_of
from cases.api.idempotency import once
from cases.models import Case
from cases.services.errors import CaseNotFound
from fraud.web.api_strict import StrictJSONParser


class VersionRequired(exceptions.APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "version_required"
    default_detail = _("Send the version you saw in an If-Match header.")


class VersionNotValid(exceptions.APIException):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "version_not_valid"
    default_detail = _('If-Match must be the version in quotes, such as "7".')


class ErrorBody(serializers.Serializer):
    """Every refusal: a stable code, a sentence in the reader's language, and what helps to do better."""

    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(required=False)  # type: ignore[assignment]
    details = serializers.DictField(required=False)


class ErrorAnswer(serializers.Serializer):
    error = ErrorBody()


_REFUSALS = {
    400: "The request is not understood: not JSON, an unknown field, a wrong type.",
    401: "Not signed in.",
    403: "Not permitted, involved in the case, or one's own proposal.",
    404: "Absent, or not yours to see: the answer is the same.",
    409: "Changed since it was read, or not possible in this state.",
    413: "Too large.",
    415: "Not JSON, or a kind of file that is not taken.",
    422: "The content is not right.",
    428: "The version seen is missing.",
}
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
    ok: int = 200,
    operation_id: str | None = None,
) -> Callable[[Any], Any]:
    """The OpenAPI description of one method with all its refusals."""
    writes = body is not None or versioned
    codes = [
        401,
        403,
        404,
        *((400, 409, 413, 415, 422) if writes else (400,)),
        *((428,) if versioned else ()),
    ]
    return extend_schema(
        summary=summary,
        operation_id=operation_id,
        request=body,
        parameters=[
            *(parameters or []),
            *([IF_MATCH] if versioned else []),
            *([IDEMPOTENCY_KEY] if writes else []),
        ],
        responses={
            **(answer if isinstance(answer, dict) else {ok: answer}),
            **{code: OpenApiResponse(ErrorAnswer, description=_REFUSALS[code]) for code in sorted(codes)},
        },
    )


class CaseworkView(APIView):
    """Strict JSON in, no guessing; `permission` is asked before anything is looked up."""

    parser_classes = (StrictJSONParser,)
    metadata_class = None
    permission = ""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Sign-in, then the permission. Raises NotPermitted."""
        super().initial(request, *args, **kwargs)
        self.by: Actor = actor_of(request)
        if self.permission:
            require(self.by, self.permission)

    def input(self, serializer: type[serializers.Serializer]) -> Mapping[str, Any]:
        """The validated body. Raises ValidationError (400)."""
        checked = serializer(data=self.request.data)
        checked.is_valid(raise_exception=True)
        return checked.validated_data

    def version(self) -> int:
        """The version the caller saw. Raises VersionRequired (428) and VersionNotValid (400)."""
        header = self.request.headers.get("If-Match", "")
        if not header:
            raise VersionRequired
        plain = header.removeprefix("W/").strip().strip('"')
        if not plain.isascii() or not plain.isdecimal() or len(plain) > 9:
            raise VersionNotValid
        return int(plain)

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
