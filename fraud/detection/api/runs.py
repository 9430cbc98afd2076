"""Screening runs through the interface."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from fraud.detection.api.serializers import RunDetail, RunPage, RunRow
from fraud.detection.models import ScreeningRun
from fraud.web.api import PAGING, FraudView, describe


@extend_schema_view(
    get=describe("List screening runs", answer=RunPage, parameters=PAGING, operation_id="runs_list")
)
class RunList(FraudView):
    """Runs by business date, newest first."""

    permission = "fraud.view_run"
    filters = ("page_size", "cursor")

    def get(self, request: Request) -> Response:
        """A page of runs."""
        rows = ScreeningRun.objects.select_related("model_version").defer("rule_set")
        page = self.page(rows, by="business_date")
        return Response({"results": RunRow(page.rows, many=True).data, "next": page.next_cursor or None})


@extend_schema_view(
    get=describe("Read a screening run", answer=RunDetail, refusals=(404,), operation_id="runs_read")
)
class RunOne(FraudView):
    """One run: stages with counts and seconds, model and rule set, rules it could not judge."""

    permission = "fraud.view_run"

    def get(self, request: Request, reference: str) -> Response:
        """The run. Raises Http404."""
        rows = ScreeningRun.objects.select_related("model_version", "shadow_version").defer("rule_set")
        run = rows.filter(reference=reference).first()
        if run is None:
            raise Http404
        return Response(RunDetail(run).data)
