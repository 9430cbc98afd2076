"""The facts of health through the interface."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseworkView, describe
from cases.services.health import Level, find_health, worst


class FactRow(serializers.Serializer):
    """`value` is in the unit the code ends with (seconds, bytes), else a number of things or 0 and 1; null where there is none."""

    code = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    level = serializers.ChoiceField([level.value for level in Level])
    detail = serializers.CharField()


class HealthAnswer(serializers.Serializer):
    level = serializers.ChoiceField([level.value for level in Level])
    facts = FactRow(many=True)


@extend_schema_view(
    get=describe("Read whether work gets done", answer=HealthAnswer, operation_id="health_read")
)
class HealthRead(CaseworkView):
    """The facts behind `/readyz` and `/metrics`."""

    permission = "cases.view_health"

    def get(self, request: Request) -> Response:
        facts = find_health()
        return Response(HealthAnswer({"level": worst(facts), "facts": facts}).data)
