"""What the cardholder and their manager are told of the money of a case: its payments, what is asked for, what came back."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api.serializers.recoveries import PlanRow, told_plan
from cases.models import Case, Recovery
from cases.services.decided_anew import decided_anew_in
from cases.services.money import balance_of, due_minor, told_claims
from cases.services.money_told import told_money
from cases.services.own import told_cases
from cases.services.steps import current_decision, recovery_of
from fraud.web.api_money import Amount


class MyClaim(serializers.Serializer):
    transacted_at = serializers.DateTimeField()
    has_time = serializers.BooleanField()
    merchant = serializers.CharField(source="merchant_name")
    amount = Amount("amount_minor")
    currency = serializers.CharField()
    returned = Amount("returned_minor")
    card_last4 = serializers.CharField()


class MyPosting(serializers.Serializer):
    amount = Amount("amount_minor", "recovery.currency")
    method = serializers.CharField()
    received_on = serializers.DateField()


class MyRecovery(serializers.Serializer):
    amount = Amount(lambda recovery: balance_of(recovery).due_minor)
    currency = serializers.CharField()
    recovered = Amount(lambda recovery: balance_of(recovery).recovered_minor)
    outstanding = Amount(lambda recovery: balance_of(recovery).outstanding_minor)
    overpaid = Amount(lambda recovery: balance_of(recovery).overpaid_minor)
    given_back = Amount(lambda recovery: balance_of(recovery).given_back_minor)
    recovered_before = Amount(lambda recovery: balance_of(recovery).carried_minor)
    uncovered = Amount(lambda recovery: balance_of(recovery).uncovered_minor)
    due_on = serializers.DateField()
    plan = serializers.SerializerMethodField()
    postings = MyPosting(many=True)
    has_consent = serializers.SerializerMethodField()

    @extend_schema_field(PlanRow(many=True))
    def get_plan(self, recovery: Recovery) -> list[dict[str, str]]:
        return told_plan(recovery)

    def get_has_consent(self, recovery: Recovery) -> bool:
        return recovery.consents.filter(withdrawn_at=None).exists()


class NoticeMoney(serializers.Serializer):
    """The amounts of a notice, and where they stand."""

    amount = Amount(lambda case: due_minor(case, current_decision(case)))
    currency = serializers.CharField()
    recovered_before = Amount(lambda case: told_money(case).earlier_minor)
    decided_anew = serializers.SerializerMethodField()
    claims = serializers.SerializerMethodField()
    recovery = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_decided_anew(self, case: Case) -> list[str]:
        """The person's cases whose decision holds now on payments of this one, in the place of this one's; mostly none."""
        anew = {one.pk for one in decided_anew_in(case)}
        if not anew:
            return []
        known = told_cases(self.context["by"]).filter(pk__in=anew).order_by("pk")
        return list(known.values_list("reference", flat=True))

    @extend_schema_field(MyClaim(many=True))
    def get_claims(self, case: Case) -> Any:
        return MyClaim(told_claims(case), many=True).data

    @extend_schema_field(MyRecovery(allow_null=True))
    def get_recovery(self, case: Case) -> Any:
        recovery = recovery_of(case)
        return MyRecovery(recovery).data if recovery else None
