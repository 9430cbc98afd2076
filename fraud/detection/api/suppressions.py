"""Suppressions of rules through the interface: list, propose, confirm, return, end."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.permissions import require
from fraud.claims.identity import cardholders_of
from fraud.claims.models import Merchant
from fraud.claims.units import within_units
from fraud.detection.models import RuleSuppression
from fraud.detection.suppressing import (
    confirm_suppression,
    end_suppression,
    propose_suppression,
    return_suppression,
    visible_suppressions,
)
from fraud.web.api import ONLY_PAGING, PAGING, FraudView, describe
from fraud.web.api_errors import refuse
from fraud.web.api_strict import StrictCharField, StrictDateField, StrictIntegerField, StrictSerializer
from rules.exceptions import RuleServiceError
from rules.models import Rule

STEPS = ("confirm", "return", "end")


class SuppressionRow(serializers.ModelSerializer):
    """A rule that leaves a person or a merchant alone up to and with a day."""

    rule = serializers.CharField(source="rule.code")
    employee_no = serializers.CharField(source="cardholder.employee_no", default=None)
    merchant = serializers.CharField(source="merchant.name", default=None)

    class Meta:
        model = RuleSuppression
        # fmt: off
        fields = (
            "id", "rule", "employee_no", "merchant", "state", "reason", "answer", "until", "version", "proposed_at", "decided_at",
            "ended_at",
        )
        # fmt: on


class SuppressionRows(serializers.Serializer):
    results = SuppressionRow(many=True)
    next = serializers.CharField(allow_null=True)


class SuppressionAsked(StrictSerializer):
    employee_no = StrictCharField(max_length=40, required=False, allow_blank=True, default="")
    brn = StrictCharField(
        max_length=10, required=False, allow_blank=True, default="", help_text="Ten digits."
    )
    reason = StrictCharField(max_length=300)
    until = StrictDateField(help_text="The last day it holds.")


class SuppressionStep(StrictSerializer):
    seen = StrictIntegerField(help_text="`version` of the answer the step rests on.")
    reason = StrictCharField(max_length=300, required=False, allow_blank=True, default="")


class SuppressionView(FraudView):
    """What the endpoints share: refusals of the services name what would be right. Whoever may ask for one sees them, as on a claim's page."""

    any_of = ("rules.view_rule", "fraud.suppress_rule", "fraud.approve_suppression")
    told_anew = "id"

    def tell_again(self, kept: Any, *, status: int) -> Response:
        """The suppression as it stands. Raises Http404 where it is not theirs to see any more."""
        return Response(SuppressionRow(self.visible(kept["id"])).data, status=status)

    def visible(self, number: int) -> RuleSuppression:
        """Raises Http404."""
        row = (
            RuleSuppression.objects.select_related("rule", "cardholder", "merchant").filter(pk=number).first()
        )
        if row is None or not visible_suppressions([row], self.by):
            raise Http404
        return row

    def refused(self, error: RuleServiceError) -> Response:
        """The service's own sentence and status."""
        return refuse(error.status, error.code, str(error))


@extend_schema_view(
    get=describe(
        "Suppressions of a rule",
        answer=SuppressionRows,
        parameters=PAGING,
        refusals=(404,),
        operation_id="suppression_list",
    ),
    post=describe(
        "Propose a suppression",
        answer={201: SuppressionRow},
        body=SuppressionAsked,
        refusals=(404, 409),
        operation_id="suppression_propose",
    ),
)
class SuppressionList(SuppressionView):
    """Hits of a suppressed rule are stored and marked; they lift no score and open no case. Give `employee_no` or `brn`."""

    filters = ONLY_PAGING

    def get(self, request: Request, code: str) -> Response:
        """Newest first; none about a person the reader must not judge."""
        rows = self._rule(code).suppressions.select_related("rule", "cardholder", "merchant")
        page = self.page(rows, by="proposed_at")
        return self.paged(SuppressionRow(visible_suppressions(page.rows, self.by), many=True).data, page)

    def post(self, request: Request, code: str) -> Response:
        """Raises ValidationError for a number nobody has."""
        require(self.by, "fraud.suppress_rule")
        rule, data = self._rule(code), self.input(SuppressionAsked)
        people = within_units(cardholders_of(data["employee_no"]), self.by, "department")
        person = people.first() if data["employee_no"] else None
        place = Merchant.objects.filter(brn=data["brn"]).first() if data["brn"] else None
        try:
            made = propose_suppression(
                rule=rule,
                cardholder=person,
                merchant=place,
                reason=data["reason"],
                until=data["until"],
                by=self.by,
            )
        except RuleServiceError as error:
            return self.refused(error)
        return Response(SuppressionRow(made).data, status=201)

    def _rule(self, code: str) -> Rule:
        found = Rule.objects.filter(code=code).first()
        if found is None:
            raise Http404
        return found


@extend_schema_view(
    post=describe(
        "Confirm, return or end a suppression",
        answer=SuppressionRow,
        body=SuppressionStep,
        refusals=(404, 409),
        operation_id="suppression_step",
    )
)
class DecideSuppression(SuppressionView):
    """`confirm` and `return` by somebody who did not propose it, `end` by anybody who may propose."""

    def post(self, request: Request, number: int, name: str) -> Response:
        """Raises Http404 for another step."""
        row = self.visible(number)
        if name not in STEPS:
            raise Http404
        data = self.input(SuppressionStep)
        seen, reason = data["seen"], data["reason"]
        try:
            if name == "confirm":
                done = confirm_suppression(suppression=row, by=self.by, seen=seen)
            elif name == "return":
                done = return_suppression(suppression=row, reason=reason, by=self.by, seen=seen)
            else:
                done = end_suppression(suppression=row, reason=reason, by=self.by, seen=seen)
        except RuleServiceError as error:
            return self.refused(error)
        return Response(SuppressionRow(done).data)
