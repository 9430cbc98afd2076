"""An amount as the interface tells it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from rules.money import to_decimal

#: Text, for a JSON number would lose cents on the way; its currency stands beside it.
AMOUNT_SCHEMA = {"type": ["string", "null"], "format": "decimal", "examples": ["450.25"]}


@extend_schema_field(AMOUNT_SCHEMA)
class Amount(serializers.Field):
    """Minor units of the object as decimal text (`450.25`), null where there are none.

    `minor` and `currency` are dotted names of attributes, or functions of the object.
    """

    def __init__(self, minor: str | Callable[[Any], int | None], currency: str = "currency") -> None:
        super().__init__(source="*", read_only=True)
        self._minor, self._currency = minor, currency

    def to_representation(self, thing: Any) -> str | None:
        minor = self._minor(thing) if callable(self._minor) else _read(thing, self._minor)
        return None if minor is None else decimal_text(minor, _read(thing, self._currency))


def decimal_text(minor: int, currency: str) -> str:
    """An amount as decimal text with the digits of its currency."""
    return str(to_decimal(minor, currency))


def _read(thing: Any, name: str) -> Any:
    for part in name.split("."):
        thing = getattr(thing, part)
    return thing
