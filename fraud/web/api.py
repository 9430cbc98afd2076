"""What every endpoint shares: strict bodies, who asks, one form of refusal, keyset pages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from operator import itemgetter
from typing import Any, Literal

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audit.actor import Actor
from audit.asked import reversed_spans, slips
from audit.paging import Cursor, Page, keyset_page, read_cursor
from audit.permissions import can, require
from audit.services import actor_of
from audit.typed import whole_number
from fraud.web.access import require_any
from fraud.web.api_bodies import StrictJSONParser
from fraud.web.api_errors import PROBLEM
from fraud.web.api_strict import JsonAlone

MAX_PAGE = 200
DEFAULT_PAGE = 50
#: Methods that change something.
CHANGING = ("post", "put", "delete")
_LISTED = "listed"
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
    """Every refusal (RFC 9457): a stable code, a sentence in the reader's language, and what helps to do better."""

    type = serializers.CharField()
    title = serializers.CharField(help_text="What kind of refusal, the same for all of a status.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What is wrong and what would be right.")
    code = serializers.CharField()
    fields = serializers.DictField(required=False, help_text="Sentences by field or filter.")  # type: ignore[assignment]
    facts = serializers.DictField(required=False, help_text="Such as the version now or the steps allowed.")


class VersionRequired(exceptions.APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "version_required"
    default_detail = gettext_lazy("Send the version you saw in an If-Match header.")


class VersionNotValid(exceptions.APIException):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "version_not_valid"
    default_detail = gettext_lazy('If-Match must be the version in quotes, such as "7".')


class VersionsDiffer(exceptions.APIException):
    """The header and the body name two versions: one of them is not the one that was read."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "versions_differ"

    def __init__(self, header: object, body: object) -> None:
        said = _(
            "If-Match names version %(header)s and the field seen names %(body)s. Send only one of them, that of what you read last."
        )
        super().__init__(said % {"header": str(header)[:40], "body": str(body)[:40]})


def header(name: str, text: str, *, required: bool = False) -> OpenApiParameter:
    """A header of a request."""
    return OpenApiParameter(
        name, OpenApiTypes.STR, OpenApiParameter.HEADER, required=required, description=text
    )


IF_MATCH = header("If-Match", 'The version seen, as "7".', required=True)
IF_MATCH_OR_SEEN = header("If-Match", "The `ETag` that was seen, in place of the field `seen`.")


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
    by_seen = _takes_seen(body)
    more = (*((413, 415, 422) if body is not None else ()), *((409, 428) if by_seen else ()))
    codes = sorted({400, 401, 403, *refusals, *more})
    return extend_schema(
        summary=summary,
        operation_id=operation_id,
        request=body,
        parameters=[*(parameters or []), *([IF_MATCH_OR_SEEN] if by_seen else [])],
        responses={
            **(answer if isinstance(answer, dict) else {ok: answer}),
            **{(c, PROBLEM): OpenApiResponse(Refusal, description=_REFUSALS[c]) for c in codes},
        },
    )


def _takes_seen(body: Any) -> bool:
    return isinstance(body, type) and issubclass(body, serializers.Serializer) and "seen" in body().fields


def _tag(told: Mapping[str, Any], *, is_read: bool) -> str:
    for name in ("version", "seen"):
        value = told.get(name)
        if isinstance(value, int | str) and not isinstance(value, bool) and str(value).isascii():
            return f'"{value}"'
    if "results" in told or not is_read:
        return ""
    return f'W/"{hashlib.sha256(JSONRenderer().render(told)).hexdigest()[:32]}"'


#: What a list without filters of its own takes.
ONLY_PAGING = tuple(one.name for one in PAGING)


class FraudView(APIView):
    """Strict JSON in, no guessing; `permission` is asked before anything is looked up.

    A change with an Idempotency-Key is done once. `answers_kept` says how its answer is kept: `with` the change in one transaction,
    `after` it where the change is no single transaction and known again by its content, `no` where there is nothing to do twice.
    An answer that can be changed carries the version as ETag.
    """

    parser_classes = (StrictJSONParser,)
    content_negotiation_class = JsonAlone
    metadata_class = None
    permission = ""
    any_of: tuple[str, ...] = ()  # permissions of which one is enough, in place of `permission`
    filters: tuple[str, ...] = ()
    of_scores: tuple[str, ...] = ()  # those of them that only who may see scores has
    answers_kept: Literal["with", "after", "no"] = "with"
    told_once: tuple[str, ...] = ()  # fields of an answer that are not kept: a secret
    told_anew: str = ""  # the field of an answer that alone is kept, where `tell_again` makes the rest anew

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Sign-in, then the permission, then the names of the filters and what no list can read. Raises NotPermitted, ValidationError."""
        super().initial(request, *args, **kwargs)
        self.by: Actor = actor_of(request)
        if self.any_of:
            require_any(self.by, self.any_of)
        elif self.permission:
            require(self.by, self.permission)
        known = [
            name for name in self.filters if name not in self.of_scores or can(self.by, "fraud.view_score")
        ]
        stray = sorted(set(request.query_params) - {*known, "format"})
        if stray:
            names = {"names": ", ".join(known)}
            said = (
                _("There is no such filter. There are: %(names)s.")
                if known
                else _("There is no such filter; this address takes none.")
            )
            raise ValidationError({name: ErrorDetail(said % names, "unknown_filter") for name in stray})
        if request.query_params.get("format", "json") != "json":
            raise self.wrong("format", _("The interface answers in JSON. Give format=json, or leave it out."))
        wrong = slips(request.query_params) or reversed_spans(request.query_params)
        if wrong:
            raise ValidationError({name: ErrorDetail(said, code) for name, (code, said) in wrong.items()})
        self._answer_once(request)

    def _answer_once(self, request: Request) -> None:
        method = str(request.method).lower()
        handler = getattr(self, method, None)
        if method not in CHANGING or handler is None or not request.headers.get("Idempotency-Key"):
            return
        if self.answers_kept != "no":
            once = import_string(settings.API_ANSWERS_ONCE)
            setattr(self, method, lambda *args, **kwargs: once(self, lambda: handler(*args, **kwargs)))

    def tell_again(self, kept: Any, *, status: int) -> Response:
        """The answer of a change that was done before, from what is kept of it. Raises Http404 for what is not theirs to see any more."""
        return Response(kept, status=status)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """The answer, with the version of what it tells as ETag."""
        told = getattr(response, "data", None)
        if response.status_code < 300 and isinstance(told, Mapping) and "ETag" not in response:
            tag = _tag(told, is_read=request.method == "GET")
            if tag:
                response["ETag"] = tag
        return super().finalize_response(request, response, *args, **kwargs)

    def input(self, serializer: type[serializers.Serializer]) -> Mapping[str, Any]:
        """The validated body. Raises ValidationError (400)."""
        checked = serializer(data=self._with_seen(serializer))
        checked.is_valid(raise_exception=True)
        return checked.validated_data

    def _with_seen(self, serializer: type[serializers.Serializer]) -> Any:
        """The body, its `seen` from If-Match where it has none. Raises VersionRequired (428), VersionNotValid and VersionsDiffer (400)."""
        body = self.request.data
        if not isinstance(body, Mapping) or not _takes_seen(serializer):
            return body
        given = self.request.headers.get("If-Match", "").removeprefix("W/").strip()
        plain = given.strip('"')
        if not given:  # "" in quotes is the version of what was never named
            if "seen" in body:
                return body
            raise VersionRequired
        is_number = isinstance(serializer().fields["seen"], serializers.IntegerField)
        seen = whole_number(plain) if is_number else plain
        if seen is None:
            raise VersionNotValid
        if "seen" in body and body["seen"] != seen:
            raise VersionsDiffer(seen, body["seen"])
        return {**body, "seen": seen}

    def version(self) -> int:
        """The version the caller saw. Raises VersionRequired (428) and VersionNotValid (400)."""
        given = self.request.headers.get("If-Match", "")
        if not given:
            raise VersionRequired
        version = whole_number(given.removeprefix("W/").strip().strip('"'))
        if version is None:
            raise VersionNotValid
        return version

    def page(self, rows: QuerySet, *, by: str, ascending: bool = False) -> Page:
        """A page of rows, newest first unless `ascending`. Raises ValidationError for a page size or cursor that cannot be used."""
        cursor = self.param("cursor")
        found = keyset_page(rows, by=by, cursor=cursor, size=self.page_size(), ascending=ascending)
        if cursor and not found.is_later:
            raise self.wrong("cursor", _("Give the `next` of the page before, unchanged."))
        return found

    @staticmethod
    def paged(rows: Any, page: Page, **more: Any) -> Response:
        """A page as it is answered; `next` is null on the last one."""
        return Response({"results": rows, "next": page.next_cursor or None, **more})

    def page_of(self, rows: Iterable[Any], *, key: Callable[[Any], str]) -> Page:
        """A page of rows that were put together, in the order of their keys (unique texts). Raises ValidationError as `page` does."""
        cursor, size = self.param("cursor"), self.page_size()
        after = read_cursor(cursor)
        if cursor and (after is None or after.order != _LISTED or not isinstance(after.value, str)):
            raise self.wrong("cursor", _("Give the `next` of the page before, unchanged."))
        ordered = sorted(((key(row), row) for row in rows), key=itemgetter(0))
        left = [pair for pair in ordered if after is None or pair[0] > str(after.value)]
        following = Cursor(_LISTED, left[size - 1][0], 0).as_text() if len(left) > size else ""
        return Page([row for _key, row in left[:size]], following, after is not None)

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
