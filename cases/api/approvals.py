"""What waits for a second person, as the page of approvals lists it."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseworkView, describe
from cases.pages.approval_rows import KIND_WORDS
from cases.pages.approvals import APPROVING_ACTIONS, waiting_for
from fraud.web.api import ONLY_PAGING, PAGING


class ChangeRow(serializers.Serializer):
    """`effect`: what such a change does, empty where nothing is said of it."""

    label = serializers.CharField(source="name")
    before = serializers.CharField()
    after = serializers.CharField()
    effect = serializers.CharField()


class WaitingRow(serializers.Serializer):
    """A proposal that the caller may decide; `href` is the page where it is decided."""

    kind = serializers.ChoiceField(list(KIND_WORDS))
    title = serializers.CharField()
    href = serializers.CharField()
    proposed_by = serializers.CharField(source="by")
    proposed_at = serializers.DateTimeField(source="at", allow_null=True)
    reason = serializers.CharField()
    changes = ChangeRow(many=True)


class WaitingPage(serializers.Serializer):
    results = WaitingRow(many=True)
    next = serializers.CharField(allow_null=True)


@extend_schema_view(
    get=describe(
        "List what waits for a second person",
        answer=WaitingPage,
        parameters=PAGING,
        operation_id="approvals_list",
    )
)
class ApprovalList(CaseworkView):
    """At most a hundred of a kind, the oldest first; nothing the caller proposed, and no case they are involved in."""

    any_of = APPROVING_ACTIONS
    filters = ONLY_PAGING

    def get(self, request: Request) -> Response:
        page = self.page_of(
            waiting_for(self.by), key=lambda row: f"{row.at or ''} {row.kind} {row.href} {row.title}"
        )
        return self.paged(WaitingRow(page.rows, many=True).data, page)
