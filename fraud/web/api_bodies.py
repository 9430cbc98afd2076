"""Reading a body: JSON that can be understood in one way only, or a refusal with 400 or 413.

Python's JSON reader lets the last of two equal keys win, accepts NaN and recurses as deep as it is told to. Decisions about people cannot
rest on that.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, status
from rest_framework.parsers import JSONParser

MAX_BODY_BYTES = 1024 * 1024
MAX_DEPTH = 20


class BodyTooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "body_too_large"
    default_detail = gettext_lazy("The request is too large; send at most 1 MB.")


class BodyNotValid(exceptions.APIException):
    """The body is not JSON that could be understood in one way only."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "body_not_valid"


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
