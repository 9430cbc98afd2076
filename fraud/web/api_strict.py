"""Strict requests: what is not asked for, not a plain number, or ambiguous is refused with 400 instead of guessed at.

REST framework ignores unknown fields and reads `true` as a number. Decisions about people cannot rest on that. The body itself is read
by `api_bodies`, what fields say of a refused value is in `api_says`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.negotiation import DefaultContentNegotiation

from audit.typed import day
from fraud.web.api_says import BLANK_SAYS, NO_FIELD, NULL_SAYS, say_what_is_right


class JsonAlone(DefaultContentNegotiation):
    """What is answered does not go by `format` in the address: an endpoint refuses another than json in words."""

    def filter_renderers(self, renderers: Any, format: str) -> Any:
        """All of them."""
        return renderers


class StrictSerializer(serializers.Serializer):
    """A serializer that refuses fields it does not know: a misspelt or smuggled field is never silently dropped.

    Whatever a field in it refuses says what would be right (`say_what_is_right`).
    """

    @property
    def errors(self) -> Any:
        """What is wrong, by field; of a body that is no table, what one looks like."""
        found = super().errors
        if set(found) != {NO_FIELD} or isinstance(self.initial_data, Mapping):
            return found
        return {NO_FIELD: [exceptions.ErrorDetail(_("Give names with their values, as {…}."), "invalid")]}

    def get_fields(self) -> dict[str, Any]:
        """The fields, each with sentences that say what would be right."""
        found: dict[str, Any] = super().get_fields()
        for field in found.values():
            say_what_is_right(field)
        return found

    def to_internal_value(self, data: Any) -> Any:
        """The validated values. Raises ValidationError (400), code `unknown_field` for each stray name."""
        if isinstance(data, Mapping):
            known = {name for name, field in self.fields.items() if not field.read_only}
            stray = [str(name) for name in data if name not in known]
            if stray:
                fields = ", ".join(sorted(known))
                sentence = (
                    _("There is no such field. There are: %(names)s.") % {"names": fields}
                    if fields
                    else _("There is no such field; none is taken here.")
                )
                raise serializers.ValidationError(
                    {name: exceptions.ErrorDetail(sentence, code="unknown_field") for name in sorted(stray)}
                )
        return super().to_internal_value(data)


class StrictIntegerField(serializers.IntegerField):
    """A JSON integer; not a text, not `true`, not 1.0."""

    default_error_messages = NULL_SAYS

    def to_internal_value(self, data: Any) -> int:
        """The integer. Raises ValidationError."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class StrictNumberField(serializers.FloatField):
    """A JSON number; not a text, not `true`, nothing beyond what can be reckoned with."""

    default_error_messages = NULL_SAYS

    def to_internal_value(self, data: Any) -> float:
        """The number. Raises ValidationError."""
        if isinstance(data, bool) or not isinstance(data, int | float) or abs(data) > 1e15:
            self.fail("invalid")
        return float(data)


class StrictBooleanField(serializers.BooleanField):
    """`true` or `false`; not 1, not "yes"."""

    default_error_messages = NULL_SAYS

    def to_internal_value(self, data: Any) -> bool:
        """The truth value. Raises ValidationError."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class StrictCharField(serializers.CharField):
    """A JSON text; a number is not turned into one."""

    default_error_messages = {**NULL_SAYS, **BLANK_SAYS}

    def to_internal_value(self, data: Any) -> str:
        """The text. Raises ValidationError."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class StrictDateField(serializers.DateField):
    """A day as `2026-03-31`; not a week date, not without hyphens."""

    default_error_messages = NULL_SAYS

    def to_internal_value(self, data: Any) -> date:
        """The day. Raises ValidationError."""
        found = day(data) if isinstance(data, str) else None
        if found is None:
            self.fail("invalid", format="YYYY-MM-DD")
        return found
