"""Rules in operation through the interface: how one does, and which to look at."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.rule_load import LATER, later
from cases.pages.held_back import WHY
from cases.pages.rule_misses import missed_by, shown_version
from cases.pages.rule_operation import Operation, hits_for, operation_of
from cases.pages.rules_to_look_at import rules_to_look_at
from fraud.web.api import ONLY_PAGING, PAGING, FraudView, describe
from fraud.web.api_money import decimal_text
from fraud.web.beside import Waiting
from rules.models import Rule


class MoneySum(serializers.Serializer):
    amount = serializers.CharField()
    currency = serializers.CharField()


class WaitingReason(serializers.Serializer):
    why = serializers.ChoiceField(choices=list(WHY), source="code")
    words = serializers.CharField(help_text="In the reader's language.")
    claims = serializers.IntegerField(source="n")


class OperationAnswer(serializers.Serializer):
    """The last 180 days of a rule; `precision_low` and `precision_high` are the 95 % interval among hits with an outcome."""

    code = serializers.CharField()
    hits = serializers.IntegerField(help_text="Claims hit.")
    cases = serializers.IntegerField()
    reviewed = serializers.IntegerField()
    misuse = serializers.IntegerField()
    precision = serializers.FloatField(allow_null=True)
    precision_low = serializers.FloatField()
    precision_high = serializers.FloatField()
    belief = serializers.FloatField(allow_null=True)
    last_hit_at = serializers.DateTimeField(allow_null=True, help_text="When the night ran that hit last.")
    last_hit_on = serializers.DateField(allow_null=True, help_text="Day of the latest payment hit.")
    to_recover = MoneySum(many=True)
    appeals = serializers.IntegerField()
    reversed = serializers.IntegerField(help_text="Of the judged appeals: granted in whole or in part.")
    hours = serializers.FloatField()
    held_back = serializers.IntegerField(
        help_text="Claims that its nightly budget has let wait in this time."
    )
    waiting = serializers.IntegerField(help_text="Claims hit that wait for a seat now, for whatever reason.")
    waiting_by_reason = WaitingReason(many=True)
    covered_by = serializers.CharField(
        allow_null=True, help_text="Null where no other active rule shares a hit."
    )
    covered_share = serializers.FloatField(allow_null=True)
    misuse_only_here = serializers.IntegerField(allow_null=True)


class LookedAt(serializers.Serializer):
    name = serializers.CharField()
    value = serializers.CharField()


class NearlyHit(serializers.Serializer):
    claim = serializers.IntegerField()
    did_not_hold = serializers.CharField(
        help_text="The one condition that did not hold, in the reader's language."
    )
    looked_at = LookedAt(many=True)


class MissesAnswer(serializers.Serializer):
    """Of the misuse known of the last 90 days' claims, ten of each at most, of claims the reader may see."""

    n_misuse = serializers.IntegerField()
    nearly = NearlyHit(many=True)
    only_here = serializers.ListField(
        child=serializers.IntegerField(), help_text="Claims its text hits and no other active rule does."
    )


class RuleToLookAtRow(serializers.Serializer):
    code = serializers.CharField(source="rule.code")
    version = serializers.IntegerField(source="version.number")
    why = serializers.ChoiceField(
        choices=["too_little", "covered", "reversed", "silent", "overflow", "unknown"]
    )
    sentence = serializers.CharField()
    speaks_for_stopping = serializers.BooleanField()


class RulesToLookAtRows(serializers.Serializer):
    results = RuleToLookAtRow(many=True)
    next = serializers.CharField(allow_null=True)


def _told(found: Operation) -> dict[str, Any]:
    covered, bounds = found.covered, found.interval
    return {
        "code": found.code,
        "hits": found.n_claims,
        "cases": found.n_cases,
        "reviewed": found.n_reviewed,
        "misuse": found.n_misuse,
        "precision": found.precision,
        "precision_low": bounds.low,
        "precision_high": bounds.high,
        "belief": found.belief.evidence.belief if found.belief else None,
        "last_hit_at": found.last_hit_at,
        "last_hit_on": found.last_hit_on,
        "to_recover": [{"amount": decimal_text(n, cur), "currency": cur} for cur, n in found.money],
        "appeals": found.n_appeals,
        "reversed": found.n_reversed,
        "hours": found.hours,
        "held_back": found.n_held_back,
        "waiting": found.n_waiting,
        "waiting_by_reason": found.waiting,
        "covered_by": (covered.by or None) if covered else None,
        "covered_share": covered.share if covered else None,
        "misuse_only_here": covered.n_misuse_only_here if covered else None,
    }


@extend_schema_view(
    get=describe("How a rule does", answer=OperationAnswer, refusals=(404,), operation_id="rule_operation")
)
class RuleOperation(FraudView):
    """Hits, cases, outcomes, money, reversals, hours and overlap of a rule."""

    permission = "rules.view_rule"

    def get(self, request: Request, code: str) -> Response:
        """Raises Http404."""
        rule = Rule.objects.filter(code=code).first()
        if rule is None:
            raise Http404
        return Response(OperationAnswer(_told(operation_of(rule, hits_for(self.by)))).data)


@extend_schema_view(
    get=describe(
        "Misuse a rule missed",
        answer={200: MissesAnswer, 202: LATER},
        refusals=(404,),
        operation_id="rule_misses",
    )
)
class RuleMisses(FraudView):
    """Misuse the rule's text nearly hit, or hit while no other active rule did; 202 with the same address while it is worked out."""

    permission = "rules.view_rule"

    def get(self, request: Request, code: str) -> Response:
        """Raises Http404."""
        rule = Rule.objects.filter(code=code).first()
        version = shown_version(rule) if rule is not None else None
        if version is None:
            raise Http404
        found = missed_by(version, self.by)
        if isinstance(found, Waiting):
            return later(found, reverse("cases-api:rule-misses", args=[code]))
        near = [
            {
                "claim": claim.pk,
                "did_not_hold": part,
                "looked_at": [{"name": name, "value": value} for name, value in values],
            }
            for claim, part, values in found.near
        ]
        caught = [claim.pk for claim in found.caught]
        told = {"n_misuse": found.n_misuse, "nearly": near, "only_here": caught}
        return Response(MissesAnswer(told).data)


@extend_schema_view(
    get=describe(
        "Rules to look at",
        answer=RulesToLookAtRows,
        parameters=PAGING,
        refusals=(404,),
        operation_id="rules_to_look_at",
    )
)
class RulesToLookAt(FraudView):
    """Active rules that somebody should look at, a row a reason."""

    permission = "rules.view_rule"
    filters = ONLY_PAGING

    def get(self, request: Request) -> Response:
        """Those that speak for stopping a rule come first."""
        page = self.page_of(
            rules_to_look_at(self.by),
            key=lambda row: f"{int(not row.speaks_for_stopping)} {row.rule.code} {row.version.pk} {row.why}",
        )
        return self.paged(RuleToLookAtRow(page.rows, many=True).data, page)
