"""Claims through the interface: taking them row by row, listing them, one with its scores and reasons."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_view
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from audit.language import current_language
from audit.permissions import can
from audit.services import record_access
from fraud.claims.api.serializers import ClaimRows, RowsAnswer
from fraud.claims.importing.profiles import ProfileUnknown, get_profile
from fraud.claims.importing.rows import RowResult, RowsResult, import_rows
from fraud.claims.importing.texts import sentence
from fraud.claims.models import Claim, ClaimFile
from fraud.claims.panels import scores_hidden_from
from fraud.claims.units import within_units
from fraud.detection.api.serializers import ClaimDetail, ClaimPage, ClaimRow
from fraud.detection.claim_export import claims_file, export_claims_of
from fraud.detection.claim_filters import ClaimFilters, filter_claims, read_filters
from fraud.web.api import PAGING, FraudView, describe, query
from fraud.web.api_bodies import StrictJSONParser
from fraud.web.api_shapes import ExportBody, ExportView

_MAX_BODY = 8 * 1024 * 1024
_FILTERS = [
    query("q", "External id, claim number, merchant, name or employee number."),
    query("from", "First day of the transaction, YYYY-MM-DD.", OpenApiTypes.DATE),
    query("to", "Last day of the transaction, YYYY-MM-DD.", OpenApiTypes.DATE),
    query("min", "Least amount, as decimal text."),
    query("max", "Greatest amount, as decimal text."),
    query("currency", "Only claims in this currency; `min` and `max` are in it, without it in KRW."),
    query("type", "Kind of transaction.", enum=Claim.TxnType.values),
    query("rule", "Code of a rule that matched; only for those who may see scores."),
    query("band", "Score band; only for those who may see scores.", enum=["low", "medium", "high"]),
    query("person", "Employee number."),
    query("merchant", "Merchant's number.", OpenApiTypes.INT),
    query("run", "Reference of a screening run that scored the claim."),
    query("file", "Reference of the claim file."),
]
_OF_SCORES = ("rule", "band", "run")


class LargeJSONParser(StrictJSONParser):
    """Strict JSON of at most 8 MB: a batch of claims."""

    max_bytes = _MAX_BODY


class DeliveryRefused(exceptions.APIException):
    """Nothing of the delivery was taken."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "delivery_refused"


@extend_schema_view(
    get=describe(
        "List claims", answer=ClaimPage, parameters=[*_FILTERS, *PAGING], operation_id="claims_list"
    ),
    post=describe("Deliver claims", answer=RowsAnswer, body=ClaimRows, operation_id="claims_deliver"),
)
class ClaimList(FraudView):
    """Current claims, newest first; and the way in for claims that come as rows instead of a file."""

    answers_kept = "after"
    parser_classes = (LargeJSONParser,)
    filters = (*(f.name for f in _FILTERS), "page_size", "cursor")
    of_scores = _OF_SCORES

    @property
    def permission(self) -> str:  # type: ignore[override]
        return "fraud.deliver_claims" if self.request.method == "POST" else "fraud.view_claim"

    def get(self, request: Request) -> Response:
        """A page of claims. Raises ValidationError for a filter that cannot be read."""
        page = self.page(self._rows(request), by="transacted_at")
        return Response({"results": ClaimRow(page.rows, many=True).data, "next": page.next_cursor or None})

    def _rows(self, request: Request) -> QuerySet[Claim]:
        return filter_claims(asked_of(self, request), self.by).select_related(
            "cardholder", "department", "merchant"
        )

    def post(self, request: Request) -> Response:
        """Take rows: each gets its own result, and sending the same rows again changes nothing."""
        body = self.input(ClaimRows)
        try:
            profile = get_profile(body["profile"])
        except ProfileUnknown as error:
            sentence_ = _("There is no such import profile. There are: %(names)s.") % {
                "names": ", ".join(error.known)
            }
            raise self.wrong("profile", sentence_) from error
        result = import_rows(rows=body["rows"], profile=profile, by=self.by, again=body.get("again", False))
        if result.file.state not in (ClaimFile.State.IMPORTED, ClaimFile.State.REJECTED):
            why = result.file.error or {"code": "failed", "params": {}}
            raise DeliveryRefused(
                sentence("file", why["code"], why["params"], current_language()), why["code"]
            )
        return Response(_answer(result))


def _answer(result: RowsResult) -> dict[str, Any]:
    file = result.file
    return {
        "file": file.reference,
        "read": file.n_rows,
        "accepted": file.n_accepted,
        "duplicate": file.n_duplicate,
        "superseding": file.n_superseding,
        "rejected": file.n_rejected,
        "rows": [_row(row) for row in result.rows],
    }


def _row(row: RowResult) -> dict[str, Any]:
    params = dict(row.params) if row.params else None
    message = sentence("row", row.code, params, current_language()) if row.code else ""
    return {
        "index": row.index,
        "outcome": row.outcome,
        "external_id": row.external_id,
        "column": row.column,
        "code": row.code,
        "message": message,
        "params": params,
    }


@extend_schema_view(
    get=describe("Read a claim", answer=ClaimDetail, refusals=(404,), operation_id="claims_read")
)
class ClaimOne(FraudView):
    """One claim version with its scores, reasons and rule hits."""

    permission = "fraud.view_claim"

    def get(self, request: Request, claim_id: int) -> Response:
        """The claim; looking at it is recorded. A blind sample shows no score to anybody, a claim none to those involved."""
        claims = within_units(Claim.objects.filter(pk=claim_id), self.by)
        claim = claims.select_related("cardholder", "department", "merchant").first()
        if claim is None:
            raise Http404
        record_access(
            request=request._request,
            subject=f"claim:{claim.pk}",
            what="claim",
            employee_no=claim.cardholder.employee_no,
        )
        shown = can(self.by, "fraud.view_score") and not scores_hidden_from(self.by, [claim.pk])
        return Response(ClaimDetail(claim, context={"scores": shown}).data)


@extend_schema_view(
    post=describe(
        "Export claims",
        answer={(200, "text/csv"): OpenApiTypes.STR},
        body=ExportBody,
        parameters=_FILTERS,
        operation_id="claims_export",
    )
)
class ExportClaims(ExportView):
    """The claims that the filters leave as CSV, at most 100,000; names are masked for everybody but the auditor."""

    permission = "cases.export_cases"
    filters = tuple(one.name for one in _FILTERS)
    of_scores = _OF_SCORES

    def post(self, request: Request) -> HttpResponseBase:
        """The file. Raises ValidationError for a filter that cannot be read."""
        reason = self.reason(self.input(ExportBody))
        found = asked_of(self, request)
        return claims_file(
            export_claims_of(found, request.query_params.urlencode(), reason=reason, by=self.by)
        )


def asked_of(view: FraudView, request: Request) -> ClaimFilters:
    """The filters of an address. Raises ValidationError for one that cannot be read."""
    may_see_scores = can(view.by, "fraud.view_score")
    found = read_filters(request.query_params, known={*view.filters, "format"}, may_see_scores=may_see_scores)
    if found.problems:
        raise view.wrong("filters", " ".join(found.problems))
    return found
