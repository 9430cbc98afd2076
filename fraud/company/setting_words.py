"""The company's settings as people read them, by `setting_table.py`: their values in words, before and after a change, and from when it holds.

The one home of this: the page of settings, what waits for approval, the interface and refusals all ask here.
Outside, an amount is a decimal of the company's currency, a share a percentage, a limit that does not exist an empty field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from audit.language import current_language
from fraud.company.changing import MONEY
from fraud.company.models import CompanySettings
from fraud.company.setting_table import EMPTY_WORDS, FIELDS, GROUPS, PERCENT, POLICIES, SETTINGS, Words
from fraud.company.values import KEPT_MONTHS, TARGET_SHARES, CompanyValues, to_json
from rules.money import format_money, to_decimal


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of a list of settings; the texts are for people. `unit` stands beside its field, `effect` says what a change does."""

    name: str
    label: Words
    value: str
    before: str = ""
    unit: str = ""
    effect: Words = ""


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A heading with its settings."""

    heading: Words
    rows: list[Shown]


def label_of(name: str) -> Words:
    """What a setting, or a field of its form, is called."""
    return SETTINGS[name].label if name in SETTINGS else FIELDS.get(name) or name


def named_problems(problems: Mapping[str, str]) -> list[tuple[Words, str]]:
    """A refusal's sentences with the fields as people call them."""
    return [(label_of(name), text) for name, text in problems.items()]


def grouped_settings(values: CompanyValues, *, typed_currency: str = "") -> list[ShownGroup]:
    """Every setting under its heading with its value in words, the cost matrix as four of them.

    `typed_currency`: what amounts of a form that comes back are counted in, where another currency was typed with them.
    """
    flat, unit = flat_settings(to_json(values)), typed_currency or values.currency
    return [
        ShownGroup(
            heading,
            [replace(_shown(name, flat[name], values.currency), unit=unit_of(name, unit)) for name in group],
        )
        for heading, group in GROUPS.items()
    ]


def shown_settings(values: CompanyValues) -> list[Shown]:
    """Every setting with its value in words, without headings."""
    return [row for group in grouped_settings(values) for row in group.rows]


def _shown(name: str, value: Any, currency: str, *, before: str = "", is_kept: bool = False) -> Shown:
    return Shown(
        name,
        _kept_label(name) if is_kept else label_of(name),
        value_words(name, value, currency),
        before,
        unit_of(name, currency),
        _effect(name, value),
    )


def _effect(name: str, value: Any) -> Words:
    """What a change of it does, and what this value means where people may not have thought of it."""
    one = SETTINGS.get(name)
    if name == "reviewer_minutes_per_day" and value == 0:
        warned = _("With 0 minutes no case fits into a day: what screening finds is held back.")
        return f"{one.effect} {warned}" if one else warned
    return one.effect if one else ""


def shown_changes(row: CompanySettings, currency: str) -> list[Shown]:
    """What a proposal changes, each with the value it was made on; an amount in the currency it is in, before and after.

    Where the currency changes every amount is a row, also one whose number is only kept: it says so.
    """
    found = []
    moved = row.changes.get("currency")
    for name, change in row.changes.items():
        unit = change.get("currency", currency)
        was, will = (moved["old"], moved["new"]) if moved else (unit, unit)
        old, new = flat_settings({name: change["old"]}), flat_settings({name: change["new"]})
        found += [
            _shown(
                part,
                new[part],
                will,
                before=value_words(part, old[part], was),
                is_kept=moved is not None and _keeps_number(part, change, was, will),
            )
            for part in new
            if old.get(part) != new[part] or (moved and part in MONEY)
        ]
    return found


def _kept_label(name: str) -> str:
    return _("%(setting)s (the number stays and is not converted)") % {"setting": label_of(name)}


def _keeps_number(name: str, change: Mapping[str, Any], was: str, will: str) -> bool:
    return name in MONEY and int(to_decimal(change["old"], was)) == to_decimal(change["new"], will)


def flat_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """Stored settings by the names of `SETTINGS`: the cost matrix is four of them."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        found |= (
            {f"{name}.{cell}": cost for cell, cost in value.items()} if name == "costs" else {name: value}
        )
    return found


def unit_of(name: str, currency: str) -> str:
    """What stands beside the field of a setting: minutes, %, the company's currency; empty for words."""
    if name in MONEY:
        return pgettext("unit", "won") if currency == "KRW" else currency
    unit = SETTINGS[name].unit if name in SETTINGS else None
    return str(unit.many) if unit else ""


def value_words(name: str, value: Any, currency: str) -> str:
    """A stored value as people read it, its unit with it: 10 %, 20 minutes, 500,000원, no limit."""
    if value is None:
        return str(EMPTY_WORDS.get(name, _("no limit")))
    if name in MONEY:
        return format_money(value, currency, current_language())
    if name == "threshold_policy":
        return str(POLICIES.get(value, value))
    unit = SETTINGS[name].unit if name in SETTINGS else None
    if isinstance(value, str) or unit is None:
        return str(value)
    if unit is PERCENT:
        return f"{round(100 * value, 4):g} %"
    number = f"{value:,g}" if isinstance(value, float) else f"{value:,}"
    words = {"n": number, "unit": unit.one if value == 1 else unit.many}
    return pgettext("a number and its unit", "%(n)s %(unit)s") % words


#: Looked at with every step of casework, so that a change of them holds at once.
_AT_ONCE = {"four_eyes_limit_minor", "four_eyes_share"}
_AT_SWEEP = {*KEPT_MONTHS}
_ON_OVERVIEW = {*TARGET_SHARES, "target_days"}
_AT_TRAINING = {"training_window_days", "label_delay_days"}
_BOTH = {"currency"}


def holds_from(names: Iterable[str]) -> str:
    """From when changed settings hold, in a sentence or two: at once, from the next screening or from the next training."""
    changed = set(names)
    said = []
    if changed & (_AT_ONCE | _BOTH):
        said.append(_("Limits of casework hold from now on."))
    if changed & _AT_SWEEP:
        said.append(_("What is kept longer than its period is erased within minutes."))
    if changed & _ON_OVERVIEW:
        said.append(_("Targets are shown on the overview from now on."))
    if changed - _AT_ONCE - _AT_TRAINING - _AT_SWEEP - _ON_OVERVIEW:
        said.append(_("What concerns screening holds from the next screening on."))
    if changed & _AT_TRAINING:
        said.append(_("What concerns training holds from the next training on."))
    return " ".join(said)
