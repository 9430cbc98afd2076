"""What somebody typed for the company's settings, read back; a field shows what `typed_value` gives and is read by `read_changes`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from audit.typed import decimal_number, whole_number
from fraud.company.changing import MONEY
from fraud.company.setting_table import EMPTY_WORDS, PERCENT, POLICIES, SETTINGS
from fraud.company.setting_words import flat_settings
from fraud.company.values import NOT_NEGATIVE, TARGET_SHARES, CompanyValues, SettingsNotValid, to_json
from rules.money import MoneyNotValid, exponent, format_number, is_known_currency, parse_major

_MAY_BE_EMPTY = tuple(EMPTY_WORDS)
_WHOLE = (
    *(set(NOT_NEGATIVE) - set(MONEY)),
    "minutes_per_case",
    "held_back_nights",
    *(set(_MAY_BE_EMPTY) - set(TARGET_SHARES)),
)


def typed_values(held: CompanyValues) -> dict[str, str]:
    """What holds as it stands in the fields of a form: 10 beside %, 500,000 beside the currency, empty for no limit."""
    return {name: _typed(name, value, held.currency) for name, value in flat_settings(to_json(held)).items()}


#: What no count of minutes, days or claims needs more of.
_DIGITS = 9


def _typed(name: str, value: Any, currency: str) -> str:
    if value is None:
        return ""
    if name in MONEY:
        return format_number(value, currency)
    if SETTINGS[name].unit is PERCENT:
        return f"{round(100 * value, 4):g}"
    return (
        str(value) if isinstance(value, str) else f"{value:,g}" if isinstance(value, float) else f"{value:,}"
    )


def read_changes(typed: Mapping[str, str], held: CompanyValues) -> dict[str, Any]:
    """The settings whose field no longer says what holds, as `propose_settings` takes them; a field that is absent stays.

    Amounts are read in the currency that is typed with them. Raises SettingsNotValid with a sentence for each field that
    cannot be read, or when nothing was changed.
    """
    shown = typed_values(held)
    given = {name: text for name, text in typed.items() if shown.get(name) != text.strip()}
    unit = replace(held, currency=currency_typed(typed, held))
    changes: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, text in given.items():
        try:
            read = read_change(name, text, unit)
        except SettingsNotValid as error:
            problems |= error.problems
            continue
        if unit.currency == held.currency and _is_held(name, read, held):
            continue  # 500,000 beside 500,000.00: other digits, the same value
        if "costs" in read:
            read = {"costs": {**changes.get("costs", {}), **read["costs"]}}
        changes |= read
    if problems:
        raise SettingsNotValid(problems)
    if not changes:
        raise SettingsNotValid({"": _("Change at least one setting first.")})
    return changes


def currency_typed(typed: Mapping[str, str], held: CompanyValues) -> str:
    """What the amounts of a form are counted in: the currency typed with them where it is one, else the company's."""
    currency = typed.get("currency", "").strip().upper()
    return currency if is_known_currency(currency) else held.currency


def _is_held(name: str, read: Mapping[str, Any], held: CompanyValues) -> bool:
    return flat_settings(read) == {name: flat_settings(to_json(held))[name]}


def read_change(name: str, text: str, held: CompanyValues) -> dict[str, Any]:
    """The change somebody typed for a setting, as `propose_settings` takes it. Raises SettingsNotValid saying what would be right."""
    typed = text.strip()
    if name not in SETTINGS:
        known = {"names": ", ".join(SETTINGS)}
        raise SettingsNotValid({name: _("There is no such setting. There are: %(names)s.") % known})
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
    found = whole_number(str(abs(number)), _DIGITS) if number is not None else None
    if found is not None and number is not None and number < 0:
        return -found  # a whole number, of which what is right says `check`: from where to where
    if found is None:
        said = (
            _("Give a whole number of at most %(n)s digits, or leave it empty.")
            if name in _MAY_BE_EMPTY
            else _("Give a whole number of at most %(n)s digits.")
        )
        raise SettingsNotValid({name: said % {"n": _DIGITS}})
    return found


def _share(name: str, typed: str) -> float:
    number = decimal_number(typed.removesuffix("%").rstrip())
    if number is None:
        raise SettingsNotValid({name: _("Give a percentage such as 10.")})
    return float(number / 100)


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
