"""Strict requests: what is not asked for, not a plain number, or ambiguous is refused with 400 instead of guessed at.

Python's JSON reader lets the last of two equal keys win, accepts NaN and recurses as deep as it is told to; REST
framework ignores unknown fields and reads `true` as a number. Decisions about people cannot rest on that.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
)
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from rest_framework import exceptions, serializers, status
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import JSONParser

from audit.typed import day

MAX_BODY_BYTES = 1024 * 1024
MAX_DEPTH = 20
NO_FIELD = "non_field_errors"  # as the framework names what is wrong with the whole


class BodyTooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "body_too_large"
    default_detail = gettext_lazy("The request is too large; send at most 1 MB.")


class BodyNotValid(exceptions.APIException):
    """The body is not JSON that could be understood in one way only."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "body_not_valid"


class JsonAlone(DefaultContentNegotiation):
    """What is answered does not go by `format` in the address: an endpoint refuses another than json in words."""

    def filter_renderers(self, renderers: Any, format: str) -> Any:
        """All of them."""
        return renderers


class StrictJSONParser(JSONParser):
    """JSON of at most 1 MB and 20 levels, without duplicate keys, NaN, infinities or lone surrogates."""

    max_bytes = MAX_BODY_BYTES

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The parsed body. Raises BodyTooLarge (413) and BodyNotValid (400)."""
        raw = stream.read(self.max_bytes + 1)
        if len(raw) > self.max_bytes:
            raise BodyTooLarge
        return parse_strictly(raw)


def parse_strictly(raw: bytes) -> Any:
    """JSON bytes as Python values. Raises BodyNotValid with a sentence that says what is wrong."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BodyNotValid(_("The request is not UTF-8 text."), "not_utf8") from error
    try:
        parsed = json.loads(
            text, object_pairs_hook=_without_duplicates, parse_constant=_no_constant, parse_float=_finite
        )
    except RecursionError as error:
        raise BodyNotValid(_("The request is nested too deeply."), "too_deep") from error
    except ValueError as error:
        raise BodyNotValid(_("The request is not valid JSON."), "not_json") from error
    _check_values(parsed, 1)
    return parsed


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BodyNotValid(_("A field is given twice."), "duplicate_field")
    return found


def _no_constant(name: str) -> float:
    raise BodyNotValid(_("%(name)s is not a number.") % {"name": name}, "not_a_number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise BodyNotValid(_("A number is too large."), "not_a_number")
    return value


def _check_values(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise BodyNotValid(_("The request is nested too deeply."), "too_deep")
    if isinstance(value, dict):
        for name, item in value.items():
            _check_text(name)
            _check_values(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check_values(item, depth + 1)
    elif isinstance(value, str):
        _check_text(value)


def _check_text(text: str) -> None:
    # A lone surrogate cannot be stored; PostgreSQL refuses NUL.
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise BodyNotValid(_("A text contains characters that cannot be stored."), "text_not_valid")


#: The framework's Korean names the words `null` and `blank` instead of saying what to write.
_NULL: dict[str, Any] = {
    "null": gettext_lazy("Give a value, or leave the field out where it is not required.")
}
_BLANK: dict[str, Any] = {"blank": gettext_lazy("Write something; an empty text is not enough here.")}


#: What each kind of field says of a value of another kind, the nearer kinds first. The framework's own sentences name a kind at most.
_KINDS: list[tuple[type, Any]] = [
    (serializers.BooleanField, gettext_lazy("Give true or false, without quotation marks.")),
    (serializers.IntegerField, gettext_lazy("Give a whole number, without quotation marks.")),
    (serializers.FloatField, gettext_lazy("Give a number, without quotation marks.")),
    (
        serializers.DateTimeField,
        gettext_lazy("Give a moment with its time zone, as 2026-03-31T09:00:00+09:00."),
    ),
    (serializers.DateField, gettext_lazy("Write a day as 2026-01-31.")),
    (serializers.FileField, gettext_lazy("Send a file, in a form of the kind multipart/form-data.")),
    (serializers.Serializer, gettext_lazy("Give names with their values, as {…}.")),
    (serializers.CharField, gettext_lazy("Give a text, in quotation marks.")),
]
_OF_ANOTHER_KIND = ("invalid", "max_string_length", "datetime", "date", "overflow", "make_aware")
_NEEDED = gettext_lazy("Give a value: this is needed.")


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

    default_error_messages = _NULL

    def to_internal_value(self, data: Any) -> int:
        """The integer. Raises ValidationError."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class StrictNumberField(serializers.FloatField):
    """A JSON number; not a text, not `true`, nothing beyond what can be reckoned with."""

    default_error_messages = _NULL

    def to_internal_value(self, data: Any) -> float:
        """The number. Raises ValidationError."""
        if isinstance(data, bool) or not isinstance(data, int | float) or abs(data) > 1e15:
            self.fail("invalid")
        return float(data)


class StrictBooleanField(serializers.BooleanField):
    """`true` or `false`; not 1, not "yes"."""

    default_error_messages = _NULL

    def to_internal_value(self, data: Any) -> bool:
        """The truth value. Raises ValidationError."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class StrictCharField(serializers.CharField):
    """A JSON text; a number is not turned into one."""

    default_error_messages = {**_NULL, **_BLANK}

    def to_internal_value(self, data: Any) -> str:
        """The text. Raises ValidationError."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class StrictDateField(serializers.DateField):
    """A day as `2026-03-31`; not a week date, not without hyphens."""

    default_error_messages = _NULL

    def to_internal_value(self, data: Any) -> date:
        """The day. Raises ValidationError."""
        found = day(data) if isinstance(data, str) else None
        if found is None:
            self.fail("invalid", format="YYYY-MM-DD")
        return found


def say_what_is_right(field: Any) -> None:
    """Give a field, and what is in it, our sentences in place of the framework's: of which kind, the choices there are, how many a list takes."""
    _say_which_kind(field)
    if isinstance(field, serializers.ChoiceField):
        choices = ", ".join(str(code) for code in field.choices)
        field.error_messages["invalid_choice"] = _plain(
            _("Choose one of: %(choices)s.") % {"choices": choices}
        )
    elif isinstance(field, serializers.ListField | serializers.ListSerializer):
        _say_how_many(field)
        say_what_is_right(field.child)
    elif isinstance(field, serializers.DictField):
        field.error_messages["empty"] = _("Give at least one name with its value.")
        field.error_messages["not_a_dict"] = _("Give names with their values, as {…}.").replace(
            "{…}", "{{…}}"
        )
        say_what_is_right(field.child)
    else:
        _say_how_much(field)


def _say_which_kind(field: Any) -> None:
    """The sentences of what is missing, empty or of another kind, but for those that a field of ours has itself."""
    kind = type(field)
    is_ours = not kind.__module__.startswith("rest_framework.")
    own = {
        **(kind.__dict__.get("default_error_messages", {}) if is_ours else {}),
        **field._kwargs.get("error_messages", {}),
    }
    said = next((words for kind, words in _KINDS if isinstance(field, kind)), None)
    words: dict[str, Any] = {"required": _NEEDED, **_NULL, **_BLANK}
    if said is not None and not isinstance(field, serializers.RegexField):
        words |= dict.fromkeys(_OF_ANOTHER_KIND, _plain(str(said)))
    if isinstance(field, serializers.FileField):
        words |= {
            "required": said,
            "no_name": said,
            "empty": _("This file is empty; send one that holds something."),
        }
    field.error_messages |= {name: text for name, text in words.items() if name not in own}


def _say_how_much(field: Any) -> None:
    """The sentences of a text or number: how long, from what to what."""
    for check in getattr(field, "validators", ()):
        n: Any = getattr(check, "limit_value", None)
        if isinstance(check, MaxLengthValidator):
            said = ngettext("Write at most %(n)s character.", "Write at most %(n)s characters.", n) % {"n": n}
        elif isinstance(check, MinLengthValidator):
            said = ngettext("Write at least %(n)s character.", "Write at least %(n)s characters.", n) % {
                "n": n
            }
        elif isinstance(check, MaxValueValidator):
            said = _("Give a number of at most %(n)s.") % {"n": n}
        elif isinstance(check, MinValueValidator):
            said = _("Give a number of at least %(n)s.") % {"n": n}
        else:
            continue
        check.message = said


def _say_how_many(field: Any) -> None:
    """The sentences of a list: from how many to how many, whichever end is missed."""
    least, most = max(field.min_length or 0, 0 if field.allow_empty else 1), field.max_length
    said = (
        ngettext("Give a list with at least %(n)s entry.", "Give a list with at least %(n)s entries.", least)
        % {"n": least}
        if most is None
        else _("Give a list of %(least)s to %(most)s entries.") % {"least": least, "most": most}
    )
    field.error_messages |= dict.fromkeys(("empty", "min_length", "max_length"), said)
    field.error_messages["not_a_list"] = said if least or most else _("Give a list, as […].")
    for check in field.validators:
        if isinstance(check, MinLengthValidator | MaxLengthValidator):
            check.message = said


def _plain(text: str) -> str:
    """A text that the framework formats once more, and is to stay as it is."""
    return text.replace("{", "{{").replace("}", "}}")


def by_path(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Field path → sentences, however deep a refusal is nested: `scopes.0`, `rows.3.amount`; what is of no field has its parent's path."""
    if isinstance(detail, Mapping):
        inner = detail.items()
    elif isinstance(detail, list | tuple) and any(isinstance(one, Mapping | list | tuple) for one in detail):
        inner = enumerate(detail)  # type: ignore[assignment]
    else:
        told = detail if isinstance(detail, list | tuple) else [detail]
        return {path or NO_FIELD: [str(one) for one in told]} if told else {}
    found: dict[str, list[str]] = {}
    for name, value in inner:
        own = "" if name == NO_FIELD else str(name)
        deeper = ".".join(part for part in (path, own) if part)
        for place, said in by_path(value, deeper).items():
            found.setdefault(place, []).extend(said)
    return found


def first_code(detail: Any) -> str:
    """The first error code in a validation error's nested detail: `unknown_field` before `invalid`."""
    codes = _codes(detail)
    return "unknown_field" if "unknown_field" in codes else "invalid"


def _codes(detail: Any) -> set[str]:
    if isinstance(detail, Mapping):
        return set().union(*(_codes(item) for item in detail.values())) if detail else set()
    if isinstance(detail, list | tuple):
        return set().union(*(_codes(item) for item in detail)) if detail else set()
    return {getattr(detail, "code", "")}
