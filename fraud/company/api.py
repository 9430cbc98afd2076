"""The company's settings for programs, in the words of their page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fraud.company.changing import (
    SettingsStale,
    activate_settings,
    propose_settings,
    return_settings,
    settings_version,
)
from fraud.company.models import CompanySettings
from fraud.company.pages import proposed_values, with_words
from fraud.company.setting_reading import read_changes
from fraud.company.setting_words import grouped_settings
from fraud.company.values import current_settings
from fraud.web.api import ONLY_PAGING, PAGING, FraudView, describe, query
from fraud.web.api_shapes import ListView, ProposeView, StepReason, StepView, pages_of
from fraud.web.api_strict import StrictCharField, StrictIntegerField, StrictSerializer


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


class SettingsBody(StrictSerializer):
    """`changes`: names of settings, each with its value as its page takes it (10 beside %, 500,000 beside the currency, empty for none)."""

    changes = serializers.DictField(child=StrictCharField(max_length=40, allow_blank=True), allow_empty=False)
    note = StrictCharField(max_length=300, help_text="Why, for whoever approves it.")
    seen = StrictIntegerField(help_text="`version` of the settings it was made on.")


class ChangedSetting(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()
    before = serializers.CharField()
    value = serializers.CharField()
    unit = serializers.CharField()
    effect = serializers.CharField()


class SettingsChangeRow(serializers.ModelSerializer):
    """A proposal with what it changes; `is_stale`: one of its settings holds otherwise by now; `seen`: the settings that hold now."""

    changes = ChangedSetting(many=True, source="shown")
    is_stale = serializers.BooleanField()
    seen = serializers.IntegerField()

    class Meta:
        model = CompanySettings
        fields = (
            "number",
            "state",
            "note",
            "changes",
            "is_stale",
            "seen",
            "proposed_by",
            "created_at",
            "activated_by",
            "activated_at",
        )


class DecideBody(StepReason):
    seen = StrictIntegerField(
        help_text="`seen` of the proposal: the settings that held when it was looked at."
    )


@extend_schema_view(
    get=describe("Read the company's settings", answer=SettingsAnswer, operation_id="settings_read"),
    post=describe(
        "Propose other settings",
        answer={201: SettingsChangeRow},
        body=SettingsBody,
        operation_id="settings_propose",
    ),
)
class SettingsRead(ProposeView):
    """What holds now under the headings of the page, in the caller's language; what is proposed waits for a second person."""

    any_of = ("fraud.view_settings", "fraud.change_settings")
    may_propose = "fraud.change_settings"
    body = SettingsBody

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

    def propose(self, data: dict[str, Any]) -> Any:
        """Raises SettingsNotValid (422), SettingsStale (409)."""
        changes = read_changes(data["changes"], current_settings())
        made = propose_settings(changes=changes, note=data["note"], by=self.by, seen=data["seen"])
        return told(made.number)


class SettingsChangeView(FraudView):
    any_of = ("fraud.view_settings", "fraud.change_settings", "fraud.view_detection")


def told(number: int) -> dict[str, object]:
    """One proposal in words. Raises Http404."""
    return SettingsChangeRow(with_words([get_object_or_404(CompanySettings, number=number)])[0]).data


@extend_schema_view(
    get=describe(
        "List what was proposed of the settings",
        answer=pages_of(SettingsChangeRow),
        parameters=[query("state", "", enum=CompanySettings.State.values), *PAGING],
        operation_id="settings_changes_list",
    )
)
class SettingsChanges(ListView, SettingsChangeView):
    """Proposals, newest first: what waits, what holds, what held, what was returned."""

    filters = ("state", *ONLY_PAGING)
    row = SettingsChangeRow

    def found(self) -> QuerySet[CompanySettings]:
        rows = CompanySettings.objects.all()
        state = self.one_of("state", CompanySettings.State.values)
        return rows.filter(state=state) if state else rows

    def told(self, rows: list[CompanySettings]) -> Any:
        return super().told(with_words(rows))


@extend_schema_view(
    get=describe(
        "Read a proposal of settings",
        answer=SettingsChangeRow,
        refusals=(404,),
        operation_id="settings_changes_read",
    )
)
class SettingsChangeOne(SettingsChangeView):
    """A proposal with each setting before and after, in words."""

    def get(self, request: Request, number: int) -> Response:
        """Raises Http404."""
        return Response(told(number))


@extend_schema_view(
    post=describe(
        "Activate proposed settings or return them",
        answer=SettingsChangeRow,
        body=DecideBody,
        refusals=(404,),
        operation_id="settings_changes_decide",
    )
)
class DecideSettings(StepView, SettingsChangeView):
    """`activate` or `return` (with its `reason`), by somebody else than who proposed it."""

    body = DecideBody
    steps: ClassVar[Mapping[str, str]] = {"activate": "activate", "return": "send_back"}

    def activate(self, data: dict[str, Any], number: int) -> dict[str, object]:
        """Raises Http404, NotPermitted, SettingsStale, SettingsNotValid."""
        _waiting(number)
        activate_settings(number=number, by=self.by, **data)
        return told(number)

    def send_back(self, data: dict[str, Any], number: int) -> dict[str, object]:
        """Raises Http404, NotPermitted, SettingsNotValid."""
        _waiting(number)
        return_settings(number=number, by=self.by, reason=data["reason"])
        return told(number)


def _waiting(number: int) -> None:
    """Raises Http404 for a number there is none of, SettingsStale for one that was decided."""
    row = get_object_or_404(CompanySettings, number=number)
    if row.state != CompanySettings.State.PROPOSED:
        raise SettingsStale
