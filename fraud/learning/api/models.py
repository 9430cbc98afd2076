"""Model versions through the interface: the list, a version's card and evidence, tests on later claims, and the steps of a promotion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.language import current_language
from fraud.detection.model_files import ModelDamaged
from fraud.detection.models import ModelVersion
from fraud.learning import registry
from fraud.learning.being_tested import is_being_tested
from fraud.learning.comparing import compare_versions
from fraud.learning.evaluation_page import gate_lines
from fraud.learning.later_claims import NothingToCompare
from fraud.learning.model_card_page import card_told
from fraud.learning.models import Evaluation
from fraud.learning.promotion_words import evidence_words
from fraud.web.api import ONLY_PAGING, PAGING, FraudView, describe, query
from fraud.web.api_errors import refuse
from fraud.web.api_shapes import ListView, OneView, StepReason, StepView, pages_of
from fraud.web.api_strict import StrictBooleanField, StrictCharField


class GateRow(serializers.Serializer):
    """A condition of a promotion: what was measured, the limit, whether it holds."""

    gate = serializers.CharField()
    words = serializers.CharField()
    value = serializers.JSONField(allow_null=True)
    limit = serializers.CharField()
    detail = serializers.CharField()
    holds = serializers.BooleanField()


class EvaluationRow(serializers.ModelSerializer):
    """A test on later claims: `against` is the champion of then, null for a test of the version's own recipe (`trained_again_at`)."""

    version = serializers.CharField(source="model_version.reference")
    against = serializers.SlugRelatedField("reference", read_only=True, allow_null=True)

    class Meta:
        model = Evaluation
        fields = (
            "id",
            "version",
            "against",
            "window_from",
            "window_to",
            "trained_again_at",
            "n_claims",
            "n_misuse",
            "created_at",
        )


class EvaluationDetail(EvaluationRow):
    """With its figures by scorer (`challenger`, `champion`, `tree`, `rules`, `anomaly`), curves, groups and conditions."""

    figures = serializers.DictField()
    curves = serializers.DictField()
    segments = serializers.ListField(child=serializers.DictField())
    gates = serializers.SerializerMethodField()

    class Meta(EvaluationRow.Meta):
        fields = (*EvaluationRow.Meta.fields, "figures", "curves", "segments", "gates")  # type: ignore[assignment]

    @extend_schema_field(GateRow(many=True))
    def get_gates(self, row: Evaluation) -> Any:
        return GateRow([gate_lines(gate) for gate in row.gates], many=True).data


class VersionRow(serializers.ModelSerializer):
    """`seen`: the stage and the comparison that decides about it, what a step on the version rests on."""

    seen = serializers.SerializerMethodField()

    class Meta:
        model = ModelVersion
        fields = (
            "reference",
            "stage",
            "n_confirmed",
            "is_calibrated",
            "label_cut_off_at",
            "created_at",
            "created_by",
            "proposed_by",
            "proposed_at",
            "promoted_by",
            "promoted_at",
            "seen",
        )

    def get_seen(self, row: ModelVersion) -> str:
        return registry.version_seen(row)


class CardLine(serializers.Serializer):
    name = serializers.CharField()
    value = serializers.JSONField(allow_null=True)


class CardAnswer(serializers.Serializer):
    """What a version learnt from and how it is put together, in words; names of features; libraries with their versions."""

    lines = CardLine(many=True)
    features = serializers.ListField(child=serializers.CharField())
    libraries = serializers.DictField(child=serializers.CharField())


class VersionDetail(VersionRow):
    """`evidence`: what it was compared on, in sentences; `failed`: conditions that are not met; `card`: what it learnt from and how."""

    sha256 = serializers.CharField()
    proposed_reason = serializers.CharField()
    proposed_over = serializers.CharField(allow_null=True)
    previous_champion = serializers.SlugRelatedField("reference", read_only=True, allow_null=True)
    is_being_tested = serializers.SerializerMethodField()
    evidence = serializers.SerializerMethodField()
    failed = serializers.SerializerMethodField()
    evaluation = serializers.SerializerMethodField()
    card = serializers.SerializerMethodField()

    class Meta(VersionRow.Meta):
        fields = (
            *VersionRow.Meta.fields,
            "sha256",
            "proposed_reason",
            "proposed_over",
            "previous_champion",
            "is_being_tested",
            "evidence",
            "failed",
            "evaluation",
            "card",
        )  # type: ignore[assignment]

    def get_is_being_tested(self, row: ModelVersion) -> bool:
        return is_being_tested(row)

    def get_evidence(self, row: ModelVersion) -> list[str]:
        return evidence_words(row)

    def get_failed(self, row: ModelVersion) -> list[str]:
        return [] if row.stage == ModelVersion.Stage.CHAMPION else registry.failed_gates(row)

    def get_evaluation(self, row: ModelVersion) -> int | None:
        """The test that decides about it."""
        decisive = registry.decisive_evaluation(row)
        return decisive.pk if decisive else None

    @extend_schema_field(CardAnswer)
    def get_card(self, row: ModelVersion) -> Any:
        return CardAnswer(card_told(row, current_language())).data


class VersionStep(StepReason):
    despite_gates = StrictBooleanField(
        required=False, default=False, help_text="Go on although conditions are not met; it is recorded."
    )
    seen = StrictCharField(max_length=40, help_text="`seen` of the version.")


class DetectionView(FraudView):
    permission = "fraud.view_detection"


@extend_schema_view(
    get=describe(
        "List model versions",
        answer=pages_of(VersionRow),
        parameters=[query("stage", "", enum=ModelVersion.Stage.values), *PAGING],
        operation_id="models_list",
    )
)
class VersionList(ListView, DetectionView):
    """Versions, newest first: one is in service, others challenge it."""

    filters = ("stage", *ONLY_PAGING)
    row = VersionRow

    def found(self) -> QuerySet[ModelVersion]:
        stage = self.one_of("stage", ModelVersion.Stage.values)
        return ModelVersion.objects.filter(**({"stage": stage} if stage else {}))


@extend_schema_view(
    get=describe("Read a model version", answer=VersionDetail, refusals=(404,), operation_id="models_read")
)
class VersionOne(OneView, DetectionView):
    """A version with its card, its evidence, and what is not met for a promotion."""

    row = VersionDetail
    named = "reference"

    def found(self) -> Any:
        return ModelVersion


@extend_schema_view(
    post=describe(
        "Compare, propose, promote, return or roll back a model version",
        answer=VersionDetail,
        body=VersionStep,
        refusals=(404,),
        operation_id="models_step",
    )
)
class VersionSteps(StepView, DetectionView):
    """`compare` on later claims; `propose`, then `promote` or `return` by somebody else, with a reason; `roll-back` proposes the version before."""

    answers_kept = "after"  # a comparison scores thousands of claims and is no single transaction
    body = VersionStep
    steps: ClassVar[Mapping[str, str]] = {
        "compare": "compare",
        "propose": "propose",
        "promote": "promote",
        "return": "send_back",
        "roll-back": "roll_back",
    }

    def post(self, request: Request, name: str, **which: Any) -> Response:
        """Raises Http404, NotPermitted, PromotionNotAllowed, GatesNotPassed; refuses a damaged version and a comparison without claims."""
        try:
            return super().post(request, name, **which)
        except NothingToCompare as error:
            return refuse(409, "nothing_to_compare", str(error))
        except ModelDamaged as error:
            return refuse(409, "model_damaged", str(error))

    def compare(self, data: dict[str, Any], reference: str) -> Any:
        found = _find(reference)
        registry.need_seen(found, data["seen"])
        compare_versions(version=found, by=self.by)
        return _told(reference)

    def propose(self, data: dict[str, Any], reference: str) -> Any:
        registry.propose_promotion(version=_find(reference), by=self.by, **data)
        return _told(reference)

    def promote(self, data: dict[str, Any], reference: str) -> Any:
        registry.promote_version(version=_find(reference), by=self.by, **data)
        return _told(reference)

    def send_back(self, data: dict[str, Any], reference: str) -> Any:
        registry.return_proposal(
            version=_find(reference), by=self.by, reason=data["reason"], seen=data["seen"]
        )
        return _told(reference)

    def roll_back(self, data: dict[str, Any], reference: str) -> Any:
        """Answers with the version that is proposed."""
        _find(reference)
        proposed = registry.propose_roll_back(
            by=self.by, reason=data["reason"], seen=data["seen"], over=reference
        )
        return _told(proposed.reference)


@extend_schema_view(
    get=describe(
        "List tests on later claims",
        answer=pages_of(EvaluationRow),
        parameters=[query("version", "Reference of a model version."), *PAGING],
        operation_id="evaluations_list",
    )
)
class EvaluationList(ListView, DetectionView):
    """Tests of versions on claims that are younger than what they learnt from, newest first."""

    filters = ("version", *ONLY_PAGING)
    row = EvaluationRow

    def found(self) -> QuerySet[Evaluation]:
        rows = Evaluation.objects.select_related("model_version", "against")
        version = self.param("version")
        return rows.filter(model_version__reference=version) if version else rows


@extend_schema_view(
    get=describe(
        "Read a test on later claims",
        answer=EvaluationDetail,
        refusals=(404,),
        operation_id="evaluations_read",
    )
)
class EvaluationOne(OneView, DetectionView):
    """A test with figures, curves, groups and conditions."""

    row = EvaluationDetail

    def found(self) -> Any:
        return Evaluation.objects.select_related("model_version", "against")


def _find(reference: str) -> ModelVersion:
    found: ModelVersion = get_object_or_404(ModelVersion, reference=reference)
    return found


def _told(reference: str) -> Any:
    return VersionDetail(_find(reference)).data
