"""What became of delivered claims. A data client reads its own deliveries; to it, others do not exist."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from audit.permissions import Scope, require
from audit.services import record_access
from fraud.claims.api.serializers import DeliveryDetail, DeliveryPage, DeliveryRow, RejectPage, RejectRow
from fraud.claims.models import ClaimFile
from fraud.web.api import PAGING, FraudView, describe


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
