"""Asking, deciding, approving, appeals, reopening: the reviewer's and the approver's endpoints."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.actions import CaseAction, answer_case, describe_action
from cases.api.base import CaseworkView, case_of, describe
from cases.api.queue import claims_of
from cases.api.serializers import inputs
from cases.api.serializers.staff import BulkAnswer, BulkOutcomeRow, CaseDetail, RequestPreview, TipAnswer
from cases.dispositions import Disposition
from cases.models import Appeal, Case
from cases.pages.outcomes import said_of_bulk
from cases.services import appeals, by_hand, decisions, explanations, notes
from cases.services.errors import CaseNotFound
from cases.visibility import find_case


@describe_action("Write a note", inputs.Note)
class Note(CaseAction):
    permission = "cases.write_note"
    body = inputs.Note

    def act(self, case: Case, version: int, data: Any) -> None:
        notes.add_note(case=case, text=data["text"], by=self.by, expected_version=version)


@extend_schema_view(
    get=describe(
        "Preview the request that would be sent",
        answer=RequestPreview,
        parameters=[OpenApiParameter("language", OpenApiTypes.STR, enum=["ko", "en"])],
    )
)
class PreviewRequest(CaseworkView):
    permission = "cases.request_explanation"

    def get(self, request: Request, reference: str) -> Response:
        language = str(request.query_params.get("language", ""))[:2]
        text = explanations.preview_request_text(case=find_case(reference, self.by), language=language)
        return Response(RequestPreview(text).data)


@describe_action("Ask the cardholder for an explanation", inputs.Ask)
class Ask(CaseAction):
    permission = "cases.request_explanation"
    body = inputs.Ask

    def act(self, case: Case, version: int, data: Any) -> None:
        explanations.request_explanation(
            case=case,
            by=self.by,
            expected_version=version,
            text=data.get("text", ""),
            questions=data.get("questions"),
            language=data.get("language", ""),
        )


@describe_action("Withdraw the open request", inputs.Reason)
class Withdraw(CaseAction):
    permission = "cases.request_explanation"
    body = inputs.Reason

    def act(self, case: Case, version: int, data: Any) -> None:
        explanations.withdraw_request(case=case, by=self.by, expected_version=version, reason=data["reason"])


@describe_action("Extend the deadline", inputs.Extend)
class Extend(CaseAction):
    permission = "cases.request_explanation"
    body = inputs.Extend

    def act(self, case: Case, version: int, data: Any) -> None:
        explanations.extend_deadline(
            case=case, days=data["days"], by=self.by, expected_version=version, reason=data.get("reason", "")
        )


@describe_action("Propose a decision", inputs.Propose)
class Propose(CaseAction):
    permission = "cases.propose_decision"
    body = inputs.Propose

    def act(self, case: Case, version: int, data: Any) -> None:
        given = dict(data)
        disposition = Disposition(given.pop("disposition"))
        decisions.propose_decision(
            case=case, disposition=disposition, by=self.by, expected_version=version, **given
        )


@describe_action("Close as legitimate", inputs.Close)
class Close(CaseAction):
    permission = "cases.propose_decision"
    body = inputs.Close

    def act(self, case: Case, version: int, data: Any) -> None:
        decisions.close_legitimate(
            case=case,
            disposition_reason=data["disposition_reason"],
            reason=data["reason"],
            by=self.by,
            expected_version=version,
        )


@extend_schema_view(post=describe("Close many as legitimate", answer=BulkAnswer, body=inputs.BulkClose))
class BulkClose(CaseworkView):
    permission = "cases.bulk_close"

    def post(self, request: Request) -> Any:
        data = self.input(inputs.BulkClose)
        return self.once(lambda: self._close(data))

    def _close(self, data: Any) -> Response:
        results = []
        items = []
        for row in data["cases"]:
            try:
                items.append(decisions.BulkItem(case_of(row["reference"]), row["version"]))
            except CaseNotFound as error:
                results.append(decisions.BulkOutcome(row["reference"], "refused", error.code, error.sentence))
        results += decisions.bulk_close(
            items=items, disposition_reason=data["disposition_reason"], reason=data["reason"], by=self.by
        )
        told = {"sentence": said_of_bulk(results), "results": BulkOutcomeRow(results, many=True).data}
        return Response(told)


@describe_action("Approve a proposal", inputs.Approve)
class Approve(CaseAction):
    permission = "cases.approve_decision"
    body = inputs.Approve

    def act(self, case: Case, version: int, data: Any) -> None:
        decisions.approve_decision(
            case=case,
            content_hash=data["content_hash"],
            by=self.by,
            expected_version=version,
            reason=data.get("reason", ""),
        )


@describe_action("Return a proposal", inputs.Reason)
class Return(CaseAction):
    permission = "cases.approve_decision"
    body = inputs.Reason

    def act(self, case: Case, version: int, data: Any) -> None:
        decisions.return_decision(case=case, reason=data["reason"], by=self.by, expected_version=version)


@describe_action("Decide an appeal", inputs.DecideAppeal)
class DecideAppeal(CaseAction):
    permission = "cases.decide_appeal"
    body = inputs.DecideAppeal

    def act(self, case: Case, version: int, data: Any) -> None:
        appeals.decide_appeal(
            case=case,
            result=Appeal.Result(data["result"]),
            reason=data["reason"],
            by=self.by,
            expected_version=version,
            amount_minor=data.get("amount_minor"),
            message=data.get("message", ""),
        )


@extend_schema_view(
    post=describe(
        "Reopen a closed case; answers its successor",
        answer=CaseDetail,
        body=inputs.Reason,
        versioned=True,
        ok=201,
    )
)
class Reopen(CaseworkView):
    permission = "cases.reopen_case"

    def post(self, request: Request, reference: str) -> Any:
        version, data = self.version(), self.input(inputs.Reason)
        return self.once(lambda: self._reopen(reference, version, data["reason"]))

    def _reopen(self, reference: str, version: int, reason: str) -> Response:
        successor = by_hand.reopen_case(
            case=case_of(reference), reason=reason, by=self.by, expected_version=version
        )
        return answer_case(successor, self.by, status=201)


@extend_schema_view(post=describe("Record a tip", answer=TipAnswer, body=inputs.Tip, ok=201))
class Tip(CaseworkView):
    permission = "cases.record_tip"

    def post(self, request: Request) -> Any:
        data = self.input(inputs.Tip)
        return self.once(lambda: self._record(data))

    def _record(self, data: Any) -> Response:
        claim = claims_of([data["claim"]], data.get("source_system", ""))[0]
        tip = by_hand.record_tip(
            claim=claim, text=data["text"], by=self.by, origin=data.get("origin", "hotline")
        )
        return Response(TipAnswer(tip).data, status=201)
