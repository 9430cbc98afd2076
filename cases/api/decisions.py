"""The text of a request before it is sent, closing many, tips: what is no step on one case."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from cases.actions.opening import BULK_CLOSE, TIP, BulkRow
from cases.api.base import CaseworkView, describe
from cases.api.bodies import body_of
from cases.api.queue import claims_of
from cases.api.serializers.staff import BulkAnswer, BulkOutcomeRow, RequestPreview, TipAnswer
from cases.pages.outcomes import said_of_bulk
from cases.services import by_hand, decisions, explanation_requests
from cases.services.errors import CaseNotFound
from cases.visibility import find_case


@extend_schema_view(
    get=describe(
        "Preview the request that would be sent",
        answer=RequestPreview,
        parameters=[OpenApiParameter("language", OpenApiTypes.STR, enum=["ko", "en"])],
    )
)
class PreviewRequest(CaseworkView):
    permission = "cases.request_explanation"
    filters = ("language",)

    def get(self, request: Request, reference: str) -> Response:
        language = self.one_of("language", ("ko", "en"))
        text = explanation_requests.preview_request_text(
            case=find_case(reference, self.by), language=language
        )
        return Response(RequestPreview(text).data)


@extend_schema_view(post=describe("Close many as legitimate", answer=BulkAnswer, body=body_of(BULK_CLOSE)))
class BulkClose(CaseworkView):
    permission = "cases.bulk_close"

    def post(self, request: Request) -> Any:
        data = self.input(body_of(BULK_CLOSE))
        return self._close(data)

    def _close(self, data: Any) -> Response:
        items, results = self.chosen(data)
        results += decisions.bulk_close(
            items=items, disposition_reason=data["disposition_reason"], reason=data["reason"], by=self.by
        )
        return self.told(results)

    def chosen(self, data: Any) -> tuple[list[decisions.BulkItem], list[decisions.BulkOutcome]]:
        """The cases of a body that are theirs to see, and the refusals of the others."""
        results, items = [], []
        for row in data["cases"]:
            try:
                case = find_case(row["reference"], self.by, trying=self.permission)
                items.append(decisions.BulkItem(case, row["version"]))
            except Http404:
                error = CaseNotFound()
                results.append(decisions.BulkOutcome(row["reference"], "refused", error.code, error.sentence))
        return items, results

    def tell_again(self, kept: Any, *, status: int) -> Response:
        """What became of each, of those that are not theirs to see any more no more than of those that do not exist."""
        rows = []
        for row in kept["results"]:
            try:
                find_case(row["reference"], self.by)
                rows.append(row)
            except Http404:
                absent = CaseNotFound()
                gone = decisions.BulkOutcome(row["reference"], "refused", absent.code, absent.sentence)
                rows.append(dict(BulkOutcomeRow(gone).data))
        return Response({**kept, "results": rows}, status=status)

    def told(self, results: list[decisions.BulkOutcome]) -> Response:
        """What became of each."""
        told = {"sentence": said_of_bulk(results), "results": BulkOutcomeRow(results, many=True).data}
        return Response(told)


class BulkStep(BulkClose):
    """POST …/cases/bulk-<name>/: the step of one row on many cases."""

    row: BulkRow

    def post(self, request: Request) -> Any:
        data = self.input(body_of(self.row.form))
        return self._take(data)

    def _take(self, data: Any) -> Response:
        items, results = self.chosen(data)
        given = {name: value for name, value in data.items() if name != "cases"}
        results += self.row.call(items=items, by=self.by, **given)
        return self.told(results)


def bulk_step(row: BulkRow) -> type[BulkStep]:
    """The endpoint of one step on many cases."""
    made = type("BulkStep", (BulkStep,), {"row": row, "permission": row.permission})
    described = describe(row.summary, answer=BulkAnswer, body=body_of(row.form))
    return cast(type[BulkStep], extend_schema_view(post=described)(made))


@extend_schema_view(post=describe("Record a tip", answer=TipAnswer, body=body_of(TIP), ok=201))
class Tip(CaseworkView):
    permission = "cases.record_tip"

    def post(self, request: Request) -> Any:
        data = self.input(body_of(TIP))
        return self._record(data)

    def tell_again(self, kept: Any, *, status: int) -> Response:
        """The tip as it was told. Raises Http404 when its case is not theirs to see any more."""
        find_case(kept["case"], self.by)
        return super().tell_again(kept, status=status)

    def _record(self, data: Any) -> Response:
        source = data.get("source_system", "")
        claim = claims_of([data["claim"]], source, self.by, trying=self.permission, field="claim")[0]
        tip = by_hand.record_tip(
            claim=claim, text=data["text"], by=self.by, origin=data.get("origin", "hotline")
        )
        return Response(TipAnswer(tip).data, status=201)
