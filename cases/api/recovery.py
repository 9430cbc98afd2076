"""Recovery: the ledger, postings, write-offs, and reconciliation with bank and payroll files."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from audit.services import record_access
from cases.api.base import CaseworkView, case_of, describe
from cases.api.serializers import inputs
from cases.api.serializers.staff import PostingReportAnswer, RecoveryDetail, RecoveryPage
from cases.models import Case, Recovery, RecoveryPosting
from cases.services import reconciliation, recovery, write_offs
from cases.services.conflicts import relations_of
from cases.services.errors import CaseNotFound
from cases.visibility import visible_cases

MAX_ROWS = 200


def posting_of(case: Case, number: int) -> RecoveryPosting:
    """A posting of the case's recovery. Raises CaseNotFound."""
    found = RecoveryPosting.objects.filter(recovery__case=case, pk=number)
    posting = found.select_related("recovery__case", "posted_by").first()
    if posting is None:
        raise CaseNotFound
    return posting


def _answer(case: Case, *, status: int = 200) -> Response:
    fresh = case_of(case.reference)
    detail = RecoveryDetail(recovery.the_recovery(fresh)).data
    return Response(detail, status=status, headers={"ETag": f'"{fresh.version}"'})


def _describe(summary: str, body: Any, *, ok: int = 200) -> Any:
    return extend_schema_view(post=describe(summary, answer=RecoveryDetail, body=body, versioned=True, ok=ok))


@extend_schema_view(get=describe("Read a recovery", answer=RecoveryDetail))
class RecoveryRead(CaseworkView):
    permission = "cases.view_recovery"

    def get(self, request: Request, reference: str) -> Response:
        case = case_of(reference)
        if relations_of(self.by, case).involvement:
            raise CaseNotFound
        record_access(
            request=request._request,
            subject=f"case:{reference}",
            what="recovery",
            employee_no=case.cardholder.employee_no,
        )
        return _answer(case)


VIEWS = ("open", "write_off", "closed", "all")


@extend_schema_view(
    get=describe(
        "List recoveries, the first due first",
        answer=RecoveryPage,
        parameters=[
            OpenApiParameter("view", OpenApiTypes.STR, enum=list(VIEWS), description="Default `open`.")
        ],
        operation_id="recoveries_list",
    )
)
class RecoveryList(CaseworkView):
    """At most 200 recoveries, without those the caller is involved in."""

    permission = "cases.view_recovery"

    def get(self, request: Request) -> Response:
        stray = sorted(set(request.query_params) - {"view", "format"})
        view = str(request.query_params.get("view", "open"))
        if stray or view not in VIEWS:
            raise ValidationError({name: _("There is no such filter.") for name in stray or ["view"]})
        rows = Recovery.objects.filter(case__in=visible_cases(self.by)).select_related(
            "case", "write_off_requested_by"
        )
        if view != "all":
            rows = rows.filter(closed_at__isnull=view != "closed")
        if view == "write_off":
            rows = rows.filter(write_off=Recovery.WriteOff.REQUESTED)
        rows = rows.prefetch_related("postings__posted_by", "postings__confirmed_by").order_by("due_on", "id")
        record_access(request=request._request, subject="recoveries", what="recovery_list")
        return Response({"results": RecoveryDetail(rows[:MAX_ROWS], many=True).data})


class _Step(CaseworkView):
    body: type[serializers.Serializer] = inputs.Empty
    ok = 200

    def act(self, case: Case, version: int, data: Any, number: int) -> Any:
        raise NotImplementedError

    def post(self, request: Request, reference: str, number: int = 0) -> Any:
        version, data = self.version(), self.input(self.body)
        return self.once(lambda: self._step(reference, number, version, data))

    def _step(self, reference: str, number: int, version: int, data: Any) -> Response:
        case = case_of(reference)
        self.act(case, version, data, number)
        return _answer(case, status=self.ok)


@_describe("Agree instalments", inputs.Plan)
class Plan(_Step):
    permission = "cases.post_recovery"
    body = inputs.Plan

    def act(self, case: Case, version: int, data: Any, number: int) -> None:
        plan = [recovery.Instalment(part["due_on"], part["amount_minor"]) for part in data["plan"]]
        recovery.set_plan(case=case, plan=plan, by=self.by, expected_version=version)


@_describe("Post money received", inputs.Posting, ok=201)
class Post(_Step):
    permission = "cases.post_recovery"
    body = inputs.Posting
    ok = 201

    def act(self, case: Case, version: int, data: Any, number: int) -> None:
        given = {**data, "method": RecoveryPosting.Method(data["method"])}
        recovery.post_recovery(case=case, by=self.by, expected_version=version, **given)


@_describe("Reverse a posting by a counter-posting", inputs.Reason, ok=201)
class Reverse(_Step):
    permission = "cases.reverse_posting"
    body = inputs.Reason
    ok = 201

    def act(self, case: Case, version: int, data: Any, number: int) -> None:
        posting = posting_of(case, number)
        recovery.reverse_posting(posting=posting, reason=data["reason"], by=self.by, expected_version=version)


@_describe("Confirm a posting of somebody else", inputs.Empty)
class Confirm(_Step):
    permission = "cases.reverse_posting"

    def act(self, case: Case, version: int, data: Any, number: int) -> None:
        recovery.confirm_posting(posting=posting_of(case, number), by=self.by)


@_describe("Ask for a write-off of what is outstanding", inputs.Reason)
class RequestWriteOff(_Step):
    permission = "cases.request_write_off"
    body = inputs.Reason

    def act(self, case: Case, version: int, data: Any, number: int) -> None:
        write_offs.request_write_off(case=case, reason=data["reason"], by=self.by, expected_version=version)


@_describe("Approve a write-off of exactly this amount", inputs.ApproveWriteOff)
class ApproveWriteOff(_Step):
    permission = "cases.approve_write_off"
    body = inputs.ApproveWriteOff

    def act(self, case: Case, version: int, data: Any, number: int) -> None:
        write_offs.approve_write_off(
            case=case,
            amount_minor=data["amount_minor"],
            by=self.by,
            expected_version=version,
            reason=data.get("reason", ""),
        )


@_describe("Return a write-off", inputs.Reason)
class ReturnWriteOff(_Step):
    permission = "cases.approve_write_off"
    body = inputs.Reason

    def act(self, case: Case, version: int, data: Any, number: int) -> None:
        write_offs.return_write_off(case=case, reason=data["reason"], by=self.by, expected_version=version)


@extend_schema_view(
    post=describe(
        "Reconcile a bank or payroll file",
        answer=PostingReportAnswer,
        body={"multipart/form-data": inputs.Upload},
    )
)
class ImportPostings(CaseworkView):
    permission = "cases.post_recovery"
    parser_classes = (MultiPartParser,)  # type: ignore[assignment]

    def post(self, request: Request) -> Response:
        data = self.input(inputs.Upload)
        content = data["file"].read(reconciliation.MAX_BYTES + 1)
        report = reconciliation.import_postings(content=content, by=self.by)
        return Response(PostingReportAnswer(report).data)
