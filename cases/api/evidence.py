"""Evidence: sending, listing, opening."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_view
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from audit.permissions import can
from audit.services import record_access
from audit.typed import whole_number
from cases.api.base import CaseworkView, describe
from cases.api.bodies import Upload
from cases.api.files import file_answer
from cases.api.my import my_request
from cases.api.serializers.person import MyEvidence
from cases.services import evidence as service
from cases.services.conflicts import relations_of
from cases.services.errors import CaseNotFound, EvidenceTooLarge

# What multipart wraps around a file.
_ENVELOPE = 64 * 1024


@extend_schema_view(
    post=describe(
        "Send a file",
        answer=MyEvidence,
        body={"multipart/form-data": Upload},
        ok=201,
        operation_id="my_evidence_create",
    )
)
class SendEvidence(CaseworkView):
    permission = "cases.submit_explanation"
    parser_classes = (MultiPartParser,)  # type: ignore[assignment]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse by the announced length before a byte of the body is read."""
        announced = whole_number(request.META.get("CONTENT_LENGTH") or "0", 18)
        if announced is None or announced > service.MAX_BYTES + _ENVELOPE:
            raise EvidenceTooLarge(mb=service.MAX_BYTES // 2**20)
        super().initial(request, *args, **kwargs)

    def post(self, request: Request, reference: str) -> Response:
        found = my_request(reference, self.by)
        service.check_may_add(request=found, by=self.by)
        data = self.input(Upload)
        added = service.add_evidence(request=found, name=data["file"].name, content=data["file"], by=self.by)
        return Response(MyEvidence(added).data, status=201)


@extend_schema_view(
    delete=describe("Take a file back", answer=None, ok=204, operation_id="my_evidence_withdraw")
)
class WithdrawEvidence(CaseworkView):
    permission = "cases.submit_explanation"

    def delete(self, request: Request, reference: str, evidence: str) -> Response:
        found = my_request(reference, self.by)
        row = found.evidence.filter(reference=evidence, withdrawn_at=None).select_related("case").first()
        if row is None:
            raise CaseNotFound
        service.withdraw_evidence(evidence=row, by=self.by)
        return Response(status=204)


@extend_schema_view(
    get=describe(
        "Open a file, as an attachment",
        answer={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        parameters=[OpenApiParameter("preview", OpenApiTypes.STR, enum=["true"])],
        operation_id="evidence_content",
    )
)
class OpenEvidence(CaseworkView):
    """For staff (logged) and for those whose file it is; everybody else gets what an absent file gets."""

    filters = ("preview",)

    def get(self, request: Request, evidence: str) -> Any:
        found = service.find_evidence(evidence)
        is_preview = self.one_of("preview", ("true",)) == "true"
        opened = service.open_evidence(evidence=found, by=self.by, preview=is_preview)
        relations = relations_of(self.by, found.case)
        if can(self.by, "cases.view_evidence") and not relations.is_cardholder:
            record_access(
                request=request._request,
                subject=f"evidence:{found.reference}",
                what="evidence",
                employee_no=found.case.cardholder.employee_no,
            )
        return file_answer(opened, inline=is_preview)
