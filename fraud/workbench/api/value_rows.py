"""Lists, parameters and their proposed changes as the interface tells them, and the bodies that propose and decide."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from audit import clock
from fraud.web.api_strict import StrictCharField, StrictDateField, StrictIntegerField, StrictSerializer
from fraud.workbench.values_page import rows_of, untyped_value, used_by, value_text
from rules.models import Parameter, ValueChange, ValueList
from rules.services.value_fitting import LONGEST_VALUE, MOST_VALUES
from rules.services.values import is_overtaken, parameter_version

_SCOPE = ("currency", "grade", "purpose_code", "department_code", "valid_from", "valid_to")


class ValueChangeRow(serializers.ModelSerializer):
    """A proposed or decided change of a list (`list`, `n_added`, `n_removed` against what holds) or of a parameter (`parameter`, `value`)."""

    list = serializers.CharField(source="value_list.name", default=None)
    parameter = serializers.CharField(source="parameter.name", default=None)
    proposed_by = serializers.CharField(source="proposed_by.username", default=None)
    decided_by = serializers.CharField(source="decided_by.username", default=None)
    is_overtaken = serializers.SerializerMethodField(help_text="Then it can only be returned.")
    n_added = serializers.SerializerMethodField()
    n_removed = serializers.SerializerMethodField()
    value = serializers.SerializerMethodField("value_in_words", help_text="In words.")

    class Meta:
        model = ValueChange
        # fmt: off
        fields = (
            "id", "list", "parameter", "state", "reason", "proposed_at", "proposed_by", "decided_at", "decided_by", "is_overtaken", "n_added",
            "n_removed", "value",
        )
        # fmt: on

    def get_is_overtaken(self, change: ValueChange) -> bool:
        """Only while it waits."""
        return change.state == ValueChange.State.PROPOSED and is_overtaken(change)

    def get_n_added(self, change: ValueChange) -> int | None:
        """None once it is decided, and for a parameter."""
        return len(_difference(change)[0]) if _is_open_list(change) else None

    def get_n_removed(self, change: ValueChange) -> int | None:
        """None once it is decided, and for a parameter."""
        return len(_difference(change)[1]) if _is_open_list(change) else None

    def value_in_words(self, change: ValueChange) -> str | None:
        """None for a list."""
        if change.parameter is None:
            return None
        return value_text(change.parameter.kind, change.content["value"], change.content["currency"])


class ChangeDetail(ValueChangeRow):
    """A change with its content: values that come and go, or the parameter's value as it is proposed."""

    added = serializers.SerializerMethodField()
    removed = serializers.SerializerMethodField()
    content = serializers.SerializerMethodField()

    class Meta:
        model = ValueChange
        fields = (*ValueChangeRow.Meta.fields, "added", "removed", "content")

    def get_added(self, change: ValueChange) -> list[str]:  # type: ignore[valid-type]
        """Empty once it is decided, and for a parameter."""
        return _difference(change)[0] if _is_open_list(change) else []

    def get_removed(self, change: ValueChange) -> list[str]:  # type: ignore[valid-type]
        """Empty once it is decided, and for a parameter."""
        return _difference(change)[1] if _is_open_list(change) else []

    def get_content(self, change: ValueChange) -> dict[str, Any]:
        """`expires` of a list; value, currency, scope and days of a parameter."""
        content = change.content
        if change.parameter is None:
            return {"expires": content.get("expires", {})}
        value = untyped_value(change.parameter.kind, content["value"], content["currency"])
        return {"value": value, **{name: content[name] for name in _SCOPE}}


class ValueChangePage(serializers.Serializer):
    results = ValueChangeRow(many=True)
    next = serializers.CharField(allow_null=True)


class ListRow(serializers.ModelSerializer):
    n_values = serializers.SerializerMethodField()

    class Meta:
        model = ValueList
        fields = ("name", "kind", "label_ko", "label_en", "n_values", "changed_at", "version")

    def get_n_values(self, found: ValueList) -> int:
        """Also those that have ended."""
        return len(found.values)


class ListDetail(ListRow):
    """A list with the rules that refer to it and what waits; its values are under `entries/`. A proposal rests on `version`."""

    used_by = serializers.SerializerMethodField()
    waiting = serializers.SerializerMethodField()

    class Meta:
        model = ValueList
        fields = (*ListRow.Meta.fields, "used_by", "waiting")

    def get_used_by(self, found: ValueList) -> list[str]:
        """Codes of the rules that count."""
        return used_by(f"@{found.name}")

    def get_waiting(self, found: ValueList) -> list[int]:
        """Numbers of the changes that wait for a second person."""
        return _waiting(found)


class ListPage(serializers.Serializer):
    results = ListRow(many=True)
    next = serializers.CharField(allow_null=True)


class EntryRow(serializers.Serializer):
    value = serializers.CharField()
    expires = serializers.DateField(allow_null=True, help_text="The first day on which it no longer counts.")
    is_now = serializers.BooleanField()


class EntryPage(serializers.Serializer):
    results = EntryRow(many=True)
    next = serializers.CharField(allow_null=True)


class ParameterRow(serializers.ModelSerializer):
    """`seen`: what a proposal rests on."""

    seen = serializers.SerializerMethodField()

    class Meta:
        model = Parameter
        fields = ("name", "kind", "label_ko", "label_en", "seen")

    def get_seen(self, found: Parameter) -> int:
        """The value agreed last."""
        return parameter_version(found)


class DatedValue(serializers.Serializer):
    """A value from a day on, for whom: money in major units, 90 for 90 %, durations in seconds; `text` in words."""

    value = serializers.CharField()
    text = serializers.CharField()
    currency = serializers.CharField(source="stored.currency")
    grade = serializers.CharField(source="stored.grade")
    purpose_code = serializers.CharField(source="stored.purpose_code")
    department_code = serializers.CharField(source="stored.department_code")
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    is_now = serializers.BooleanField()


class ParameterDetail(ParameterRow):
    values = serializers.SerializerMethodField()
    used_by = serializers.SerializerMethodField()
    waiting = serializers.SerializerMethodField()

    class Meta:
        model = Parameter
        fields = (*ParameterRow.Meta.fields, "values", "used_by", "waiting")

    def get_values(self, found: Parameter) -> list[dict[str, Any]]:
        """By scope, the newest first."""
        rows = rows_of(found, clock.today())
        values = [untyped_value(found.kind, row.stored.value, row.stored.currency) for row in rows]
        return [
            DatedValue({**vars(row), "value": value}).data for row, value in zip(rows, values, strict=True)
        ]

    def get_used_by(self, found: Parameter) -> list[str]:
        """Codes of the rules that count."""
        return used_by(f"${found.name}")

    def get_waiting(self, found: Parameter) -> list[int]:
        """Numbers of the changes that wait for a second person."""
        return _waiting(found)


class ParameterPage(serializers.Serializer):
    results = ParameterRow(many=True)
    next = serializers.CharField(allow_null=True)


class EntryBody(StrictSerializer):
    value = StrictCharField(max_length=LONGEST_VALUE)
    expires = StrictDateField(required=False, help_text="The first day on which it no longer counts.")


class ListBody(StrictSerializer):
    """The whole new content."""

    entries = serializers.ListField(child=EntryBody(), max_length=MOST_VALUES)
    reason = StrictCharField(max_length=300, required=False, allow_blank=True, default="")
    seen = StrictIntegerField(help_text="`version` of the list.")


class ListFileBody(StrictSerializer):
    """A CSV of values to add, in a second column the first day on which each no longer counts."""

    file = serializers.FileField(max_length=1000)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    apply = serializers.ChoiceField(
        choices=["yes", "no"],
        required=False,
        default="no",
        help_text="`yes` proposes what is accepted; without it the lines are only told.",
    )


class FileLine(serializers.Serializer):
    line = serializers.IntegerField()
    value = serializers.CharField()
    status = serializers.ChoiceField(choices=["duplicate", "refused"])
    reason = serializers.CharField()


class ListFileAnswer(serializers.Serializer):
    """What became of the lines; `change`: number of the proposal, null where none was made."""

    n_accepted = serializers.IntegerField()
    n_duplicate = serializers.IntegerField()
    n_refused = serializers.IntegerField()
    lines = FileLine(many=True, help_text="Those that were not taken.")
    change = serializers.IntegerField(allow_null=True)


class ParameterBody(StrictSerializer):
    value = StrictCharField(
        max_length=40, help_text="Decimal text: money in major units, 90 for 90 %, durations in seconds."
    )
    currency = StrictCharField(
        max_length=3, required=False, allow_blank=True, default="", help_text="Of money."
    )
    grade = StrictCharField(max_length=20, required=False, allow_blank=True, default="")
    purpose_code = StrictCharField(max_length=40, required=False, allow_blank=True, default="")
    department_code = StrictCharField(max_length=40, required=False, allow_blank=True, default="")
    valid_from = StrictDateField()
    valid_to = StrictDateField(required=False, help_text="The first day on which it no longer holds.")
    reason = StrictCharField(max_length=300)
    seen = StrictIntegerField(help_text="`seen` of the parameter.")


def _is_open_list(change: ValueChange) -> bool:
    return change.value_list is not None and change.state == ValueChange.State.PROPOSED


def _difference(change: ValueChange) -> tuple[list[str], list[str]]:
    """Values that come, values that go."""
    held = set(map(str, change.value_list.values if change.value_list else ()))
    wanted = set(change.content["values"])
    return sorted(wanted - held), sorted(held - wanted)


def _waiting(found: ValueList | Parameter) -> list[int]:
    return list(found.changes.filter(state=ValueChange.State.PROPOSED).values_list("pk", flat=True))
