"""What was chosen on the assistant's page, read back into choices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import gettext as _

from fraud.claims.importing.fields import FIELDS
from fraud.claims.importing.guessing.choices import Choices
from fraud.claims.importing.guessing.columns import KEPT, TIME_OF, Guess
from fraud.claims.importing.guessing.findings import Finding
from fraud.claims.importing.guessing.forms import all_forms, with_times
from fraud.claims.importing.guessing.grid import ENCODINGS, Layout
from fraud.claims.importing.guessing.guess import TableGuess
from fraud.claims.importing.guessing.layout import SEARCHED, SEPARATORS
from fraud.claims.models import ImportProfile
from rules.money import is_known_currency

AS_FOUND = "found"
NO_PROFILE = "-"
LAYOUT = ("encoding", "separator", "header_row")
_NAME = re.compile(r"^[\w][\w.-]{0,59}$")


def chosen_layout(data: Mapping[str, str]) -> Layout:
    """The layout somebody chose; what the form does not say, or says as it was guessed, is left to be guessed."""
    encoding, separator, header = (
        "" if data.get(name) == data.get(f"was_{name}") else data.get(name, "") for name in LAYOUT
    )
    return Layout(
        encoding if encoding in ENCODINGS else "",
        separator if separator in SEPARATORS else "",
        int(header) if header.isascii() and header.isdigit() and 1 <= int(header) <= SEARCHED else 0,
        data.get("sheet", "")[:100],
    )


def guessed_layout(found: TableGuess) -> list[tuple[str, str]]:
    """(name, value) of what of the layout was guessed, for the form to bring back."""
    chosen = {one.what for one in found.findings if one.level == "chosen"}
    return [(name, str(getattr(found.grid.layout, name))) for name in LAYOUT if name not in chosen]


def chosen_profile(data: Mapping[str, str]) -> str | None:
    """The profile to begin with: empty for none, None as long as nobody chose one."""
    chosen = data.get("profile")
    if chosen is None or (chosen == data.get("based") and "chosen" not in data):
        return None
    return "" if chosen == NO_PROFILE else chosen


def dates_of(data: Mapping[str, str]) -> str:
    """The form of the dates that was chosen, by a button or in the list."""
    return data.get("date_order") or data.get("dates", AS_FOUND)


def read_choices(data: Mapping[str, str], found: TableGuess) -> TableGuess:
    """The guess with what the form says put in its place; a value the form cannot have is left as guessed."""
    columns = [_column(data.get(f"c{index}"), column) for index, column in enumerate(found.columns)]
    sign = data.get("decimal_sign") or data.get("decimal", "")
    decimal = sign if sign in {".", ","} else found.choices.decimal
    choices = replace(
        found.choices,
        fields={column.header: column.field for column in columns if column.header.strip()},
        date_forms=_dates(data, found.choices),
        decimal=decimal,
        # Who says that 1.250 is one and a quarter says so of its third decimal too.
        zero_decimals=found.choices.zero_decimals or (found.open_amounts and sign in {".", ","}),
        thousands=found.choices.thousands
        if decimal == found.choices.decimal
        else "."
        if decimal == ","
        else ",",
        invert_sign="invert" in data,
        allow_formulas="formulas" in data,
        sensitive="reject_row" if "leave_out" in data else "quarantine",
        currency=_currency(data, found.choices),
    )
    return replace(
        found,
        columns=tuple(columns),
        choices=choices,
        open_dates=found.open_dates and dates_of(data) == AS_FOUND,
        open_amounts=found.open_amounts and sign not in {".", ","},
        findings=tuple(_finding(one, found.choices, choices, data) for one in found.findings),
    )


def _finding(one: Finding, before: Choices, after: Choices, data: Mapping[str, str]) -> Finding:
    """What was found, or that somebody chose otherwise."""
    settled = one.level == "open" and bool(data.get("decimal_sign") or data.get("decimal"))
    changed = {
        "dates": before.date_forms != after.date_forms,
        "decimal": before.decimal != after.decimal or settled,
        "currency": before.currency != after.currency,
        "invert": before.invert_sign != after.invert_sign,
    }
    return Finding(one.what, "chosen", "chosen") if changed.get(one.what) else one


def name_problem(name: str, base: str) -> str:
    """Why a profile cannot be saved under a name; empty when it can."""
    if not _NAME.match(name):
        return _("Give the profile a short name of letters, digits, dots and hyphens, such as bank-card.")
    if name != base and ImportProfile.objects.filter(name=name).exists():
        return _("There is a profile “%(name)s” already. Choose another name.") % {"name": name}
    return ""


def _column(value: str | None, guess: Guess) -> Guess:
    if value is None or value == guess.field:
        return guess
    if value and value not in FIELDS and value not in {KEPT, TIME_OF}:
        return guess
    return replace(guess, field=value, sure=1.0, why="chosen" if value else "unknown", params={})


def _dates(data: Mapping[str, str], choices: Choices) -> tuple[str, ...]:
    day = dates_of(data)
    return with_times(day) if day in all_forms() else choices.date_forms


def _currency(data: Mapping[str, str], choices: Choices) -> str:
    code = data.get("currency", "").strip().upper()
    return code if is_known_currency(code) else "" if not code else choices.currency
