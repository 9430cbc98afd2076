"""The shapes of claims, runs, scores and hits; every field is named, none slips in."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audit.language import current_language
from fraud.claims.models import Claim
from fraud.detection.hit_facts import hit_facts_text
from fraud.detection.models import RuleHit, Score, ScreeningRun
from fraud.detection.scoring.reasons import sentence, weight_of
from fraud.detection.screening.pace import pace_of
from fraud.web.api_money import Amount


class RunRow(serializers.ModelSerializer):
    """A screening run in a list."""

    model = serializers.SlugRelatedField("reference", source="model_version", read_only=True)

    class Meta:
        model = ScreeningRun
        # fmt: off
        fields = (
            "reference", "business_date", "source", "state", "is_late", "cut_off_at", "started_at", "finished_at",
            "paused_at", "version", "model", "n_claims", "n_scored", "n_hits", "n_alerts", "n_cases", "n_held_back",
        )
        # fmt: on


class StageRow(serializers.Serializer):
    name = serializers.CharField()
    state = serializers.CharField()
    started_at = serializers.CharField()
    seconds = serializers.FloatField()
    counts = serializers.DictField()
    error = serializers.CharField(allow_blank=True)


class PaceRow(serializers.Serializer):
    """How far a stage is, in claims; null where nothing says so yet."""

    name = serializers.CharField()
    state = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    rows_a_second = serializers.FloatField(allow_null=True)
    seconds_left = serializers.FloatField(allow_null=True)


class ProgressRow(serializers.Serializer):
    """How far a run is: claims scored of all, its stages, the seconds left of all of them."""

    done = serializers.IntegerField()
    total = serializers.IntegerField()
    stages = PaceRow(many=True)
    seconds_left = serializers.FloatField(allow_null=True)


class RunDetail(RunRow):
    """A run with its stages, how far it is, what it was pinned to and what it could not judge."""

    progress = serializers.SerializerMethodField()
    stages = StageRow(many=True)
    not_evaluable = serializers.DictField()
    shadow_model = serializers.SlugRelatedField("reference", source="shadow_version", read_only=True)

    class Meta(RunRow.Meta):
        fields = (
            *RunRow.Meta.fields,
            "shadow_model",
            "rule_set_hash",
            "code_version",
            "progress",
            "stages",
            "not_evaluable",
            "error",
        )

    @extend_schema_field(ProgressRow)
    def get_progress(self, run: ScreeningRun) -> dict[str, Any]:
        return ProgressRow(pace_of(run)).data


class RunPage(serializers.Serializer):
    results = RunRow(many=True)
    next = serializers.CharField(allow_null=True)


def told_reasons(reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stored reasons as the interface tells them: their facts in words, so that no minor unit leaves the house."""
    language = current_language()
    return [
        {
            "kind": str(reason.get("kind") or reason.get("source") or ""),
            "code": reason["code"],
            **weight_of(reason),
            "sentence": sentence(reason, language),
        }
        for reason in reasons
    ]


class ReasonRow(serializers.Serializer):
    """One reason: what spoke for or against, by how much, and with its facts as a sentence. Those `in_sum` add up to the score's `z`."""

    kind = serializers.CharField()
    code = serializers.CharField()
    in_sum = serializers.BooleanField(help_text="Whether `value` is a part of `z`.")
    value = serializers.FloatField(allow_null=True, help_text="Log-odds; null where it is no part of `z`.")
    tail = serializers.FloatField(
        allow_null=True,
        help_text="Of kind `novelty`: -log10 of the share of claims as far from the ordinary, 3 for 1 in 1,000; else null.",
    )
    sentence = serializers.CharField()


class ScoreRow(serializers.ModelSerializer):
    """What a run thought of a claim. `hybrid_probability` is null while the model is not calibrated: it only ranks then."""

    run = serializers.SlugRelatedField("reference", read_only=True)
    hybrid_probability = serializers.SerializerMethodField()
    reasons = serializers.SerializerMethodField()

    class Meta:
        model = Score
        # fmt: off
        fields = (
            "run", "band", "is_calibrated", "hybrid_probability", "rule_score", "tree_probability", "anomaly_score",
            "novelty", "z", "reasons",
        )
        # fmt: on

    def get_hybrid_probability(self, score: Score) -> float | None:
        return score.hybrid_probability if score.is_calibrated else None

    def get_reasons(self, score: Score) -> list[dict[str, Any]] | None:
        if score.reasons is None:
            return None
        return told_reasons(score.reasons)


class HitRow(serializers.ModelSerializer):
    """A rule that matched."""

    run = serializers.SlugRelatedField("reference", read_only=True)
    rule = serializers.CharField(source="rule_version.rule.code")
    version = serializers.IntegerField(source="rule_version.number")
    sentence = serializers.SerializerMethodField()

    class Meta:
        model = RuleHit
        fields = ("run", "rule", "version", "is_shadow", "is_suppressed", "sentence")

    def get_sentence(self, hit: RuleHit) -> str:
        return hit_facts_text(hit.facts, hit.claim.currency, current_language())


class ClaimRow(serializers.ModelSerializer):
    """A claim in a list."""

    amount = Amount("amount_minor")
    employee_no = serializers.CharField(source="cardholder.employee_no")
    department = serializers.SlugRelatedField("code", read_only=True)
    merchant = serializers.CharField(source="merchant_name")
    mcc = serializers.CharField(source="merchant.mcc")

    class Meta:
        model = Claim
        # fmt: off
        fields = (
            "id", "external_id", "version", "transacted_at", "has_time", "txn_type", "amount", "currency", "employee_no",
            "department", "merchant", "mcc", "purpose_code", "received_at",
        )
        # fmt: on


class ClaimDetail(ClaimRow):
    """A claim with its scores and rule hits; both are null where the reader may not see them or the claim is a blind sample."""

    scores = serializers.SerializerMethodField()
    hits = serializers.SerializerMethodField()

    class Meta(ClaimRow.Meta):
        fields = (
            *ClaimRow.Meta.fields,
            "purpose_text",
            "account_code",
            "project_code",
            "evidence_type",
            "scores",
            "hits",
        )

    def get_scores(self, claim: Claim) -> list[dict[str, Any]] | None:
        if not self.context["scores"]:
            return None
        rows = claim.scores.select_related("run").order_by("-run_id")[:10]
        return ScoreRow(rows, many=True).data  # type: ignore[return-value]

    def get_hits(self, claim: Claim) -> list[dict[str, Any]] | None:
        if not self.context["scores"]:
            return None
        rows = claim.hits.select_related("run", "rule_version__rule", "claim").order_by("-run_id", "pk")[:60]
        return HitRow(rows, many=True).data  # type: ignore[return-value]


class ClaimPage(serializers.Serializer):
    results = ClaimRow(many=True)
    next = serializers.CharField(allow_null=True)
