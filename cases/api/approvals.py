"""What waits for a second person, as the page of approvals lists it."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseworkView, describe
from cases.pages.approvals import APPROVING_ACTIONS, KIND_WORDS, waiting_for


class ChangeRow(serializers.Serializer):
    label = serializers.CharField(source="name")
    before = serializers.CharField()
    after = serializers.CharField()


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


@extend_schema_view(
    get=describe("List what waits for a second person", answer=WaitingPage, operation_id="approvals_list")
)
class ApprovalList(CaseworkView):
    """At most a hundred of a kind, the oldest first; nothing the caller proposed, and no case they are involved in."""

    any_of = APPROVING_ACTIONS

    def get(self, request: Request) -> Response:
        return Response(WaitingPage({"results": waiting_for(self.by)}).data)
