"""What stands in an entry of a rule book: each reader says what would be right where it cannot read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from audit.typed import decimal_number
from rules.exceptions import ValueNotValid
from rules.language.names import plain_name
from rules.language.nodes import Position
from rules.language.normal import normalise
from rules.language.problems import RuleNotValid
from rules.models import Parameter
from rules.services.book import Entry, counting_values, scope_of
from rules.services.codes import LONGEST_NAME, require_short_name
from rules.services.list_files import unreal_day
from rules.services.value_fitting import clean_values

VALUE = ("value", "currency", "from", "until", "grade", "purpose", "department")


def word_of(entry: Entry, name: str, most: int = 20) -> str:
    """A text that is needed. Raises ValueNotValid."""
    value = entry.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        said = _("%(name)s is needed, with at most %(n)s characters.")
        raise ValueNotValid(reason=said % {"name": name, "n": most})
    return value.strip()


def name_of(entry: Entry) -> str:
    """The plain name of a list or parameter. Raises ValueNotValid, RuleNotValid."""
    name = word_of(entry, "name", most=60)
    try:
        return plain_name(name, Position())
    except RuleNotValid as error:
        if error.problems[0].code != "not_ascii":  # else the letter that only looks like one of ours is told
            require_short_name(name, LONGEST_NAME)
        raise


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
    number = decimal_number(str(text))
    try:
        number = Decimal(str(text)) if number is None else number
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > 10**15:
        raise ValueNotValid(reason=_("Write a number, such as 500,000 or 0.5."))
    return number


def list_values_of(entry: Entry) -> tuple[list[str], dict[str, date]]:
    """A list's values, and of those that end the first day on which each no longer counts.

    A value is a text, or a text with its end (`{value: beer, until: 2027-01-31}`, also `expires`). Raises ValueNotValid.
    """
    values, ends = entry.get("values") or [], entry.get("expires") or {}
    if not isinstance(values, list) or not isinstance(ends, dict):
        raise ValueNotValid(reason=_("Values are a list, expires names with days."))
    words, told = [], list(ends.items())
    for at, one in enumerate(values, 1):
        end = None
        if isinstance(one, dict) and set(one) in ({"value"}, {"value", "until"}, {"value", "expires"}):
            end = one.get("until") or one.get("expires")
            one = one["value"]
        if not isinstance(one, str) or not normalise(one):
            said = _(
                "Value %(n)s of the list is neither a text nor a number. Write a text, or a text with its end: {value: 5813, until: 2027-01-31}."
            )
            raise ValueNotValid(reason=said % {"n": at})
        words.append(one)
        told += [(one, end)] if end else []
    kept = clean_values(words)
    spelled = {normalise(word): word for word in kept}
    days: dict[str, date] = {}
    for value, end in told:
        try:
            word, day = spelled.get(normalise(str(value))), day_of(end)
        except ValueNotValid as error:
            raise ValueNotValid(reason=f"“{str(value)[:60]}”: {error.values['reason']}") from error
        if word is None:
            said = _("expires names “%(value)s”, which is not among the values.")
            raise ValueNotValid(reason=said % {"value": str(value)[:60]})
        if days.setdefault(word, day) != day:
            raise ValueNotValid(reason=_("“%(value)s” has two ends. Keep one.") % {"value": word})
    return kept, days


def dated_values_of(entry: Entry, kind: str) -> list[Entry]:
    """A parameter's dated values, each once and as a book writes it. Raises ValueNotValid, also where two stand for the same people and day."""
    values = entry.get("values") or []
    if not isinstance(values, list) or not all(
        isinstance(one, dict) and set(one) <= set(VALUE) for one in values
    ):
        raise ValueNotValid(reason=_("Each value has: %(known)s.") % {"known": ", ".join(sorted(VALUE))})
    plain: list[Entry] = []
    for value in values:
        one = _dated(value, kind)
        plain += [] if one in plain else [one]
    for one in plain:
        if one not in counting_values(plain):
            said = _("Two values are for the same people from the same day, %(day)s: %(value)s. Keep one.")
            same = [v for v in plain if (scope_of(v), v["from"]) == (scope_of(one), one["from"])]
            told = ", ".join(f"{v['value']} {v.get('currency', '')}".strip() for v in same)
            raise ValueNotValid(reason=said % {"day": one["from"], "value": told})
    return plain


def _dated(value: Entry, kind: str) -> Entry:
    number = number_of(value.get("value"))
    currency = str(value.get("currency") or "")
    if kind == Parameter.Kind.MONEY and number != int(number):
        said = _(
            "%(value)s is no whole number: in a book, money is written in the smallest unit of its currency, 1250 for GBP 12.50, 500000 for KRW 500,000."
        )
        raise ValueNotValid(reason=said % {"value": value.get("value")})
    told = {
        "value": str(int(number)) if number == int(number) else f"{number.normalize():f}",
        "currency": currency,
        "from": day_of(value.get("from")).isoformat(),
        "until": day_of(value["until"]).isoformat() if value.get("until") else "",
        **{name: str(value.get(name) or "") for name in ("grade", "purpose", "department")},
    }
    return {name: text for name, text in told.items() if text}


def day_of(text: Any) -> date:
    """A day. Raises ValueNotValid."""
    try:
        return date.fromisoformat(str(text))
    except ValueError as error:
        raise ValueNotValid(reason=unreal_day(str(text)) or _("Write a day as 2026-01-31.")) from error
