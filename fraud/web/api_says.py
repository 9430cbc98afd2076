"""What fields say of a value they refuse: what would be right, in the reader's language, and where it stands.

The framework's own sentences name a kind at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
)
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from rest_framework import serializers

NO_FIELD = "non_field_errors"  # as the framework names what is wrong with the whole


#: The framework's Korean names the words `null` and `blank` instead of saying what to write.
NULL_SAYS: dict[str, Any] = {
    "null": gettext_lazy("Give a value, or leave the field out where it is not required.")
}
BLANK_SAYS: dict[str, Any] = {"blank": gettext_lazy("Write something; an empty text is not enough here.")}


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
    words: dict[str, Any] = {"required": _NEEDED, **NULL_SAYS, **BLANK_SAYS}
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
