"""What every endpoint of this app shares: strict bodies, who asks, one form of refusal, keyset pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from audit.actor import Actor
from audit.permissions import require
from audit.services import actor_of
from fraud.web.api_strict import StrictJSONParser
from fraud.web.paging import Page, decode_cursor, keyset_page

MAX_PAGE = 200
DEFAULT_PAGE = 50
_REFUSALS = {
    400: "The request is not understood: not JSON, an unknown field or filter, a wrong type.",
    401: "Not signed in.",
    403: "Not permitted.",
    404: "There is no such thing, or it is not yours to see.",
    413: "Too large.",
    415: "Not JSON.",
    422: "The delivery as a whole is not taken.",
}


class Refusal(serializers.Serializer):
    """Every refusal: a stable code, a sentence in the reader's language, and what helps to do better."""

    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(required=False)  # type: ignore[assignment]
    details = serializers.DictField(required=False)


class RefusalAnswer(serializers.Serializer):
    error = Refusal()


def query(name: str, text: str, kind: Any = OpenApiTypes.STR, **more: Any) -> OpenApiParameter:
    """A filter of a list."""
    return OpenApiParameter(name, kind, description=text, **more)


PAGING = [
    query("page_size", f"At most {MAX_PAGE}; default {DEFAULT_PAGE}.", OpenApiTypes.INT),
    query("cursor", "`next` of the page before."),
]


def describe(
    summary: str,
    *,
    answer: Any,
    body: Any = None,
    parameters: list[OpenApiParameter] | None = None,
    refusals: tuple[int, ...] = (),
    operation_id: str | None = None,
) -> Callable[[Any], Any]:
    """The OpenAPI description of one method with its refusals."""
    codes = sorted({400, 401, 403, *refusals, *((413, 415, 422) if body is not None else ())})
    return extend_schema(
        summary=summary,
        operation_id=operation_id,
        request=body,
        parameters=parameters or [],
        responses={
            200: answer,
            **{c: OpenApiResponse(RefusalAnswer, description=_REFUSALS[c]) for c in codes},
        },
    )


class FraudView(APIView):
    """Strict JSON in, no guessing; `permission` is asked before anything is looked up."""

    parser_classes = (StrictJSONParser,)
    metadata_class = None
    permission = ""
    filters: tuple[str, ...] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Sign-in, then the permission, then the names of the filters. Raises NotPermitted, ValidationError."""
        super().initial(request, *args, **kwargs)
        self.by: Actor = actor_of(request)
        require(self.by, self.permission)
        known = {*self.filters, "format"}
        stray = sorted(set(request.query_params) - known)
        if stray:
            raise ValidationError(
                {name: ErrorDetail(_("There is no such filter."), "unknown_filter") for name in stray}
            )

    def input(self, serializer: type[serializers.Serializer]) -> Mapping[str, Any]:
        """The validated body. Raises ValidationError (400)."""
        checked = serializer(data=self.request.data)
        checked.is_valid(raise_exception=True)
        return checked.validated_data

    def page(self, rows: QuerySet, *, by: str) -> Page:
        """A page of rows, newest first. Raises ValidationError for a page size or cursor that cannot be used."""
        cursor = self.request.query_params.get("cursor", "")
        if cursor and decode_cursor(cursor, 2) is None:
            raise self.wrong("cursor", _("Give the `next` of the page before, unchanged."))
        return keyset_page(rows, by=by, cursor=cursor, size=self.page_size())

    def page_size(self) -> int:
        """Rows a page. Raises ValidationError."""
        text = self.request.query_params.get("page_size", str(DEFAULT_PAGE))
        if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= MAX_PAGE:
            raise self.wrong("page_size", _("Give a whole number from 1 to %(n)s.") % {"n": MAX_PAGE})
        return int(text)

    @staticmethod
    def wrong(name: str, sentence: str) -> ValidationError:
        """The refusal of one filter or field."""
        return ValidationError({name: ErrorDetail(sentence, "not_valid")})
