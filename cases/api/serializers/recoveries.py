"""Recoveries as staff see them: the ledger of one, its postings, and what became of a bank or payroll file."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.instalments import agreed_parts
from cases.models import Recovery
from cases.services.money import balance_of
from fraud.web.api_money import Amount, decimal_text


class PostingRow(serializers.Serializer):
    number = serializers.IntegerField(source="pk", help_text="Names the posting within its recovery.")
    amount = Amount("amount_minor", "recovery.currency")
    method = serializers.CharField()
    bank_reference = serializers.CharField()
    received_on = serializers.DateField()
    note = serializers.CharField()
    reverses = serializers.IntegerField(source="reverses_id", allow_null=True)
    posted_by = serializers.CharField(source="posted_by.username", default=None, allow_null=True)
    posted_at = serializers.DateTimeField()
    confirmed_by = serializers.CharField(source="confirmed_by.username", default=None, allow_null=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)


class PlanRow(serializers.Serializer):
    due_on = serializers.DateField()
    amount = serializers.DecimalField(max_digits=18, decimal_places=3)
    paid = serializers.DecimalField(max_digits=18, decimal_places=3)
    is_paid = serializers.BooleanField()


def told_plan(recovery: Recovery) -> list[dict[str, Any]]:
    """The agreed instalments as they stand, with what is still due of each as decimal text."""
    parts = (
        agreed_parts(recovery.plan, balance_of(recovery), recovery.planned_after_minor)
        if recovery.plan
        else []
    )
    return [
        {
            "due_on": part.due_on.isoformat(),
            "amount": decimal_text(part.amount_minor, recovery.currency),
            "paid": decimal_text(part.paid_minor, recovery.currency),
            "is_paid": part.is_paid,
        }
        for part in parts
    ]


class RecoveryDetail(serializers.ModelSerializer):
    """The ledger; what is due, recovered, outstanding, overpaid and given back is derived."""

    case = serializers.CharField(source="case.reference")
    version = serializers.IntegerField(source="case.version")
    state = serializers.CharField(source="case.state")
    plan = serializers.SerializerMethodField()
    amount = Amount("amount_minor")
    postings = PostingRow(many=True)
    due = Amount(lambda recovery: balance_of(recovery).due_minor)
    recovered = Amount(lambda recovery: balance_of(recovery).recovered_minor)
    outstanding = Amount(lambda recovery: balance_of(recovery).outstanding_minor)
    overpaid = Amount(lambda recovery: balance_of(recovery).overpaid_minor)
    given_back = Amount(lambda recovery: balance_of(recovery).given_back_minor)
    recovered_before = Amount(lambda recovery: balance_of(recovery).carried_minor)
    written_off_before = Amount(lambda recovery: balance_of(recovery).forgone_minor)
    uncovered = Amount(lambda recovery: balance_of(recovery).uncovered_minor)
    write_off_amount = Amount("write_off_minor")
    written_off = Amount(lambda recovery: balance_of(recovery).written_off_minor)
    has_consent = serializers.SerializerMethodField()
    write_off_requested_by = serializers.CharField(
        source="write_off_requested_by.username", default=None, allow_null=True
    )

    class Meta:
        model = Recovery
        # fmt: off
        fields = (
            "case", "version", "state", "amount", "currency", "due", "recovered", "outstanding", "overpaid", "given_back", "recovered_before",
            "written_off_before", "uncovered", "plan", "postings", "opened_at", "due_on", "closed_at", "has_consent", "written_off", "write_off", "write_off_amount", "write_off_reason",
            "write_off_requested_by",
        )
        # fmt: on

    @extend_schema_field(PlanRow(many=True))
    def get_plan(self, recovery: Recovery) -> list[dict[str, Any]]:
        return told_plan(recovery)

    def get_has_consent(self, recovery: Recovery) -> bool:
        return recovery.consents.filter(withdrawn_at=None).exists()


class RecoveryPage(serializers.Serializer):
    results = RecoveryDetail(many=True)
    next = serializers.CharField(allow_null=True)


class RejectedRow(serializers.Serializer):
    line = serializers.IntegerField()
    code = serializers.CharField()
    sentence = serializers.CharField()
    original = serializers.CharField()


class PostingReportAnswer(serializers.Serializer):
    n_lines = serializers.IntegerField()
    n_posted = serializers.IntegerField()
    n_confirmed = serializers.IntegerField()
    n_known = serializers.IntegerField()
    posted = serializers.SerializerMethodField()
    rejected = RejectedRow(many=True)

    @extend_schema_field(serializers.DictField(child=serializers.DecimalField(18, 3)))
    def get_posted(self, report: Any) -> dict[str, str]:
        """Currency → the sum that was posted."""
        return {currency: decimal_text(minor, currency) for currency, minor in report.posted.items()}
