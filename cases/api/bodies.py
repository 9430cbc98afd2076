"""The JSON body of a form: strict fields with the same names and limits as on the pages."""

from __future__ import annotations

from functools import cache, singledispatch
from typing import Any

from django.utils.translation import gettext as _t
from rest_framework import serializers

from cases.actions import fields as kinds
from cases.actions.fields import AMOUNT_MAX, Field, Form
from cases.actions.opening import Versions
from cases.services.choice_words import choice_word
from fraud.web.api_strict import (
    StrictBooleanField,
    StrictCharField,
    StrictDateField,
    StrictIntegerField,
    StrictSerializer,
)


class NamedChoiceField(serializers.ChoiceField):
    """One of a few codes; what is none of them is refused with every code and its word, where it has one."""

    def __init__(self, named: str, choices: list[Any], **options: Any) -> None:
        super().__init__(choices, **options)
        self.named = named

    def to_internal_value(self, data: Any) -> Any:
        """The code. Raises ValidationError naming the codes that are taken."""
        if not isinstance(data, str) or data not in self.choices:
            words = {code: choice_word(self.named, code) for code in self.choices}
            told = ", ".join(code if word == code else f"{code} ({word})" for code, word in words.items())
            raise serializers.ValidationError(
                _t("Choose one of: %(choices)s.") % {"choices": told}, "invalid_choice"
            )
        return data


@cache
def body_of(form: Form) -> type[serializers.Serializer]:
    """The serializer of a form, the same class each time it is asked for."""
    made = {field.name: json_field(field) for field in form.fields}
    return type(form.name, (StrictSerializer,), {**made, "__doc__": "" if made else "No fields."})


@singledispatch
def json_field(field: Field) -> serializers.Field:
    """What a field takes in a JSON body."""
    raise TypeError(type(field))


@json_field.register
def _(field: kinds.Text) -> serializers.Field:
    exact = field.minimum if field.minimum == field.maximum else None
    return StrictCharField(
        min_length=exact, max_length=field.maximum, required=field.required, allow_blank=not field.required
    )


@json_field.register
def _(field: kinds.Choice) -> serializers.Field:
    return NamedChoiceField(field.name, list(field.choices), required=field.required)


@json_field.register
def _(field: kinds.Whole) -> serializers.Field:
    return StrictIntegerField(required=field.required)


@json_field.register
def _(field: kinds.Day) -> serializers.Field:
    return StrictDateField(required=field.required)


@json_field.register
def _(field: kinds.Amount) -> serializers.Field:
    # Money never is a JSON number: 84000.1 has no exact value there.
    return StrictCharField(max_length=AMOUNT_MAX, required=field.required)


@json_field.register
def _(field: kinds.Flag) -> serializers.Field:
    return StrictBooleanField(required=field.required)


@json_field.register
def _(field: kinds.Texts) -> serializers.Field:
    child = StrictCharField(max_length=field.maximum)
    return serializers.ListField(child=child, max_length=field.most, required=field.required)


@json_field.register
def _(field: kinds.Answers) -> serializers.Field:
    child = StrictCharField(max_length=field.maximum, allow_blank=True)
    return serializers.DictField(child=child, required=field.required)


class Instalment(StrictSerializer):
    """One part of a plan."""

    due_on = StrictDateField()
    amount = StrictCharField(max_length=AMOUNT_MAX)


@json_field.register
def _(field: kinds.Parts) -> serializers.Field:
    return serializers.ListField(
        child=Instalment(), min_length=1, max_length=field.most, required=field.required
    )


class BulkRow(StrictSerializer):
    """A case and the version of it that was seen."""

    reference = StrictCharField(max_length=20)
    version = StrictIntegerField(min_value=1)


@json_field.register
def _(field: Versions) -> serializers.Field:
    return serializers.ListField(child=BulkRow(), min_length=1, max_length=field.most)


@json_field.register
def _(field: kinds.Seen) -> serializers.Field:
    return BulkRow(required=field.required)


@json_field.register
def _(field: kinds.Ids) -> serializers.Field:
    child = StrictCharField(max_length=120)
    return serializers.ListField(child=child, min_length=1, max_length=field.most)


class Upload(StrictSerializer):
    """One file in a multipart form."""

    file = serializers.FileField(allow_empty_file=True, max_length=1000)


class StatementUpload(Upload):
    """A bank's or payroll's file; `profile` names how a table with headers of its own is read."""

    profile = StrictCharField(max_length=60, required=False, allow_blank=True, default="")
