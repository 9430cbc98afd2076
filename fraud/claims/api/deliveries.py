"""What became of delivered claims. A data client reads its own deliveries; to it, others do not exist."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from audit.language import current_language
from audit.permissions import Scope, require
from audit.services import record_access
from fraud.claims.api.serializers import DeliveryDetail, DeliveryPage, DeliveryRow, RejectPage, RejectRow
from fraud.claims.importing.cancelling import cancel_import
from fraud.claims.importing.uploads import resume_upload
from fraud.claims.models import ClaimFile
from fraud.claims.reject_file import rejects_file
from fraud.web.api import PAGING, FraudView, describe
from fraud.web.api_shapes import ExportBody, ExportView


class DeliveryView(FraudView):
    """What the three endpoints share."""

    permission = "fraud.view_delivery"

    def files(self) -> QuerySet[ClaimFile]:
        """All that the caller may read."""
        files = ClaimFile.objects.select_related("profile")
        if require(self.by, self.permission) == Scope.OWN:
            files = files.filter(received_by=self.by.username)
        return files

    def file(self, reference: str) -> ClaimFile:
        """Raises Http404 for what is not there and for what is not theirs, alike."""
        found = self.files().filter(reference=reference).first()
        if found is None:
            raise Http404
        return found


@extend_schema_view(
    get=describe("List deliveries", answer=DeliveryPage, parameters=PAGING, operation_id="deliveries_list")
)
class DeliveryList(DeliveryView):
    """Deliveries, newest first."""

    filters = ("page_size", "cursor")

    def get(self, request: Request) -> Response:
        """A page of deliveries."""
        page = self.page(self.files().defer("notes", "totals", "error"), by="received_at")
        return Response({"results": DeliveryRow(page.rows, many=True).data, "next": page.next_cursor or None})


@extend_schema_view(
    get=describe("Read a delivery", answer=DeliveryDetail, refusals=(404,), operation_id="deliveries_read")
)
class DeliveryOne(DeliveryView):
    """One delivery: read = accepted + duplicate + superseding + rejected, and the same in money."""

    def get(self, request: Request, reference: str) -> Response:
        """The delivery. Raises Http404."""
        return Response(DeliveryDetail(self.file(reference)).data)


@extend_schema_view(
    get=describe(
        "List rejected rows",
        answer=RejectPage,
        parameters=PAGING,
        refusals=(404,),
        operation_id="deliveries_rejects",
    )
)
class RejectList(DeliveryView):
    """The rows that were not taken, last line first; the look is recorded."""

    filters = ("page_size", "cursor")

    def get(self, request: Request, reference: str) -> Response:
        """A page of rejected rows. Raises Http404."""
        file = self.file(reference)
        page = self.page(file.rejects.all(), by="line")
        if page.rows:
            record_access(request=request._request, subject=f"file:{file.reference}", what="rejected rows")
        return Response({"results": RejectRow(page.rows, many=True).data, "next": page.next_cursor or None})


@extend_schema_view(
    post=describe(
        "Export rejected rows",
        answer={(200, "text/csv"): OpenApiTypes.STR},
        body=ExportBody,
        refusals=(404,),
        operation_id="deliveries_rejects_export",
    )
)
class ExportRejects(ExportView, DeliveryView):
    """The rows that were not taken as CSV, as they were sent but for card and resident numbers; reason and look are recorded."""

    permission = "fraud.view_file"

    def post(self, request: Request, reference: str) -> HttpResponseBase:
        """The file. Raises Http404, ValidationError."""
        file = get_object_or_404(ClaimFile, reference=reference)
        reason = self.reason(self.input(ExportBody))
        record_access(
            request=request._request,
            subject=f"file:{file.reference}",
            what="rejected rows, downloaded",
            reason=reason,
        )
        return rejects_file(file, current_language())


@extend_schema_view(
    post=describe(
        "Resume or cancel a delivery", answer=DeliveryDetail, refusals=(404,), operation_id="deliveries_step"
    )
)
class DeliverySteps(DeliveryView):
    """`resume` starts a large file again that stopped, `cancel` stops one that is being read; what is stored stays either way."""

    answers_kept = "after"  # a process of its own goes on with it
    permission = "fraud.import_claims"

    def post(self, request: Request, reference: str, name: str) -> Response:
        """Raises Http404, NotPermitted."""
        steps = {"resume": resume_upload, "cancel": cancel_import}
        if name not in steps:
            raise Http404
        file = get_object_or_404(ClaimFile.objects.select_related("profile"), reference=reference)
        steps[name](file=file, by=self.by)
        file.refresh_from_db()
        return Response(DeliveryDetail(file).data)
