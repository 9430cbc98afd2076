"""The JSON body of a form: strict fields with the same names and limits as on the pages."""

from __future__ import annotations

from functools import cache, singledispatch

from django.utils.functional import lazy
from rest_framework import serializers

from cases.actions import fields as kinds
from cases.actions.fields import AMOUNT_MAX, Field, Form
from cases.actions.opening import Ids, Versions
from cases.services import errors
from fraud.web.api_strict import (
    StrictBooleanField,
    StrictCharField,
    StrictDateField,
    StrictIntegerField,
    StrictSerializer,
)


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
    wrong = errors.ChoiceNotValid(field=field.name, choices=field.codes())
    said = lazy(lambda: wrong.sentence, str)()  # in the language of whoever asks, not of whoever asked first
    return serializers.ChoiceField(
        list(field.choices),
        required=field.required,
        error_messages={"invalid_choice": said, "required": said, "null": said},
    )


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
def _(field: Ids) -> serializers.Field:
    child = StrictCharField(max_length=120)
    return serializers.ListField(child=child, min_length=1, max_length=field.most)


class Upload(StrictSerializer):
    """One file in a multipart form."""

    file = serializers.FileField(allow_empty_file=True, max_length=1000)
