"""Rules that are being written, through the interface: both forms of a tree, what it may name, and what it hits now."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.language import current_language
from fraud.web.api import FraudView, describe
from fraud.web.api_strict import StrictCharField, StrictSerializer
from fraud.workbench.builder_words import builder_words
from fraud.workbench.rule_reading import read_rule
from fraud.workbench.trying import try_rule
from rules.language import RuleNotValid
from rules.language.nodes import MAX_TEXT


class RuleBody(StrictSerializer):
    text = StrictCharField(max_length=MAX_TEXT, required=False, allow_blank=True, trim_whitespace=False)
    tree = serializers.DictField(required=False, help_text="The JSON form; in place of the text.")  # type: ignore[assignment]


class ProblemAnswer(serializers.Serializer):
    line = serializers.IntegerField()
    column = serializers.IntegerField()
    text = serializers.CharField()


class ReadAnswer(serializers.Serializer):
    text = serializers.CharField(allow_null=True)
    tree = serializers.DictField(allow_null=True)
    is_valid = serializers.BooleanField()  # type: ignore[assignment]
    sentence = serializers.CharField(allow_blank=True)
    warnings = serializers.ListField(child=serializers.CharField())
    problems = ProblemAnswer(many=True)
    correction = serializers.CharField(allow_blank=True, help_text="The whole rule as it may be meant.")


class TextBody(StrictSerializer):
    text = StrictCharField(max_length=MAX_TEXT)


class TriedAnswer(serializers.Serializer):
    n_claims = serializers.IntegerField()
    n_hits = serializers.IntegerField()
    cases_a_night = serializers.FloatField(help_text="Were every bundle of hits a case.")
    not_evaluable = serializers.IntegerField()
    missing = serializers.ListField(child=serializers.CharField())
    claims = serializers.ListField(child=serializers.IntegerField(), help_text="The newest hits.")


class WordsAnswer(serializers.Serializer):
    fields = serializers.ListField(child=serializers.DictField())  # type: ignore[assignment]
    windows = serializers.ListField(child=serializers.DictField())
    functions = serializers.ListField(child=serializers.DictField())
    keys = serializers.ListField(child=serializers.DictField())
    lists = serializers.ListField(child=serializers.DictField())
    parameters = serializers.ListField(child=serializers.DictField())
    currency = serializers.CharField()


class RuleWords(FraudView):
    """What a rule may name, with the company's own values."""

    permission = "rules.view_rule"

    @describe("Words of the rule language", answer=WordsAnswer, operation_id="rule_words")
    def get(self, request: Request) -> Response:
        """Fields, aggregates, functions, keys, lists and parameters in the reader's language."""
        found: dict[str, Any] = builder_words()
        return Response({name: found[name] for name in found if name not in {"words", "groups"}})


class RuleRead(FraudView):
    """Text and JSON form of one tree."""

    answers_kept = "no"  # nothing is changed
    permission = "rules.view_rule"

    @describe("Read a rule", answer=ReadAnswer, body=RuleBody, operation_id="rule_read")
    def post(self, request: Request) -> Response:
        """What is wrong stands in ``problems``. Raises ValidationError where neither text nor tree is there, or both."""
        data = self.input(RuleBody)
        if ("text" in data) == ("tree" in data):
            raise self.wrong("text", _("Give either the text or the tree."))
        return Response(ReadAnswer(read_rule(**data)).data)


class RuleTry(FraudView):
    """What a text hits on the last 90 days; nothing is saved."""

    answers_kept = "no"  # nothing is changed
    any_of = ("rules.draft_rule", "rules.activate_rule")

    @describe("Try a rule", answer=TriedAnswer, body=TextBody, operation_id="rule_try")
    def post(self, request: Request) -> Response:
        """Raises ValidationError for a text that is no rule and where there are no claims."""
        data = self.input(TextBody)
        try:
            found = try_rule(text=data["text"], by=self.by)
        except RuleNotValid as error:
            said = "; ".join(problem.message(current_language()) for problem in error.problems)
            raise self.wrong("text", said) from error
        if found is None:
            raise self.wrong("text", _("There are no claims yet, so nothing can be said of the data."))
        claims = [sample["claim"].pk for sample in found.samples]
        return Response(_tried(found, claims))


def _tried(found: Any, claims: list[int]) -> Any:
    names = ("n_claims", "n_hits", "cases_a_night", "not_evaluable", "missing")
    return TriedAnswer({**{name: getattr(found, name) for name in names}, "claims": claims}).data
