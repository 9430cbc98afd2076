"""Recovery: the ledger, postings, write-offs, and reconciliation with bank and payroll files."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_view
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from audit.services import record_access
from cases.api.actions import answer_recovery
from cases.api.base import CaseworkView, describe
from cases.api.bodies import StatementUpload
from cases.api.serializers.recoveries import PostingReportAnswer, RecoveryDetail, RecoveryPage
from cases.models import Recovery
from cases.services import reconciliation
from cases.visibility import find_recovery, visible_recoveries
from fraud.web.api import ONLY_PAGING, PAGING


@extend_schema_view(get=describe("Read a recovery", answer=RecoveryDetail))
class RecoveryRead(CaseworkView):
    permission = "cases.view_recovery"

    def get(self, request: Request, reference: str) -> Response:
        case = find_recovery(reference, self.by).case
        record_access(
            request=request._request,
            subject=f"case:{reference}",
            what="recovery",
            employee_no=case.cardholder.employee_no,
        )
        return answer_recovery(case)


VIEWS = ("open", "write_off", "closed", "all")


@extend_schema_view(
    get=describe(
        "List recoveries, the first due first",
        answer=RecoveryPage,
        parameters=[
            OpenApiParameter("view", OpenApiTypes.STR, enum=list(VIEWS), description="Default `open`."),
            *PAGING,
        ],
        operation_id="recoveries_list",
    )
)
class RecoveryList(CaseworkView):
    """Recoveries without those the caller is involved in, keyset paged."""

    permission = "cases.view_recovery"
    filters = ("view", *ONLY_PAGING)

    def get(self, request: Request) -> Response:
        view = self.one_of("view", VIEWS, "open")
        rows = visible_recoveries(self.by).select_related("case", "write_off_requested_by")
        if view != "all":
            rows = rows.filter(closed_at__isnull=view != "closed")
        if view == "write_off":
            rows = rows.filter(write_off=Recovery.WriteOff.REQUESTED)
        rows = rows.prefetch_related("postings__posted_by", "postings__confirmed_by").order_by()
        page = self.page(rows, by="due_on", ascending=True)
        record_access(request=request._request, subject="recoveries", what="recovery_list")
        return self.paged(RecoveryDetail(page.rows, many=True).data, page)


@extend_schema_view(
    post=describe(
        "Reconcile a bank or payroll file",
        answer=PostingReportAnswer,
        body={"multipart/form-data": StatementUpload},
    )
)
class ImportPostings(CaseworkView):
    answers_kept = "after"
    permission = "cases.post_recovery"
    body_limit = reconciliation.MAX_BYTES
    parser_classes = (MultiPartParser,)  # type: ignore[assignment]

    def post(self, request: Request) -> Response:
        data = self.input(StatementUpload)
        content = data["file"].read(reconciliation.MAX_BYTES + 1)
        report = reconciliation.import_postings(
            content=content, by=self.by, name=data["file"].name or "", profile=data["profile"]
        )
        return Response(PostingReportAnswer(report).data)
