"""Stored things as plain values of a dossier: amounts as decimal text, times in ISO 8601 (UTC), people by login and name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from audit.people import name_of
from fraud.claims.models import User
from fraud.web.api_money import decimal_text

#: Column of an amount → the column of its currency, where it is not `currency`.
_CURRENCIES = {"original_minor": "original_currency"}


def values_of(row: Any, names: Iterable[str], *, currency: str = "") -> dict[str, Any]:
    """Name → value of the named columns; `…_minor` becomes the amount without the ending. `currency`: where the row has none."""
    found: dict[str, Any] = {}
    for name in names:
        value = getattr(row, name)
        if name.endswith("_minor"):
            code = currency or getattr(row, _CURRENCIES.get(name, "currency")) or row.currency
            found[name.removesuffix("_minor")] = None if value is None else decimal_text(value, code)
        else:
            found[name] = plain(value)
    return found


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, User):
        return person(value)
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


def person(user: User | None) -> dict[str, str] | None:
    """Who did something: login and name; None for nobody."""
    return None if user is None else {"username": user.get_username(), "name": name_of(user)}
