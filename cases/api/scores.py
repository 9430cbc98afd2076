"""The export of scores through the interface."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_view
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from audit.exports import csv_response
from cases.api.base import CaseworkView, describe
from cases.pages.score_rows import ACTION, HEAD, Nights, export_scores
from fraud.web.api_strict import StrictCharField, StrictDateField, StrictSerializer
from fraud.web.exports import EXPORT_REASON_MIN, export_reason


class ScoreExport(StrictSerializer):
    """Nights and the reason; with neither run nor days every night there is."""

    reason = StrictCharField(min_length=EXPORT_REASON_MIN, max_length=300)
    run = StrictCharField(max_length=20, required=False, allow_blank=True, default="")
    since = StrictDateField(required=False, allow_null=True, default=None)
    until = StrictDateField(required=False, allow_null=True, default=None)


@extend_schema_view(
    post=describe(
        "Export scores",
        answer={(200, "text/csv"): OpenApiTypes.STR},
        body=ScoreExport,
        operation_id="scores_export",
    )
)
class ExportScores(CaseworkView):
    """A line for each claim and night as CSV, streamed. A post, since the export and its reason are kept."""

    answers_kept = "no"  # a file
    permission = ACTION

    def post(self, request: Request) -> HttpResponseBase:
        """The file. Raises ValidationError for nights of which there is none."""
        data = self.input(ScoreExport)
        reason = export_reason(data["reason"])
        if len(reason) < EXPORT_REASON_MIN:
            raise self.wrong("reason", _("Say in a few words what the export is for."))
        nights = Nights(run=data["run"], since=data["since"], until=data["until"])
        if not nights.runs().exists():
            raise ValidationError({"run": ErrorDetail(_("No night was screened in these days."), "no_night")})
        lines = export_scores(nights, reason=reason, by=self.by)
        return csv_response("scores", HEAD, lines)
