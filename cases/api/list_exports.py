"""Lists as CSV through the interface, each with the reason that is kept: labels, the ledger."""

from __future__ import annotations

from django.http import QueryDict
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_view
from rest_framework.request import Request

from audit.exports import csv_response
from cases.api.base import CaseworkView, describe
from cases.pages import labels, ledger
from fraud.claims.outcomes.words import SOURCE_WORDS
from fraud.web.api import query
from fraud.web.api_shapes import ExportBody, ExportView

_CSV = {(200, "text/csv"): OpenApiTypes.STR}
_LABEL_FILTERS = [
    query("q", "Claim."),
    query("source", "", enum=list(SOURCE_WORDS)),
    query("scheme", "Kind of misuse."),
    query("outcome", "", enum=list(labels.VERDICTS)),
    query("from", "Known from this day on.", OpenApiTypes.DATE),
    query("to", "Known up to this day.", OpenApiTypes.DATE),
]


@extend_schema_view(
    post=describe(
        "Export labels", answer=_CSV, body=ExportBody, parameters=_LABEL_FILTERS, operation_id="labels_export"
    )
)
class ExportLabels(ExportView, CaseworkView):
    """The labels that the filters leave, without those of claims the caller is involved in."""

    permission = "fraud.view_labels"
    filters = tuple(one.name for one in _LABEL_FILTERS)

    def post(self, request: Request) -> HttpResponseBase:
        """The file. Raises ValidationError for a filter that cannot be read."""
        reason = self.reason(self.input(ExportBody))
        asked = QueryDict(request.query_params.urlencode(), mutable=True)
        asked.pop("format", None)
        found = labels.read_label_filters(asked)
        if found.problems:
            raise self.wrong("filters", " ".join(found.problems))
        lines = labels.export_labels(found, asked.urlencode(), reason=reason, by=self.by)
        return csv_response("labels", labels.EXPORT_HEAD, lines)


@extend_schema_view(
    post=describe(
        "Export the recovery ledger", answer=_CSV, body=ExportBody, operation_id="recoveries_export"
    )
)
class ExportLedger(ExportView, CaseworkView):
    """Every recovery the caller sees, with how it stands."""

    permission = "cases.view_recovery"

    def post(self, request: Request) -> HttpResponseBase:
        """The file. Raises ValidationError."""
        reason = self.reason(self.input(ExportBody))
        lines = ledger.export_ledger(reason=reason, by=self.by)
        return csv_response("recovery", ledger.EXPORT_HEAD, lines)
