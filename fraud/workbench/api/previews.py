"""What would happen, through the interface: a text beside the version that counts, one claim step by step, another value. Nothing is saved."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.language import current_language
from fraud.claims.models import Claim
from fraud.web.api import FraudView, describe
from fraud.web.api_strict import StrictCharField, StrictDateField, StrictIntegerField, StrictSerializer
from fraud.workbench.api.writing import TextBody
from fraud.workbench.backtest import backtest_rule
from fraud.workbench.trying import explain_claim
from fraud.workbench.value_preview import preview_change, unsaved_parameter_change
from fraud.workbench.values_page import typed_value
from rules.language import RuleNotValid
from rules.models import Parameter, Rule, RuleVersion, ValueChange, ValueList
from rules.services import values
from rules.services.value_fitting import MOST_VALUES


class ExplainBody(TextBody):
    claim = StrictIntegerField(help_text="Id of a claim of the last 90 days.")


class StepRow(serializers.Serializer):
    """A part of the rule for the claim; `answer` null for unknown, `decides` where it settles the whole."""

    text = serializers.CharField()
    sentence = serializers.CharField()
    depth = serializers.IntegerField()
    answer = serializers.BooleanField(allow_null=True)
    facts = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    missing = serializers.ListField(child=serializers.CharField())
    decides = serializers.BooleanField()


class Explained(serializers.Serializer):
    steps = StepRow(many=True)


class BacktestAnswer(serializers.Serializer):
    """Hits on the last 90 days; `added` and `lost` beside the version that counts (`n_active_hits` null without one)."""

    n_claims = serializers.IntegerField()
    n_hits = serializers.IntegerField()
    n_bundles = serializers.IntegerField(
        help_text="Cardholder, merchant and week: what would become one case."
    )
    n_active_hits = serializers.IntegerField(allow_null=True)
    added = serializers.IntegerField()
    lost = serializers.IntegerField()
    added_bundles = serializers.IntegerField()
    n_labelled = serializers.IntegerField()
    n_misuse = serializers.IntegerField()
    not_evaluable = serializers.IntegerField()
    missing = serializers.ListField(child=serializers.CharField())
    unmet = serializers.ListField(child=serializers.CharField())


class EffectRow(serializers.Serializer):
    """One active rule that refers to the value."""

    code = serializers.CharField()
    hits_now = serializers.IntegerField()
    hits_then = serializers.IntegerField()
    more_cases_a_night = serializers.FloatField()


class Effects(serializers.Serializer):
    effects = EffectRow(many=True)


class ListPreviewBody(StrictSerializer):
    values = serializers.ListField(child=StrictCharField(max_length=200), max_length=MOST_VALUES)  # type: ignore[assignment]


class ParameterPreviewBody(StrictSerializer):
    value = StrictCharField(max_length=40, help_text="As a proposal takes it.")
    currency = StrictCharField(max_length=3, required=False, allow_blank=True, default="")
    grade = StrictCharField(max_length=20, required=False, allow_blank=True, default="")
    purpose_code = StrictCharField(max_length=40, required=False, allow_blank=True, default="")
    department_code = StrictCharField(max_length=40, required=False, allow_blank=True, default="")
    valid_from = StrictDateField()
    valid_to = StrictDateField(required=False)


class LookView(FraudView):
    answers_kept = "no"  # nothing is changed
    any_of = ("rules.draft_rule", "rules.activate_rule")

    def not_a_rule(self, error: RuleNotValid) -> Any:
        """The refusal of a text that is no rule."""
        said = "; ".join(problem.message(current_language()) for problem in error.problems)
        return self.wrong("text", said)


@extend_schema_view(
    post=describe(
        "One claim through a rule",
        answer=Explained,
        body=ExplainBody,
        refusals=(404,),
        operation_id="rule_explain",
    )
)
class ExplainClaim(LookView):
    """A text for one claim, part by part; a claim whose judgement is not open to the caller is absent."""

    def post(self, request: Request) -> Response:
        """Raises ValidationError for a text that is no rule, Http404."""
        data = self.input(ExplainBody)
        if not Claim.objects.filter(pk=data["claim"]).exists():
            raise Http404
        try:
            steps = explain_claim(text=data["text"], claim_id=data["claim"], by=self.by)
        except RuleNotValid as error:
            raise self.not_a_rule(error) from error
        if steps is None:
            raise Http404
        return Response(Explained({"steps": steps}).data)


@extend_schema_view(
    post=describe(
        "Preview a text beside the version that counts",
        answer=BacktestAnswer,
        body=TextBody,
        refusals=(404,),
        operation_id="rule_preview",
    )
)
class PreviewRule(LookView):
    """What a text of a rule would hit, and what it would hit more and less than the active version."""

    def post(self, request: Request, code: str) -> Response:
        """Raises ValidationError for a text that is no rule, Http404."""
        rule = get_object_or_404(Rule, code=code)
        active = rule.versions.filter(state=RuleVersion.State.ACTIVE).first()
        data = self.input(TextBody)
        try:
            found = backtest_rule(text=data["text"], by=self.by, active_text=active.text if active else "")
        except RuleNotValid as error:
            raise self.not_a_rule(error) from error
        if found.error:
            raise self.wrong("text", str(found.error))
        return Response(BacktestAnswer(found).data)


class ValueLook(FraudView):
    answers_kept = "no"  # nothing is changed
    any_of = ("rules.propose_rule", "rules.activate_rule")


@extend_schema_view(
    post=describe(
        "Preview another value of a parameter",
        answer=Effects,
        body=ParameterPreviewBody,
        refusals=(404,),
        operation_id="parameters_preview",
    )
)
class PreviewParameter(ValueLook):
    """What the value would have done on the last 90 days to every active rule that names it."""

    def post(self, request: Request, name: str) -> Response:
        """Raises Http404, ValidationError, RuleServiceError."""
        found, data = get_object_or_404(Parameter, name=name), dict(self.input(ParameterPreviewBody))
        value = typed_value(found.kind, data.pop("value"), "")
        data["currency"] = data["currency"].upper()
        content = values.parameter_content(parameter=found, value=value, **data)
        return _effects(unsaved_parameter_change(found, content))


@extend_schema_view(
    post=describe(
        "Preview another content of a list",
        answer=Effects,
        body=ListPreviewBody,
        refusals=(404,),
        operation_id="value_lists_preview",
    )
)
class PreviewList(ValueLook):
    """What the whole new content would have done on the last 90 days."""

    def post(self, request: Request, name: str) -> Response:
        """Raises Http404, ValidationError."""
        found, data = get_object_or_404(ValueList, name=name), self.input(ListPreviewBody)
        return _effects(ValueChange(value_list=found, content={"values": data["values"]}))


@extend_schema_view(
    post=describe(
        "Preview a proposed change of a list or parameter",
        answer=Effects,
        refusals=(404,),
        operation_id="value_changes_preview",
    )
)
class PreviewProposed(ValueLook):
    """What a proposal would have done on the last 90 days."""

    def post(self, request: Request, change_id: int) -> Response:
        """Raises Http404."""
        return _effects(get_object_or_404(ValueChange, pk=change_id))


def _effects(change: ValueChange) -> Response:
    return Response(Effects({"effects": preview_change(change)}).data)
