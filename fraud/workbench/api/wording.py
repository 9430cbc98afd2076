"""The company's own words for programs: what holds, proposing, deciding."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fraud.web.api import describe, query
from fraud.web.api_shapes import DecideReason, DecideView, ProposeView
from fraud.web.api_strict import StrictBooleanField, StrictCharField, StrictSerializer
from rules.models import WordingChange
from rules.services.groups import rule_groups
from rules.services.wording import (
    Subject,
    confirm_wording,
    propose_wording,
    return_wording,
    waiting_wording,
    wording,
    wording_version,
)


class WordingChangeAnswer(serializers.ModelSerializer):
    content = serializers.DictField()
    base = serializers.DictField()

    class Meta:
        model = WordingChange
        fields = ("id", "subject", "name", "state", "content", "base", "reason", "proposed_at", "decided_at")


class GroupAnswer(serializers.Serializer):
    code = serializers.CharField()
    name_ko = serializers.CharField()
    name_en = serializers.CharField()
    is_retired = serializers.BooleanField()


class WordingAnswer(serializers.Serializer):
    """`words`: of the asked subject and name, else null. `seen`: what a proposal of them rests on, empty for something new."""

    groups = GroupAnswer(many=True)
    waiting = WordingChangeAnswer(many=True)
    words = serializers.DictField(allow_null=True)
    seen = serializers.CharField(allow_blank=True)


class WordingBody(StrictSerializer):
    """The words that are to change; what is left out stays. A name that there is not yet makes a group, list or parameter."""

    subject = serializers.ChoiceField(choices=Subject.choices)
    name = StrictCharField(
        max_length=60, help_text="Code of the rule or group, name of the list or parameter."
    )
    reason = StrictCharField(max_length=300)
    seen = StrictCharField(max_length=16, allow_blank=True)
    name_ko = StrictCharField(max_length=120, required=False)
    name_en = StrictCharField(max_length=120, required=False)
    label_ko = StrictCharField(max_length=120, required=False)
    label_en = StrictCharField(max_length=120, required=False)
    group = StrictCharField(max_length=20, required=False)
    policy_clause = StrictCharField(max_length=200, required=False, allow_blank=True)
    policy_clause_en = StrictCharField(max_length=200, required=False, allow_blank=True)
    question_ko = StrictCharField(max_length=2_000, required=False, allow_blank=True)
    question_en = StrictCharField(max_length=2_000, required=False, allow_blank=True)
    kind = StrictCharField(max_length=10, required=False, help_text="Of a new list or parameter.")
    is_retired = StrictBooleanField(required=False)


@extend_schema_view(
    get=describe(
        "Read the company's own words",
        answer=WordingAnswer,
        parameters=[
            query("subject", "With `name`: a rule, group, list or parameter.", enum=Subject.values),
            query("name", "Code of the rule or group, name of the list or parameter."),
        ],
        operation_id="wording_read",
    ),
    post=describe(
        "Propose other words, something new or its end",
        answer={201: WordingChangeAnswer},
        body=WordingBody,
        operation_id="wording_propose",
    ),
)
class Wording(ProposeView):
    """What rules, their groups, lists and parameters are called, cite and ask."""

    permission = "rules.view_rule"
    may_propose = "rules.propose_rule"
    body = WordingBody
    filters = ("subject", "name")

    def get(self, request: Request) -> Response:
        """Groups, what waits, and the words of one thing. Raises Http404 where there is no such thing."""
        subject, name = self.param("subject"), self.param("name")
        words = wording(subject, name) if subject in Subject.values else None
        if (subject or name) and words is None:
            raise Http404
        told: dict[str, Any] = {
            "groups": rule_groups().values(),
            "waiting": waiting_wording(),
            "words": words,
            "seen": wording_version(subject, name) if words else "",
        }
        return Response(WordingAnswer(told).data)

    def propose(self, data: dict[str, Any]) -> Any:
        """Raises RuleServiceError."""
        return WordingChangeAnswer(propose_wording(by=self.by, **data)).data


@extend_schema_view(
    post=describe(
        "Agree to a change of words or return it",
        answer=WordingChangeAnswer,
        body=DecideReason,
        refusals=(404, 409),
        operation_id="wording_decide",
    )
)
class DecideWording(DecideView):
    """`approve` or `return`, with its `reason`, by somebody else than who proposed it."""

    permission = "rules.activate_rule"
    row = WordingChangeAnswer

    def found(self) -> Any:
        return WordingChange

    def agree(self, change: WordingChange, reason: str) -> object:
        return confirm_wording(change=change, by=self.by)

    def turn_down(self, change: WordingChange, reason: str) -> object:
        return return_wording(change=change, by=self.by, reason=reason)
