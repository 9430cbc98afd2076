"""What staff are told of the money of a case: its payments, what is asked for, decided and judged."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audit.language import current_language
from cases.models import Appeal, Case, Decision
from cases.services.claim_changes import said_of_decision
from cases.services.decided_anew import decided_anew_in
from cases.services.money import claims_of
from cases.services.money_told import Kind, told_money
from cases.services.over_limit import over_limit_of
from cases.visibility import seen_among
from fraud.claims.models import Claim
from fraud.web.api_money import AMOUNT_SCHEMA, Amount, decimal_text


class CaseClaim(serializers.ModelSerializer):
    merchant = serializers.CharField(source="merchant_name")
    amount = Amount("amount_minor")

    class Meta:
        model = Claim
        # fmt: off
        fields = (
            "external_id", "version", "transacted_at", "has_time", "merchant", "amount", "currency", "txn_type",
            "purpose_code", "purpose_text", "card_last4",
        )
        # fmt: on


class DecisionRow(serializers.ModelSerializer):
    proposed_by = serializers.CharField(source="proposed_by.username")
    decided_by = serializers.CharField(source="decided_by.username", default=None, allow_null=True)
    amount = Amount("amount_minor")
    decided_reason = serializers.SerializerMethodField()

    class Meta:
        model = Decision
        # fmt: off
        fields = (
            "number", "state", "disposition", "disposition_reason", "amount", "currency", "reason", "policy_clause",
            "message", "content_hash", "needs_approval", "why_approval", "proposed_by", "proposed_at", "decided_by",
            "decided_at", "decided_reason",
        )
        # fmt: on

    def get_decided_reason(self, decision: Decision) -> str:
        """Why it was approved, returned or void, in the reader's language where a delivery was the reason."""
        return said_of_decision(decision, current_language())


class AppealRow(serializers.ModelSerializer):
    amount = Amount("amount_minor", "case.currency")
    decided_by = serializers.CharField(source="decided_by.username", default=None, allow_null=True)

    class Meta:
        model = Appeal
        # fmt: off
        fields = (
            "text", "submitted_at", "result", "amount", "reason", "message", "decided_by", "decided_at",
        )
        # fmt: on


class CaseAmounts(serializers.Serializer):
    """The amounts of a line of the queue."""

    at_stake = Amount(lambda case: told_money(case).open_minor)
    amount = Amount(lambda case: told_money(case).minor)
    amount_kind = serializers.SerializerMethodField()
    expected_loss = serializers.SerializerMethodField()

    def _shown(self, case: Case) -> bool:
        return bool(self.context.get("scores")) and not case.is_blind

    @extend_schema_field(serializers.ChoiceField(list(Kind)))
    def get_amount_kind(self, case: Case) -> str:
        """What `amount` is: at stake, decided, still open, repaid, written off; `nothing` was to come back: then what was spent."""
        return told_money(case).kind.value

    @extend_schema_field(AMOUNT_SCHEMA)
    def get_expected_loss(self, case: Case) -> str | None:
        """Null once the case is decided: then it is known what was lost."""
        is_known = self._shown(case) and case.is_scored and not case.disposition
        return decimal_text(case.expected_loss_minor, case.currency) if is_known else None


class DecidedMoney(CaseAmounts):
    """What a case with everything tells of its money besides: payments, decisions, appeals, and what holds in its place."""

    decided_anew = serializers.SerializerMethodField()
    over_limit = serializers.SerializerMethodField()
    claims = serializers.SerializerMethodField()
    decisions = DecisionRow(many=True)
    appeals = AppealRow(many=True)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_decided_anew(self, case: Case) -> list[str]:
        """The cases whose decision holds now on payments of this one, in the place of its own, as far as the reader may see them; mostly none."""
        return [later.reference for later in seen_among(self.context["by"], decided_anew_in(case))]

    @extend_schema_field(AMOUNT_SCHEMA)
    def get_over_limit(self, case: Case) -> str | None:
        """What `propose-part` would ask for; null where the facts do not say."""
        over = over_limit_of(case) if self._shown(case) else None
        return decimal_text(over.minor, case.currency) if over else None

    @extend_schema_field(CaseClaim(many=True))
    def get_claims(self, case: Case) -> Any:
        return CaseClaim(claims_of(case), many=True).data
