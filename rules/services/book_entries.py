"""What stands in an entry of a rule book: each reader says what would be right where it cannot read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from rules.exceptions import ValueNotValid
from rules.language.names import plain_name
from rules.language.nodes import Position
from rules.services.book import Entry


def word_of(entry: Entry, name: str, most: int = 20) -> str:
    """A text that is needed. Raises ValueNotValid."""
    value = entry.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        said = _("%(name)s is needed, with at most %(n)s characters.")
        raise ValueNotValid(reason=said % {"name": name, "n": most})
    return value.strip()


def name_of(entry: Entry) -> str:
    """The plain name of a list or parameter. Raises ValueNotValid, RuleNotValid."""
    return plain_name(word_of(entry, "name", most=60), Position())


def pair_of(entry: Entry, name: str) -> tuple[str, str]:
    """(Korean, English) of a text in both languages."""
    told = entry.get(name) or {}
    if not isinstance(told, dict) or set(told) - {"ko", "en"}:
        raise ValueNotValid(reason=_("Write %(name)s in both languages: ko and en.") % {"name": name})
    limit = 120 if name in {"name", "label"} else 200 if name == "clause" else 2_000
    return str(told.get("ko") or "")[:limit], str(told.get("en") or "")[:limit]


def choice_of(entry: Entry, name: str, known: list[str]) -> str:
    """One of the known values. Raises ValueNotValid."""
    value = str(entry.get(name) or "")
    if value not in known:
        raise ValueNotValid(
            reason=_("%(name)s is one of %(known)s.") % {"name": name, "known": ", ".join(known)}
        )
    return value


def said_yes(entry: Entry, name: str) -> bool:
    """Whether it says yes; no where it is left out. Raises ValueNotValid."""
    text = entry.get(name, "no")
    if str(text) not in {"yes", "no"}:
        raise ValueNotValid(reason=_("%(name)s is one of %(known)s.") % {"name": name, "known": "yes, no"})
    return str(text) == "yes"


def number_of(text: Any) -> Decimal:
    """An exact number. Raises ValueNotValid."""
    try:
        number = Decimal(str(text))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > 10**15:
        raise ValueNotValid(reason=_("Write a number, such as 500,000 or 0.5."))
    return number


def day_of(text: Any) -> date:
    """A day. Raises ValueNotValid."""
    try:
        return date.fromisoformat(str(text))
    except ValueError as error:
        raise ValueNotValid(reason=_("Write a day as 2026-01-31.")) from error
