"""Lists and parameters for people: values in their units, what is proposed, which rules refer to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.language import current_language
from audit.typed import decimal_number
from fraud.company.values import current_settings
from rules.exceptions import ValueNotValid
from rules.models import Parameter, ParameterValue, RuleVersion, ValueChange
from rules.money import format_money, to_decimal
from rules.services.values import is_overtaken

Kind = Parameter.Kind
# Units a duration is typed and shown in, largest first.
UNITS: Mapping[str, int] = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}


@dataclass(frozen=True)
class Row:
    """One dated value for a table: in words, for whom, from and to when; `is_now` where it holds today; `stored` as it is kept."""

    text: str
    scope: str
    valid_from: date
    valid_to: date | None
    is_now: bool
    stored: ParameterValue


def value_text(kind: str, value: str, currency: str) -> str:
    """A stored value in words: `KRW 500,000`, `90 %`, `30 days`, `6`."""
    number = Decimal(value)
    if kind == Kind.MONEY:
        return format_money(int(number), currency, current_language())
    if kind == Kind.PERCENT:
        return f"{_plain(number * 100)} %"
    if kind == Kind.DURATION:
        return _duration(int(number))
    return _plain(number)


def _duration(seconds: int) -> str:
    unit = next(name for name, size in UNITS.items() if seconds % size == 0)
    n = seconds // UNITS[unit]
    words = {
        "days": ngettext("%(n)s day", "%(n)s days", n),
        "hours": ngettext("%(n)s hour", "%(n)s hours", n),
        "minutes": ngettext("%(n)s minute", "%(n)s minutes", n),
        "seconds": ngettext("%(n)s second", "%(n)s seconds", n),
    }
    return words[unit] % {"n": n}


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def untyped_value(kind: str, value: str, currency: str) -> str:
    """A stored value as `typed_value` reads it without a unit: money in major units, 90 for 90 %, durations in seconds."""
    if kind == Kind.MONEY:
        return f"{to_decimal(int(value), currency):f}"
    return _plain(Decimal(value) * 100 if kind == Kind.PERCENT else Decimal(value))


def typed_value(kind: str, text: str, unit: str) -> Decimal:
    """What somebody typed, as the services take it: percent as a ratio, durations in seconds. Raises ValueNotValid."""
    number = decimal_number(text.strip())
    if number is None:
        raise ValueNotValid(reason=_("Write a number, such as 500,000 or 0.5."))
    if number < 0:
        raise ValueNotValid(reason=_("Write a number that is not negative."))
    if kind == Kind.PERCENT:
        return number / 100
    return number * UNITS.get(unit, 1) if kind == Kind.DURATION else number


def rows_of(parameter: Parameter, today: date) -> list[Row]:
    """Every value of a parameter: by scope, newest first. A value ends where the next one of its scope begins."""
    base = current_settings().currency  # the company's own currency stands first
    values = sorted(
        parameter.values.all(),
        key=lambda v: (_key(v)[:3], v.currency != base, v.currency, -v.valid_from.toordinal(), -v.pk),
    )
    seen: dict[tuple[str, ...], bool] = {}
    rows = []
    for value in values:
        holds = value.valid_from <= today and (value.valid_to is None or today < value.valid_to)
        is_now = holds and not seen.get(_key(value))
        seen[_key(value)] = seen.get(_key(value), False) or holds
        rows.append(
            Row(
                value_text(parameter.kind, value.value, value.currency),
                scope_text(vars(value)),
                value.valid_from,
                value.valid_to,
                is_now,
                value,
            )
        )
    return rows


def _key(value: ParameterValue) -> tuple[str, ...]:
    return value.grade, value.purpose_code, value.department_code, value.currency


def scope_text(value: Mapping[str, Any]) -> str:
    """For whom a value holds; empty for everybody."""
    words = {"grade": _("grade"), "purpose_code": _("purpose"), "department_code": _("department")}
    return ", ".join(f"{word} {value[name]}" for name, word in words.items() if value.get(name))


def used_by(sign: str) -> list[str]:
    """Codes of the active rules whose text refers to `$name` or `@name`."""
    word = re.compile(rf"{re.escape(sign)}\b")
    active = RuleVersion.objects.filter(state=RuleVersion.State.ACTIVE).select_related("rule")
    return [version.rule.code for version in active.order_by("rule__code") if word.search(version.text)]


def open_changes(**of: Any) -> list[dict[str, Any]]:
    """Proposed changes in words, newest first; `of` narrows them to one list or parameter."""
    found = ValueChange.objects.filter(state=ValueChange.State.PROPOSED, **of)
    return [_change(change) for change in found.select_related("parameter", "value_list", "proposed_by")]


def _change(change: ValueChange) -> dict[str, Any]:
    content = change.content
    said: dict[str, Any] = {"change": change, "is_overtaken": is_overtaken(change)}
    if change.parameter is not None:
        value = value_text(change.parameter.kind, content["value"], content["currency"])
        return said | {
            "sign": f"${change.parameter.name}",
            "thing": change.parameter,
            "value": value,
            "scope": scope_text(content),
            "valid_from": content["valid_from"],
            "valid_to": content["valid_to"],
        }
    assert change.value_list is not None
    before, after = set(map(str, change.value_list.values)), set(content["values"])
    return said | {
        "sign": f"@{change.value_list.name}",
        "thing": change.value_list,
        "added": sorted(after - before),
        "removed": sorted(before - after),
    }
