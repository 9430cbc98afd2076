"""The assurance report and the overview's tables through the interface."""

from __future__ import annotations

from datetime import date

from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.permissions import require
from audit.typed import month
from cases.api.base import CaseworkView, describe
from cases.pages.assurance import ACTION, Report, assurance_report, last_month
from cases.pages.figure_lines import Line, Pair
from cases.pages.figures import PERIODS, WINDOW_DAYS, current_figures
from cases.pages.overview import current_sections
from cases.papers.assurance import KINDS, cautions, export_assurance
from cases.papers.overview import export_overview
from cases.papers.tables import EXPORT, FORMS
from cases.services.company import company_today
from cases.visibility import hidden_cases
from fraud.web.api_strict import StrictCharField, StrictSerializer
from fraud.web.exports import EXPORT_REASON_MIN, download, export_reason


class FigureValue(serializers.Serializer):
    """A figure of one month: a share in [0, 1], a count, days, or an amount as decimal text; null where nothing is known."""

    value = serializers.JSONField(allow_null=True)
    found = serializers.IntegerField(allow_null=True)
    of = serializers.IntegerField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    list = serializers.CharField()


class FigurePair(serializers.Serializer):
    """A figure of the month and of the month before; null where a month has none."""

    code = serializers.CharField()
    words = serializers.CharField()
    unit = serializers.CharField()
    now = FigureValue(allow_null=True)
    before = FigureValue(allow_null=True)


class FigureSection(serializers.Serializer):
    code = serializers.CharField()
    words = serializers.CharField()
    note = serializers.CharField()
    figures = FigurePair(many=True)


class AssuranceAnswer(serializers.Serializer):
    month = serializers.CharField()
    before = serializers.CharField()
    at = serializers.DateTimeField()
    cautions = serializers.ListField(child=serializers.CharField())
    sections = serializers.SerializerMethodField()

    @extend_schema_field(FigureSection(many=True))
    def get_sections(self, told: dict) -> list:
        return told["sections"]


def told(report: Report) -> dict[str, object]:
    """The report as plain values."""
    sections = [
        {
            "code": section.code,
            "words": section.words,
            "note": section.note,
            "figures": [_pair(pair) for pair in section.pairs],
        }
        for section in report.sections
    ]
    return {
        "month": f"{report.first:%Y-%m}",
        "before": f"{report.before:%Y-%m}",
        "at": report.at,
        "cautions": cautions(report),
        "sections": sections,
    }


def _pair(pair: Pair) -> dict[str, object]:
    line = pair.line
    return {
        "code": line.code,
        "words": line.words,
        "unit": line.unit,
        "now": _value(pair.now),
        "before": _value(pair.before),
    }


def _value(line: Line | None) -> dict[str, object] | None:
    if line is None:
        return None
    value = line.plain(line.value.value)
    return {
        "value": str(value) if line.currency and value is not None else value,
        "found": line.value.n,
        "of": line.value.of,
        "low": line.plain(line.value.low),
        "high": line.plain(line.value.high),
        "list": line.href,
    }


@extend_schema_view(
    get=describe(
        "Read the assurance report of a month",
        answer=AssuranceAnswer,
        parameters=[
            OpenApiParameter("month", OpenApiTypes.STR, description="Default the last month that is over.")
        ],
        operation_id="assurance_retrieve",
    )
)
class Assurance(CaseworkView):
    """Figures of a month beside those of the month before, without the cases the caller is involved in."""

    permission = ACTION
    filters = ("month",)

    def get(self, request: Request) -> Response:
        first = _month(self, self.param("month"))
        return Response(AssuranceAnswer(told(assurance_report(first, self.by))).data)


def _month(view: CaseworkView, text: str) -> date:
    today = company_today()
    found = month(text) if text else last_month(today)
    if found is None or not date(2000, 1, 1) <= found <= today:
        raise view.wrong("month", _("“%(text)s” is not a month; write it as 2026-03.") % {"text": text[:30]})
    return found


class AssuranceExport(StrictSerializer):
    """Which month, as what, and what for."""

    month = StrictCharField(max_length=7, required=False, allow_blank=True, default="")
    kind = serializers.ChoiceField(choices=list(KINDS), default=KINDS[0])
    reason = StrictCharField(min_length=EXPORT_REASON_MIN, max_length=300)


class FiguresExport(StrictSerializer):
    """Of how many days, as what, and what for."""

    days = serializers.ChoiceField(choices=list(PERIODS), default=WINDOW_DAYS)
    kind = serializers.ChoiceField(choices=list(FORMS), default=FORMS[0])
    reason = StrictCharField(min_length=EXPORT_REASON_MIN, max_length=300)


_FILES = {
    (200, kind): OpenApiTypes.BINARY
    for kind in (
        "application/pdf",
        "text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
}


def _reason(view: CaseworkView, text: str) -> str:
    reason = export_reason(text)
    if len(reason) < EXPORT_REASON_MIN:
        raise view.wrong("reason", _("Say in a few words what the export is for."))
    return reason


@extend_schema_view(
    post=describe(
        "Export the assurance report", answer=_FILES, body=AssuranceExport, operation_id="assurance_export"
    )
)
class ExportAssurance(CaseworkView):
    """The report as PDF, CSV or XLSX. A post, since the export and its reason are kept."""

    answers_kept = "no"  # a file
    permission = ACTION

    def post(self, request: Request) -> FileResponse:
        data = self.input(AssuranceExport)
        reason, first = _reason(self, data["reason"]), _month(self, data["month"])
        report = assurance_report(first, self.by)
        made = export_assurance(report=report, kind=data["kind"], reason=reason, by=self.by)
        return download(made.file, made.name, made.content_type)


@extend_schema_view(
    post=describe(
        "Export the overview's tables",
        answer={key: kind for key, kind in _FILES.items() if key[1] != "application/pdf"},
        body=FiguresExport,
        operation_id="reports_export",
    )
)
class ExportFigures(CaseworkView):
    """What the overview counts, as CSV or XLSX. A post, since the export and its reason are kept."""

    answers_kept = "no"  # a file
    permission = EXPORT

    def post(self, request: Request) -> FileResponse:
        data = self.input(FiguresExport)
        reason = _reason(self, data["reason"])
        require(self.by, "cases.view_case")
        figures = current_figures(company_today(), hidden_cases(self.by), data["days"])
        sections = current_sections(figures, company_today(), hidden_cases(self.by))
        made = export_overview(
            figures=figures, sections=sections, form=data["kind"], reason=reason, by=self.by
        )
        return download(made.file, made.name, made.content_type)
