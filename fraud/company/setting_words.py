"""The company's settings as people read and type them: what each means, its value in words, and a typed value read back.

Outside, an amount is a decimal of the company's currency, a share a percentage, a limit that does not exist an empty field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.language import current_language
from audit.typed import decimal_number, whole_number
from fraud.company.changing import MONEY
from fraud.company.models import CompanySettings
from fraud.company.values import KEPT_MONTHS, NOT_NEGATIVE, SHARES, CompanyValues, SettingsNotValid, to_json
from rules.money import MoneyNotValid, exponent, format_money, parse_major, to_decimal

Words = str | Promise

LABELS: dict[str, Words] = {
    "currency": gettext_lazy("Currency of limits"),
    "reviewer_minutes_per_day": gettext_lazy("Reviewer minutes a day"),
    "minutes_per_case": gettext_lazy("Minutes a case"),
    "novelty_share": gettext_lazy("Share of seats for unusual claims"),
    "control_sample_share": gettext_lazy("Share of seats for random checks"),
    "least_seats_used": gettext_lazy("Share of seats used at least, while there is anything to learn from"),
    "control_sample_number": gettext_lazy("Random checks a night, instead of the share"),
    "rule_budget": gettext_lazy("New cases a night by one rule at most"),
    "person_budget": gettext_lazy("New cases a night for one person at most"),
    "held_back_nights": gettext_lazy("Nights a claim held back competes for a seat"),
    "threshold_policy": gettext_lazy("How the threshold is set"),
    "fixed_threshold": gettext_lazy("Fixed threshold"),
    "costs.fn": gettext_lazy("Cost of missed misuse"),
    "costs.fp": gettext_lazy("Cost of a false alarm"),
    "costs.tp": gettext_lazy("Cost of found misuse"),
    "costs.tn": gettext_lazy("Cost of a claim left in peace"),
    "band_medium": gettext_lazy("Medium band from"),
    "band_high": gettext_lazy("High band from"),
    "four_eyes_limit_minor": gettext_lazy("Four eyes above"),
    "four_eyes_share": gettext_lazy("Share of the rest drawn for four eyes"),
    "evidence_months": gettext_lazy("Months evidence is kept after a case ended"),
    "texts_months": gettext_lazy("Months answers, appeals and mails are kept after a case ended"),
    "training_window_days": gettext_lazy("Days of claims to train on"),
    "label_delay_days": gettext_lazy("Days until an outcome is usually known"),
    "minimum_confirmed": gettext_lazy(
        "Confirmed misuse among what is held out while training, before percentages are shown"
    ),
}
#: What a refusal may name besides the settings themselves.
_FIELDS: dict[str, Words] = {
    "costs": gettext_lazy("Cost matrix"),
    "note": gettext_lazy("Why?"),
    "threshold": gettext_lazy("Threshold"),
}
POLICIES: dict[str, Words] = {
    "cost": gettext_lazy("By the cost matrix"),
    "f1": gettext_lazy("By F1"),
    "capacity": gettext_lazy("By capacity"),
    "fixed": gettext_lazy("Fixed"),
}
_PERCENT = (*SHARES, "fixed_threshold", "band_medium", "band_high")
_MAY_BE_EMPTY = ("control_sample_number", "rule_budget", "person_budget", *KEPT_MONTHS)
_WHOLE = (*(set(NOT_NEGATIVE) - set(MONEY)), "minutes_per_case", "held_back_nights", *_MAY_BE_EMPTY)


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of a list of settings; the texts are for people."""

    name: str
    label: Words
    value: str
    before: str = ""


def label_of(name: str) -> Words:
    """What a setting, or a field of its form, is called."""
    return LABELS.get(name) or _FIELDS.get(name) or name


def named_problems(problems: Mapping[str, str]) -> list[tuple[Words, str]]:
    """A refusal's sentences with the fields as people call them."""
    return [(label_of(name), text) for name, text in problems.items()]


def shown_settings(values: CompanyValues) -> list[Shown]:
    """Every setting with its value in words, the cost matrix as four of them."""
    flat = _flat(to_json(values))
    return [
        Shown(name, label, value_words(name, flat[name], values.currency)) for name, label in LABELS.items()
    ]


def shown_changes(row: CompanySettings, currency: str) -> list[Shown]:
    """What a proposal changes, each with the value it was made on; an amount in the currency it is in, before and after.

    Where the currency changes every amount is a row, also one whose number is only kept: it says so.
    """
    found = []
    moved = row.changes.get("currency")
    for name, change in row.changes.items():
        unit = change.get("currency", currency)
        was, will = (moved["old"], moved["new"]) if moved else (unit, unit)
        old, new = _flat({name: change["old"]}), _flat({name: change["new"]})
        found += [
            Shown(
                part,
                _kept_label(part) if moved and _keeps_number(part, change, was, will) else label_of(part),
                value_words(part, new[part], will),
                value_words(part, old[part], was),
            )
            for part in new
            if old.get(part) != new[part] or (moved and part in MONEY)
        ]
    return found


def _kept_label(name: str) -> str:
    return _("%(setting)s (the number stays and is not converted)") % {"setting": label_of(name)}


def _keeps_number(name: str, change: Mapping[str, Any], was: str, will: str) -> bool:
    return name in MONEY and int(to_decimal(change["old"], was)) == to_decimal(change["new"], will)


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        found |= (
            {f"{name}.{cell}": cost for cell, cost in value.items()} if name == "costs" else {name: value}
        )
    return found


def value_words(name: str, value: Any, currency: str) -> str:
    """A stored value as people read it: 10%, 500,000원, no limit."""
    if value is None:
        if name in KEPT_MONTHS:
            return _("as long as the case")
        return _("by the share") if name == "control_sample_number" else _("no limit")
    if name in MONEY:
        return format_money(value, currency, current_language())
    if name in _PERCENT:
        return f"{round(100 * value, 4):g} %"
    if name == "threshold_policy":
        return str(POLICIES.get(value, value))
    return value if isinstance(value, str) else f"{value:,g}" if isinstance(value, float) else f"{value:,}"


def read_change(name: str, text: str, held: CompanyValues) -> dict[str, Any]:
    """The change somebody typed for a setting, as `propose_settings` takes it. Raises SettingsNotValid saying what would be right."""
    typed = text.strip()
    if name not in LABELS:
        raise SettingsNotValid({"name": _("There is no such setting.")})
    if name in _MAY_BE_EMPTY and not typed:
        return {name: None}
    if name.startswith("costs."):
        return {"costs": {name.removeprefix("costs."): float(_number(name, typed))}}
    if name in MONEY:
        return {name: _minor(name, typed, held.currency)}
    if name in _WHOLE:
        return {name: _whole(name, typed)}
    if name == "threshold_policy":
        return {name: _policy(typed)}
    return {name: typed.upper() if name == "currency" else _share(name, typed)}


def _minor(name: str, typed: str, currency: str) -> int:
    try:
        return parse_major(typed, currency)
    except MoneyNotValid:
        digits = exponent(currency)
        said = (
            _("Write an amount in %(currency)s with at most %(n)s decimals, such as 500,000.50.")
            if digits
            else _("Write an amount in %(currency)s without decimals, such as 500,000.")
        )
        raise SettingsNotValid({name: said % {"currency": currency, "n": digits}}) from None


def _whole(name: str, typed: str) -> int:
    number = decimal_number(typed)
    found = whole_number(str(number)) if number is not None else None
    if found is None:
        said = (
            _("Give a whole number, or leave it empty.")
            if name in _MAY_BE_EMPTY
            else _("Give a whole number.")
        )
        raise SettingsNotValid({name: said})
    return found


def _share(name: str, typed: str) -> float:
    number = decimal_number(typed.removesuffix("%").rstrip())
    if number is None:
        raise SettingsNotValid({name: _("Give a share such as 0.1 or 10 %.")})
    return float(number / 100 if typed.endswith("%") else number)


def _number(name: str, typed: str) -> float:
    number = decimal_number(typed)
    if number is None:
        raise SettingsNotValid({name: _("Give costs as numbers of 0 or more.")})
    return float(number)


def _policy(typed: str) -> str:
    for code, words in POLICIES.items():
        if typed.casefold() in (code, str(words).casefold()):
            return code
    known = ", ".join(str(words) for words in POLICIES.values())
    raise SettingsNotValid({"threshold_policy": _("Choose one of: %(known)s.") % {"known": known}})


#: Looked at with every step of casework, so that a change of them holds at once.
_AT_ONCE = {"four_eyes_limit_minor", "four_eyes_share"}
_AT_SWEEP = {*KEPT_MONTHS}
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
    if changed - _AT_ONCE - _AT_TRAINING - _AT_SWEEP:
        said.append(_("What concerns screening holds from the next screening on."))
    if changed & _AT_TRAINING:
        said.append(_("What concerns training holds from the next training on."))
    return " ".join(said)
