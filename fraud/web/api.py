"""What every endpoint shares: strict bodies, who asks, one form of refusal, keyset pages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
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
from audit.paging import Page, keyset_page
from audit.permissions import require
from audit.services import actor_of
from audit.typed import whole_number
from fraud.web.access import require_any
from fraud.web.api_strict import StrictJSONParser

MAX_PAGE = 200
DEFAULT_PAGE = 50
_REFUSALS = {
    400: "The request is not understood: not JSON, an unknown field or filter, a wrong type.",
    401: "Not signed in.",
    403: "Not permitted, involved in the case, or one's own proposal.",
    404: "Absent, or not yours to see: the answer is the same.",
    409: "Changed since it was read, or not possible in this state.",
    413: "Too large.",
    415: "Not JSON, or a kind of file that is not taken.",
    422: "The content is not right.",
    428: "The version seen is missing.",
    429: "Too often in one hour.",
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
    ok: int = 200,
    operation_id: str | None = None,
) -> Callable[[Any], Any]:
    """The OpenAPI description of one method with its refusals; `answer` may be a mapping of answers by status."""
    codes = sorted({400, 401, 403, *refusals, *((413, 415, 422) if body is not None else ())})
    return extend_schema(
        summary=summary,
        operation_id=operation_id,
        request=body,
        parameters=parameters or [],
        responses={
            **(answer if isinstance(answer, dict) else {ok: answer}),
            **{c: OpenApiResponse(RefusalAnswer, description=_REFUSALS[c]) for c in codes},
        },
    )


class FraudView(APIView):
    """Strict JSON in, no guessing; `permission` is asked before anything is looked up."""

    parser_classes = (StrictJSONParser,)
    metadata_class = None
    permission = ""
    any_of: tuple[str, ...] = ()  # permissions of which one is enough, in place of `permission`
    filters: tuple[str, ...] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Sign-in, then the permission, then the names of the filters. Raises NotPermitted, ValidationError."""
        super().initial(request, *args, **kwargs)
        self.by: Actor = actor_of(request)
        if self.any_of:
            require_any(self.by, self.any_of)
        elif self.permission:
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

    def page(self, rows: QuerySet, *, by: str, ascending: bool = False) -> Page:
        """A page of rows, newest first unless `ascending`. Raises ValidationError for a page size or cursor that cannot be used."""
        cursor = self.param("cursor")
        found = keyset_page(rows, by=by, cursor=cursor, size=self.page_size(), ascending=ascending)
        if cursor and not found.is_later:
            raise self.wrong("cursor", _("Give the `next` of the page before, unchanged."))
        return found

    def page_size(self) -> int:
        """Rows a page. Raises ValidationError."""
        size = whole_number(self.param("page_size") or str(DEFAULT_PAGE), 3, minimum=1, maximum=MAX_PAGE)
        if size is None:
            raise self.wrong("page_size", _("Give a whole number from 1 to %(n)s.") % {"n": MAX_PAGE})
        return size

    def param(self, name: str) -> str:
        """A value of the address, empty where it is not there."""
        return str(self.request.query_params.get(name, ""))

    def one_of(self, name: str, choices: Collection[str], default: str = "") -> str:
        """A value of the address out of a few. Raises ValidationError naming them."""
        value = self.param(name) or default
        if value and value not in choices:
            raise self.wrong(name, _("Choose one of: %(choices)s.") % {"choices": ", ".join(choices)})
        return value

    @staticmethod
    def wrong(name: str, sentence: str) -> ValidationError:
        """The refusal of one filter or field."""
        return ValidationError({name: ErrorDetail(sentence, "not_valid")})
