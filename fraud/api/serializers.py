"""The shapes of the interface's requests and answers; every field is named, none slips in."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from rest_framework import serializers

from fraud.api.strict import StrictCharField, StrictSerializer
from fraud.importing.texts import sentence as refusal
from fraud.models import Claim, ClaimFile, ClaimFileReject, RuleHit, Score, ScreeningRun
from fraud.scoring.reasons import sentence
from rules.money import to_decimal

MAX_ROWS = 5_000


class Money(serializers.Serializer):
    """An amount in whole minor units and as a decimal text, with its currency."""

    minor = serializers.IntegerField()
    amount = serializers.CharField()
    currency = serializers.CharField()


def money(minor: int | None, currency: str) -> dict[str, Any] | None:
    """The JSON of an amount, or None for an unknown one."""
    if minor is None:
        return None
    return {"minor": minor, "amount": str(to_decimal(minor, currency)), "currency": currency}


class ClaimRows(StrictSerializer):
    """Claims to take: rows as the profile names their columns."""

    profile = StrictCharField(
        max_length=60, help_text="Import profile; `generic` takes the documented columns."
    )
    rows = serializers.ListField(
        child=serializers.DictField(allow_empty=False), min_length=1, max_length=MAX_ROWS,
        help_text="Values are texts, whole numbers, true, false or null. Amounts: whole minor units or decimal text.",
    )  # fmt: skip


class RowAnswer(serializers.Serializer):
    """What became of one row."""

    index = serializers.IntegerField(help_text="Place in the request, from 0.")
    outcome = serializers.ChoiceField(["accepted", "duplicate", "superseding", "rejected"])
    external_id = serializers.CharField(allow_blank=True)
    column = serializers.CharField(allow_blank=True)
    code = serializers.CharField(allow_blank=True)
    message = serializers.CharField(allow_blank=True)
    params = serializers.DictField(allow_null=True)


class RowsAnswer(serializers.Serializer):
    """The delivery and its rows; read = accepted + duplicate + superseding + rejected."""

    file = serializers.CharField()
    read = serializers.IntegerField()
    accepted = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    superseding = serializers.IntegerField()
    rejected = serializers.IntegerField()
    rows = RowAnswer(many=True)


class DeliveryRow(serializers.ModelSerializer):
    """A delivery in a list: a file, or rows that came as one."""

    profile = serializers.SlugRelatedField("name", read_only=True)

    class Meta:
        model = ClaimFile
        fields = (
            "reference", "name", "profile", "state", "received_by", "received_at", "is_history",
            "n_rows", "n_accepted", "n_duplicate", "n_superseding", "n_rejected",
        )  # fmt: skip


class DeliveryDetail(DeliveryRow):
    """A delivery with its sums a currency in minor units, what was normalised, and why it was refused as a whole."""

    totals = serializers.DictField()
    notes = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()

    class Meta(DeliveryRow.Meta):
        fields = (*DeliveryRow.Meta.fields, "totals", "notes", "error")

    def get_notes(self, file: ClaimFile) -> list[str]:
        return [refusal("note", note["code"], note["params"], _language()) for note in file.notes]

    def get_error(self, file: ClaimFile) -> dict[str, Any] | None:
        if not file.error:
            return None
        code, params = file.error["code"], file.error["params"]
        return {"code": code, "message": refusal("file", code, params, _language()), "params": params}


class RejectRow(serializers.ModelSerializer):
    """A rejected row with what would be right and its original text."""

    message = serializers.SerializerMethodField()

    class Meta:
        model = ClaimFileReject
        fields = ("line", "column", "code", "message", "params", "original")

    def get_message(self, reject: ClaimFileReject) -> str:
        return refusal("row", reject.code, reject.params, _language())


class DeliveryPage(serializers.Serializer):
    results = DeliveryRow(many=True)
    next = serializers.CharField(allow_blank=True)


class RejectPage(serializers.Serializer):
    results = RejectRow(many=True)
    next = serializers.CharField(allow_blank=True)


def _language() -> str:
    return "ko" if (get_language() or "ko").startswith("ko") else "en"


class RunRow(serializers.ModelSerializer):
    """A screening run in a list."""

    model = serializers.SlugRelatedField("reference", source="model_version", read_only=True)

    class Meta:
        model = ScreeningRun
        fields = (
            "reference", "business_date", "source", "state", "is_late", "cut_off_at", "started_at", "finished_at",
            "model", "n_claims", "n_scored", "n_hits", "n_alerts", "n_cases", "n_held_back",
        )  # fmt: skip


class StageRow(serializers.Serializer):
    name = serializers.CharField()
    state = serializers.CharField()
    started_at = serializers.CharField()
    seconds = serializers.FloatField()
    counts = serializers.DictField()
    error = serializers.CharField(allow_blank=True)


class RunDetail(RunRow):
    """A run with its stages, what it was pinned to and what it could not judge."""

    stages = StageRow(many=True)
    not_evaluable = serializers.DictField()
    shadow_model = serializers.SlugRelatedField("reference", source="shadow_version", read_only=True)

    class Meta(RunRow.Meta):
        fields = (
            *RunRow.Meta.fields,
            "shadow_model",
            "rule_set_hash",
            "code_version",
            "stages",
            "not_evaluable",
            "error",
        )


class RunPage(serializers.Serializer):
    results = RunRow(many=True)
    next = serializers.CharField(allow_blank=True)


class ReasonRow(serializers.Serializer):
    """One reason: what spoke for or against, by how much in log-odds, with the facts, and as a sentence."""

    kind = serializers.CharField()
    code = serializers.CharField()
    value = serializers.FloatField()
    facts = serializers.DictField()
    sentence = serializers.CharField()


class ScoreRow(serializers.ModelSerializer):
    """What a run thought of a claim. `hybrid_probability` is null while the model is not calibrated: it only ranks then."""

    run = serializers.SlugRelatedField("reference", read_only=True)
    hybrid_probability = serializers.SerializerMethodField()
    reasons = serializers.SerializerMethodField()

    class Meta:
        model = Score
        fields = (
            "run", "band", "is_calibrated", "hybrid_probability", "rule_score", "tree_probability", "anomaly_score",
            "novelty", "z", "reasons",
        )  # fmt: skip

    def get_hybrid_probability(self, score: Score) -> float | None:
        return score.hybrid_probability if score.is_calibrated else None

    def get_reasons(self, score: Score) -> list[dict[str, Any]] | None:
        if score.reasons is None:
            return None
        return [{**reason, "sentence": sentence(reason, _language())} for reason in score.reasons]


class HitRow(serializers.ModelSerializer):
    """A rule that matched."""

    run = serializers.SlugRelatedField("reference", read_only=True)
    rule = serializers.CharField(source="rule_version.rule.code")
    version = serializers.IntegerField(source="rule_version.number")
    facts = serializers.DictField(allow_null=True)

    class Meta:
        model = RuleHit
        fields = ("run", "rule", "version", "is_shadow", "facts")


class ClaimRow(serializers.ModelSerializer):
    """A claim in a list."""

    amount = serializers.SerializerMethodField()
    employee_no = serializers.CharField(source="cardholder.employee_no")
    department = serializers.SlugRelatedField("code", read_only=True)
    merchant = serializers.CharField(source="merchant_name")
    mcc = serializers.CharField(source="merchant.mcc")

    class Meta:
        model = Claim
        fields = (
            "id", "external_id", "version", "transacted_at", "has_time", "txn_type", "amount", "employee_no",
            "department", "merchant", "mcc", "purpose_code", "received_at",
        )  # fmt: skip

    def get_amount(self, claim: Claim) -> dict[str, Any] | None:
        return money(claim.amount_minor, claim.currency)


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
            "is_current",
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
        rows = claim.hits.select_related("run", "rule_version__rule").order_by("-run_id", "pk")[:60]
        return HitRow(rows, many=True).data  # type: ignore[return-value]


class ClaimPage(serializers.Serializer):
    results = ClaimRow(many=True)
    next = serializers.CharField(allow_blank=True)
