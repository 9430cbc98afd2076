"""Evidence: sending, listing, opening."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_view
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from audit.services import record_access
from audit.typed import whole_number
from cases.api.base import CaseworkView, describe
from cases.api.bodies import Upload
from cases.api.files import file_answer
from cases.api.my import my_case, my_request
from cases.api.serializers.person import MyEvidence
from cases.models import Case, ExplanationRequest
from cases.services import evidence as service
from cases.services import evidence_opening
from cases.services.errors import CaseNotFound, EvidenceTooLarge
from cases.services.files import own_file, waiting_files

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
    answers_kept = "after"  # a file beside the row
    told_anew = "reference"
    permission = "cases.submit_explanation"
    body_limit = 10**18  # `initial` refuses in the words of evidence
    parser_classes = (MultiPartParser,)  # type: ignore[assignment]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse by the announced length before a byte of the body is read."""
        announced = whole_number(request.META.get("CONTENT_LENGTH") or "0", 18)
        if announced is None or announced > service.MAX_BYTES + _ENVELOPE:
            raise EvidenceTooLarge(mb=service.MAX_BYTES // 2**20)
        super().initial(request, *args, **kwargs)

    def owner(self, reference: str) -> ExplanationRequest | Case:
        """What the file is for. Raises CaseNotFound."""
        return my_request(reference, self.by)

    def tell_again(self, kept: Any, *, status: int) -> Response:
        """The file as it stands. Raises CaseNotFound, also where it was taken back."""
        found = self.owner(self.kwargs["reference"])
        case = found if isinstance(found, Case) else found.case
        return Response(MyEvidence(own_file(case, kept["reference"], self.by)).data, status=status)

    def post(self, request: Request, reference: str) -> Response:
        found = self.owner(reference)
        service.check_may_add(request=found, by=self.by)
        data = self.input(Upload)
        added = service.add_evidence(request=found, name=data["file"].name, content=data["file"], by=self.by)
        return Response(MyEvidence(added).data, status=201)


@extend_schema_view(
    post=describe(
        "Send a file for the appeal, before the appeal itself",
        answer=MyEvidence,
        body={"multipart/form-data": Upload},
        ok=201,
        operation_id="my_appeal_evidence_create",
    )
)
class SendAppealEvidence(SendEvidence):
    permission = "cases.answer_notice"

    def owner(self, reference: str) -> ExplanationRequest | Case:
        return my_case(reference, self.by)


@extend_schema_view(
    delete=describe("Take a file back", answer=None, ok=204, operation_id="my_evidence_withdraw")
)
class WithdrawEvidence(CaseworkView):
    permission = "cases.submit_explanation"

    def delete(self, request: Request, reference: str, evidence: str) -> Response:
        found = my_request(reference, self.by)
        row = own_file(found.case, evidence, self.by)
        if row.request_id != found.pk:
            raise CaseNotFound
        service.withdraw_evidence(evidence=row, by=self.by)
        return Response(status=204)


@extend_schema_view(
    delete=describe(
        "Take a file back before the appeal", answer=None, ok=204, operation_id="my_appeal_evidence_withdraw"
    )
)
class WithdrawAppealEvidence(CaseworkView):
    permission = "cases.answer_notice"

    def delete(self, request: Request, reference: str, evidence: str) -> Response:
        case = my_case(reference, self.by)
        waiting = waiting_files(case, self.by, request=None)
        row = next((file for file in waiting if file.reference == evidence), None)
        if row is None:
            raise CaseNotFound
        service.withdraw_evidence(evidence=row, by=self.by)
        return Response(status=204)


@extend_schema_view(
    get=describe(
        "Open a file, as an attachment",
        answer={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        parameters=[
            OpenApiParameter(
                "preview", OpenApiTypes.STR, enum=["true"], description="the first page's picture"
            ),
            OpenApiParameter("page", OpenApiTypes.INT, description="the picture of a page, from 1"),
        ],
        operation_id="evidence_content",
    )
)
class OpenEvidence(CaseworkView):
    """For staff (logged) and for those whose file it is; everybody else gets what an absent file gets."""

    filters = ("preview", "page")

    def get(self, request: Request, evidence: str) -> Any:
        found = evidence_opening.find_evidence(evidence)
        number = self.page_number()
        opened = evidence_opening.open_evidence(evidence=found, by=self.by, page=number)
        if evidence_opening.is_staff_look(found, self.by):
            record_access(
                request=request._request,
                subject=f"evidence:{found.reference}",
                what="evidence",
                employee_no=found.case.cardholder.employee_no,
            )
        return file_answer(opened, inline=bool(number))

    def page_number(self) -> int:
        """The page whose picture is asked for, 0 for the file itself; what is no number finds no page."""
        typed = self.request.query_params.get("page", "")
        if typed:
            return whole_number(typed) or -1
        return 1 if self.one_of("preview", ("true",)) == "true" else 0
