"""The company's settings for programs, in the words of their page."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fraud.company.changing import settings_version
from fraud.company.pages import proposed_values
from fraud.company.setting_words import grouped_settings
from fraud.company.values import current_settings
from fraud.web.api import FraudView, describe


class SettingRow(serializers.Serializer):
    """A setting: what holds in words, what it is counted in, what a change of it does, what somebody proposed (empty for nothing)."""

    name = serializers.CharField()
    label = serializers.CharField()
    value = serializers.CharField()
    unit = serializers.CharField()
    effect = serializers.CharField()
    proposed = serializers.CharField()


class SettingGroup(serializers.Serializer):
    heading = serializers.CharField()
    settings = SettingRow(many=True)


class SettingsAnswer(serializers.Serializer):
    """`version`: the number of the settings that hold, 0 for the defaults."""

    version = serializers.IntegerField()
    currency = serializers.CharField()
    groups = SettingGroup(many=True)


@extend_schema_view(
    get=describe("Read the company's settings", answer=SettingsAnswer, operation_id="settings_read")
)
class SettingsRead(FraudView):
    """What holds now under the headings of the page, in the caller's language."""

    any_of = ("fraud.view_settings", "fraud.change_settings")

    def get(self, request: Request) -> Response:
        values, proposed = current_settings(), proposed_values()
        groups = [
            {
                "heading": group.heading,
                "settings": [
                    {
                        "name": row.name,
                        "label": row.label,
                        "value": row.value,
                        "unit": row.unit,
                        "effect": row.effect,
                        "proposed": proposed.get(row.name, ""),
                    }
                    for row in group.rows
                ],
            }
            for group in grouped_settings(values)
        ]
        told = {"version": settings_version(), "currency": values.currency, "groups": groups}
        return Response(SettingsAnswer(told).data)
