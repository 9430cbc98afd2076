"""The card policy for programs: what holds on a day, proposing, deciding."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit import clock
from audit.typed import day
from fraud.web.api import describe, query
from fraud.web.api_shapes import DecideReason, DecideView, ProposeView
from fraud.web.api_strict import (
    StrictBooleanField,
    StrictCharField,
    StrictDateField,
    StrictIntegerField,
    StrictSerializer,
)
from rules.models import PolicyChange, PolicyParagraph
from rules.services.paragraphs import policy_on
from rules.services.policy import (
    TEXTS,
    confirm_policy,
    examples,
    newest_texts,
    policy_version,
    propose_adoption,
    propose_policy,
    return_policy,
    waiting_policy,
)


class ParagraphAnswer(serializers.ModelSerializer):
    """`is_example`: shipped, and not the company's policy until somebody adopts it. `seen`: what a proposal of it rests on."""

    is_example = serializers.BooleanField()
    seen = serializers.IntegerField()

    class Meta:
        model = PolicyParagraph
        fields = ("number", *TEXTS, "valid_from", "is_example", "seen")


class PolicyChangeAnswer(serializers.ModelSerializer):
    paragraphs = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = PolicyChange
        fields = ("id", "state", "valid_from", "reason", "paragraphs")


class PolicyAnswer(serializers.Serializer):
    """`adoption_seen`: what a proposal to adopt all examples rests on."""

    on = serializers.DateField()
    paragraphs = ParagraphAnswer(many=True)
    waiting = PolicyChangeAnswer(many=True)
    adoption_seen = serializers.IntegerField()


class PolicyBody(StrictSerializer):
    """One paragraph with its four texts, with `is_removed` its end, or with `adopt` all examples as they read."""

    adopt = StrictBooleanField(required=False)
    number = StrictCharField(max_length=5, required=False)
    title_ko = StrictCharField(max_length=80, required=False)
    title_en = StrictCharField(max_length=80, required=False)
    text_ko = StrictCharField(max_length=800, required=False)
    text_en = StrictCharField(max_length=800, required=False)
    is_removed = StrictBooleanField(required=False)
    valid_from = StrictDateField()
    reason = StrictCharField(max_length=300)
    seen = StrictIntegerField(
        help_text="`seen` of the paragraph, 0 for a new number; `adoption_seen` to adopt."
    )


@extend_schema_view(
    get=describe(
        "Read the card policy",
        answer=PolicyAnswer,
        parameters=[query("on", "The policy of this day; today where it is left out.", OpenApiTypes.DATE)],
        operation_id="policy_read",
    ),
    post=describe(
        "Propose a change of the card policy",
        answer={201: PolicyChangeAnswer},
        body=PolicyBody,
        operation_id="policy_propose",
    ),
)
class PolicyDocument(ProposeView):
    """Numbered paragraphs in two languages that rules cite."""

    permission = "rules.view_rule"
    may_propose = "rules.propose_rule"
    body = PolicyBody
    filters = ("on",)

    def get(self, request: Request) -> Response:
        """The paragraphs of a day. Raises ValidationError."""
        from_text = self.param("on")
        on = day(from_text) if from_text else clock.today()
        if on is None:
            raise self.wrong("on", _("Write a day as 2026-01-31."))
        held = list(policy_on(on).values())
        newest = newest_texts([row.number for row in held])
        for row in held:
            row.seen = newest[row.number]  # type: ignore[attr-defined]
        told = {
            "on": on,
            "paragraphs": held,
            "waiting": waiting_policy(),
            "adoption_seen": policy_version([row.number for row in examples()]),
        }
        return Response(PolicyAnswer(told).data)

    def propose(self, data: dict[str, Any]) -> Any:
        """Raises RuleServiceError."""
        about = {"by": self.by, **{name: data.pop(name) for name in ("valid_from", "reason", "seen")}}
        adopts = data.pop("adopt", False)
        made = propose_adoption(**about) if adopts else propose_policy(paragraphs=[data], **about)
        return PolicyChangeAnswer(made).data


@extend_schema_view(
    post=describe(
        "Agree to a change of the card policy or return it",
        answer=PolicyChangeAnswer,
        body=DecideReason,
        refusals=(404, 409),
        operation_id="policy_decide",
    )
)
class DecidePolicy(DecideView):
    """`approve` or `return`, with its `reason`, by somebody else than who proposed it."""

    permission = "rules.activate_rule"
    row = PolicyChangeAnswer

    def found(self) -> Any:
        return PolicyChange

    def agree(self, change: PolicyChange, reason: str) -> object:
        return confirm_policy(change=change, by=self.by)

    def turn_down(self, change: PolicyChange, reason: str) -> object:
        return return_policy(change=change, by=self.by, reason=reason)
