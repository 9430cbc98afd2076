"""Claims that wait for a seat, and those whose waiting ended without one."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.permissions import require
from audit.services import record_access
from cases.api.base import CaseworkView, describe
from cases.api.serializers.staff import Person
from cases.models import HeldBack
from cases.pages.held_back import ORDER, PARTS, WAITING, WHY, Among, held_back_rows
from fraud.web.api import PAGING, query
from fraud.web.api_money import Amount


class HeldBackRow(serializers.ModelSerializer):
    """A claim over the threshold that got no seat."""

    claim = serializers.CharField(source="claim.external_id")
    source_system = serializers.CharField(source="claim.source_system")
    cardholder = Person(source="claim.cardholder")
    merchant = serializers.CharField(source="claim.merchant_name")
    amount = Amount("claim.amount_minor", "claim.currency")
    expected_loss = Amount("expected_loss_minor", "claim.currency")
    currency = serializers.CharField(source="claim.currency")
    run = serializers.CharField(source="run.reference")
    last_run = serializers.CharField(source="last_run.reference")

    class Meta:
        model = HeldBack
        # fmt: off
        fields = (
            "claim", "source_system", "cardholder", "merchant", "amount", "expected_loss", "currency", "why", "pattern", "run",
            "last_run", "since", "nights_waited", "resolved_at", "how",
        )
        # fmt: on


class HeldBackPage(serializers.Serializer):
    """A page of held-back claims; `next` is the cursor of the following one, null on the last."""

    results = HeldBackRow(many=True)
    next = serializers.CharField(allow_null=True)


FILTERS = [
    query("part", "Default `waiting`.", enum=list(PARTS)),
    query(
        "why",
        "Reason for waiting. `unproven`: nothing of its rule was confirmed yet, so that everything else goes first.",
        enum=list(WHY),
    ),
    query("rule", "Code of a rule that hit them."),
    query("run", "Reference of the run that held them back or let them go last."),
    *PAGING,
]


@extend_schema_view(
    get=describe(
        "List claims held back", answer=HeldBackPage, parameters=FILTERS, operation_id="held_back_list"
    )
)
class HeldBackList(CaseworkView):
    """Claims that got no seat, keyset paged; nobody sees their own."""

    permission = "cases.view_case"
    filters = tuple(one.name for one in FILTERS)

    def get(self, request: Request) -> Response:
        require(self.by, "fraud.view_score")  # to have been held back is a word of the score
        part = self.one_of("part", list(PARTS), WAITING)
        among = Among(
            run=self.param("run")[:20], why=self.one_of("why", list(WHY), ""), rule=self.param("rule")[:40]
        )
        rows = held_back_rows(self.by, part, among).select_related(
            "claim__cardholder__department", "run", "last_run"
        )
        page = self.page(rows, by=ORDER[part])
        record_access(request=request._request, subject="cases", what="held_back_list")
        return Response({"results": HeldBackRow(page.rows, many=True).data, "next": page.next_cursor or None})
