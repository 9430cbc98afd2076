"""Going back to the version of a rule before the one that counts, through the interface."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fraud.web.api import FraudView, describe
from fraud.web.api_errors import refuse
from fraud.web.api_strict import StrictCharField, StrictIntegerField, StrictSerializer
from rules.exceptions import RuleServiceError
from rules.language import RuleNotValid
from rules.models import Rule
from rules.services.turning_off import roll_back_rule


class RollBackAsked(StrictSerializer):
    seen = StrictIntegerField(min_value=1, help_text="Number of the version that counts now.")
    reason = StrictCharField(max_length=300)


class RollBackAnswer(serializers.Serializer):
    rule = serializers.CharField(source="rule.code")
    version = serializers.IntegerField(source="number", help_text="The version that is to count again.")
    state = serializers.CharField()
    text = serializers.CharField()


@extend_schema_view(
    post=describe(
        "Go back to the version before",
        answer={201: RollBackAnswer},
        body=RollBackAsked,
        refusals=(404, 409),
        operation_id="rule_roll_back",
    )
)
class RollBack(FraudView):
    """Proposes that the version that counted before counts again; a second person activates it. A night in progress is not changed."""

    permission = "rules.view_rule"

    def post(self, request: Request, code: str) -> Response:
        """The proposed version. Raises Http404."""
        rule = Rule.objects.filter(code=code).first()
        if rule is None:
            raise Http404
        data = self.input(RollBackAsked)
        try:
            made = roll_back_rule(rule=rule, seen=data["seen"], reason=data["reason"], by=self.by)
        except RuleServiceError as error:
            return refuse(error.status, error.code, str(error))
        except RuleNotValid as error:
            return refuse(422, "rule_not_valid", str(error))
        return Response(RollBackAnswer(made).data, status=201)
