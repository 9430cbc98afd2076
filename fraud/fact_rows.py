"""The facts behind a rule hit as labelled rows: field names in words, values as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.template.defaultfilters import floatformat
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, gettext

from fraud.dates import say_moment
from rules.fields import FIELDS
from rules.money import format_money

HIDDEN = frozenset({"title"})  # carried for sentences only


def fact_rows(facts: Mapping[str, Any] | None, currency: str) -> list[tuple[str, str]]:
    """(label, value) pairs in the order the rule looked at them; money fields are minor units of `currency`."""
    language = "ko" if (get_language() or "ko").startswith("ko") else "en"
    return [
        (_label(name, language), _value(name, value, currency, language))
        for name, value in (facts or {}).items()
        if name not in HIDDEN and value is not None
    ]


def _label(name: str, language: str) -> str:
    field = FIELDS.get(name)
    return field.label(language) if field else name


def _value(name: str, value: Any, currency: str, language: str) -> str:
    field = FIELDS.get(name)
    kind = field.type if field else ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if kind == "money" and isinstance(value, (int, float)):
        return format_money(round(value), currency, language)
    if kind == "percent" and isinstance(value, (int, float)):
        return f"{value * 100:.0f} %"
    if kind == "datetime" and isinstance(value, str):
        return _moment(parse_datetime(value), language) or value
    if isinstance(value, float):
        return floatformat(value, -2)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, (list, tuple)):
        return ", ".join(_value(name, one, currency, language) for one in value[:12])
    return str(value)


def _moment(at: datetime | None, language: str) -> str:
    if at is None:
        return ""
    local = timezone.localtime(at) if timezone.is_aware(at) else at
    return say_moment(local, language, today=timezone.localdate())
