"""The list behind a figure through the interface: the cases it is made of, each with what it adds."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.services import record_access
from cases.api.base import CaseworkView, describe
from cases.api.queue import FILTERS as QUEUE_FILTERS
from cases.api.queue import OF_SCORES
from cases.api.serializers.staff import Person
from cases.pages.figure_list import (
    CURRENCY,
    PERIOD,
    WORDS,
    FigureList,
    FigureRow,
    cases_of_figure,
    figure_list,
    figure_page,
)
from cases.pages.queue_filters import FILTERS as PAGE_FILTERS
from cases.papers.figures import export_figure
from cases.papers.tables import EXPORT, FORMS
from fraud.web.api import PAGING, query
from fraud.web.api_money import decimal_text
from fraud.web.api_strict import StrictCharField, StrictSerializer
from fraud.web.exports import EXPORT_REASON_MIN, download, export_reason

_NARROWING = [one for one in QUEUE_FILTERS if one.name in PAGE_FILTERS and one.name != PERIOD]
FILTERS = [
    query(CURRENCY, "Of an amount: its currency; default that of most cases."),
    query(
        PERIOD,
        "Days in which the decision was taken: `2026-03`, `2026-03-01..2026-03-31`; default the last 90. Not for `outstanding`.",
    ),
    *_NARROWING,
]


class FigureCase(serializers.Serializer):
    """A case and what it adds: `amount` as decimal text, or `days`."""

    case = serializers.CharField()
    cardholder = Person()
    merchant = serializers.CharField()
    disposition = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)
    amount = serializers.CharField(allow_null=True)
    days = serializers.FloatField(allow_null=True)


class FigureAnswer(serializers.Serializer):
    """A figure, how many cases it is made of, their sum as decimal text (or the median of their days), and a page of them, the largest first."""

    figure = serializers.CharField()
    words = serializers.CharField()
    currency = serializers.CharField()
    since = serializers.DateField(allow_null=True)
    until = serializers.DateField(allow_null=True)
    as_of = serializers.DateTimeField()
    n = serializers.IntegerField()
    total = serializers.CharField(allow_null=True)
    median_days = serializers.FloatField(allow_null=True)
    results = FigureCase(many=True)
    next = serializers.CharField(allow_null=True)


def _asked(view: CaseworkView, code: str) -> FigureList:
    """The list of the address. Raises Http404, ValidationError for a filter that cannot be read."""
    if code not in WORDS:
        raise Http404
    asked = QueryDict(view.request.query_params.urlencode(), mutable=True)
    for own in ("format", "cursor", "page_size"):
        asked.pop(own, None)
    told = figure_list(code, asked, view.by)
    if told.filters.problems:
        raise view.wrong("filters", " ".join(told.filters.problems))
    return told


def _row(told: FigureList, row: FigureRow, case: Any) -> dict[str, Any]:
    return {
        "case": case.reference,
        "cardholder": case.cardholder,
        "merchant": case.merchant.name if case.merchant else "",
        "disposition": case.disposition,
        "decided_at": case.decided_at,
        "amount": None if row.minor is None else decimal_text(row.minor, told.currency),
        "days": row.days,
    }


@extend_schema_view(
    get=describe(
        "List the cases behind a figure",
        answer=FigureAnswer,
        parameters=[*FILTERS, *PAGING],
        operation_id="figures_retrieve",
    )
)
class Figure(CaseworkView):
    """The cases a figure of the overview is made of, each with what it adds, as far as the caller may see them."""

    permission = "cases.view_case"
    filters = tuple(one.name for one in (*FILTERS, *PAGING))
    of_scores = OF_SCORES

    def get(self, request: Request, code: str) -> Response:
        told = _asked(self, code)
        found = figure_page(told, self.param("cursor"), self.page_size())
        if self.param("cursor") and not found.is_later:
            raise self.wrong("cursor", _("Give the `next` of the page before, unchanged."))
        record_access(request=request._request, subject="cases", what="case_list")
        cases = cases_of_figure(found.rows)
        answer = {
            "figure": told.code,
            "words": told.words,
            "currency": told.currency,
            "since": told.first,
            "until": told.last,
            "as_of": told.at,
            "n": len(told.rows),
            "total": decimal_text(told.total_minor or 0, told.currency) if told.is_money else None,
            "median_days": told.median,
            "results": [_row(told, row, cases[row.case_id]) for row in found.rows],
            "next": found.next_cursor or None,
        }
        return Response(FigureAnswer(answer).data)


class FigureExport(StrictSerializer):
    """As what, and what for."""

    kind = serializers.ChoiceField(choices=list(FORMS), default=FORMS[0])
    reason = StrictCharField(min_length=EXPORT_REASON_MIN, max_length=300)


_FILES = {
    (200, kind): OpenApiTypes.BINARY
    for kind in ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
}


@extend_schema_view(
    post=describe(
        "Export the cases behind a figure",
        answer=_FILES,
        body=FigureExport,
        parameters=FILTERS,
        operation_id="figures_export",
    )
)
class ExportFigure(CaseworkView):
    """All cases of a figure with their sum, as CSV or XLSX. A post, since the export and its reason are kept."""

    answers_kept = "no"  # a file
    permission = EXPORT
    filters = tuple(one.name for one in FILTERS)
    of_scores = OF_SCORES

    def post(self, request: Request, code: str) -> FileResponse:
        data = self.input(FigureExport)
        reason = export_reason(data["reason"])
        if len(reason) < EXPORT_REASON_MIN:
            raise self.wrong("reason", _("Say in a few words what the export is for."))
        told = _asked(self, code)
        asked = request.query_params.urlencode()
        made = export_figure(told=told, query=asked, form=data["kind"], reason=reason, by=self.by)
        return download(made.file, made.name, made.content_type)
