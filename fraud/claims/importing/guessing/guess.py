"""A table nobody has described: its layout, its columns and forms, and the profile that would read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fraud.claims.importing.fields import FIELDS, Kind
from fraud.claims.importing.guessing.choices import Choices
from fraud.claims.importing.guessing.columns import KEPT, TIME_OF, Guess, guess_columns
from fraud.claims.importing.guessing.forms import AmountForms, guess_amounts, guess_dates
from fraud.claims.importing.guessing.grid import UNKNOWN, Grid, Layout, read_grid
from fraud.claims.importing.headers import map_headers, plain
from fraud.claims.importing.presets import GENERIC
from fraud.claims.importing.problems import FileQuarantined, Notes
from fraud.claims.importing.profile_json import read_spec
from rules.money import exponent

_FITS = 0.6  # share of the named columns that a profile takes
_PERSONS = ("department_code", "department_name", "project_code")


@dataclass(frozen=True, slots=True)
class Known:
    """A profile there is: `is_own` for one the company made or changed, whose choices count as former ones."""

    name: str
    spec: Mapping[str, Any]
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class TableGuess:
    """What was found. `fits` is the profile whose columns these are; `open_dates`: day and month could change places."""

    grid: Grid
    columns: tuple[Guess, ...]
    choices: Choices
    fits: str = ""
    open_dates: bool = False


def guess_table(path: Path, known: Sequence[Known] = (), *, layout: Layout = UNKNOWN) -> TableGuess:
    """Guess how a file is to be read. Raises FileQuarantined for what cannot be read at all or has no header."""
    grid = read_grid(path, layout)
    fitting = _fitting(grid, known)
    fixed = _fixed(grid, fitting) if fitting else {}
    former = _former(known)
    columns = guess_columns(grid, former, fixed)
    base: Mapping[str, Any] = fitting.spec if fitting else {}
    if not _has("employee_no", columns, base) and not _has("card_number", columns, base):
        columns = _nearest_person(columns)
    choices, is_open = _choices(grid, columns, base, _home_currency(known))
    return TableGuess(grid, tuple(columns), choices, fitting.name if fitting else "", is_open)


def _home_currency(known: Sequence[Known]) -> str:
    """The company's money, as its generic profile says."""
    generic = next((one.spec for one in known if one.name == "generic"), GENERIC)
    return str(generic.get("currency", {}).get("default", ""))


def _fitting(grid: Grid, known: Sequence[Known]) -> Known | None:
    """The profile that takes most of the columns, if it takes enough and misses nothing it requires; own ones first."""
    best: tuple[float, bool, Known] | None = None
    named = [header for header in grid.headers if header.strip()]
    for one in known:
        taken = _fixed(grid, one)
        share = len(taken) / len(named) if named else 0.0
        if share >= _FITS and (best is None or (share, one.is_own) > best[:2]):
            best = (share, one.is_own, one)
    return best[2] if best else None


def _fixed(grid: Grid, known: Known) -> dict[str, tuple[str, str]]:
    """header → (field, profile) of the columns a profile takes; none where it misses a required one."""
    spec = read_spec(known.spec)
    from_name = " ".join(spec.file_name_pattern)
    named = [name for name in FIELDS if f"<{name}>" in from_name]
    try:
        mapping = map_headers(grid.headers, spec, Notes(), named=named)
    except FileQuarantined:
        return {}
    found: dict[str, tuple[str, str]] = {}
    groups: list[tuple[str, tuple[str, ...]]] = [*mapping.columns.items()]
    groups += [(TIME_OF, times) for times in mapping.times.values()]
    groups += [(KEPT, sources) for sources in mapping.extra.values()]
    for name, sources in groups:
        for source in sources:
            found.setdefault(source, (name, known.name))
    return found


def _former(known: Sequence[Known]) -> dict[str, tuple[str, str]]:
    """What the company's own profiles map: plain header → (field, profile); the last one counts."""
    former: dict[str, tuple[str, str]] = {}
    for one in known:
        if one.is_own:
            spec = read_spec(one.spec)
            for name, column in spec.columns.items():
                former.update({plain(source): (name, one.name) for source in column.sources})
                if name == "transacted_at":
                    former.update({plain(source): (TIME_OF, one.name) for source in column.time_sources})
    return former


def _has(name: str, columns: Sequence[Guess], base: Mapping[str, Any]) -> bool:
    return any(column.field == name for column in columns) or name in base.get("columns", {})


def _nearest_person(columns: list[Guess]) -> list[Guess]:
    """Where no column names a person or a card, the cost centre is the nearest owner of a payment."""
    for wanted in _PERSONS:
        for index, column in enumerate(columns):
            if column.field == wanted and column.n_filled:
                columns[index] = replace(column, field="employee_no", sure=0.4, why="person", params={})
                return columns
    return columns


def _currency(amounts: AmountForms, home: str, *, has_column: bool) -> str:
    """The currency where a row names none; nobody knows it where the amounts have pence that the company's money has not."""
    if amounts.currency or has_column:
        return amounts.currency or home
    return "" if amounts.has_fractions and (not home or exponent(home) == 0) else home


def _choices(
    grid: Grid, columns: Sequence[Guess], base: Mapping[str, Any], home_currency: str
) -> tuple[Choices, bool]:
    by_field: dict[str, int] = {}
    for index, column in enumerate(columns):
        by_field.setdefault(column.field, index)
    dates = [
        grid.column(index)
        for name, index in by_field.items()
        if name in FIELDS and FIELDS[name].kind in (Kind.TIME, Kind.DAY)
    ]
    found = guess_dates(dates)
    known_forms = tuple(base.get("dates", {}).get("formats", ()))
    currency = str(base.get("currency", {}).get("default", ""))
    amounts = guess_amounts(
        grid.column(by_field["amount"]) if "amount" in by_field else (), currency or home_currency
    )
    style = base.get("amounts", {})
    return Choices(
        # The next file's sheet may be called otherwise; the first one needs no name.
        layout=replace(grid.layout, sheet="") if grid.layout.sheet in grid.sheets[:1] else grid.layout,
        fields={column.header: column.field for column in columns if column.field},
        date_forms=known_forms or found.forms,
        decimal=style.get("decimal", amounts.decimal),
        thousands=style.get("thousands", amounts.thousands),
        zero_decimals=style.get("zero_decimals", amounts.zero_decimals),
        invert_sign=style.get("invert_sign", amounts.invert_sign and not base),
        currency=currency or _currency(amounts, home_currency, has_column="currency" in by_field),
        zone=str(base.get("zone", "")),
        sensitive=str(base.get("sensitive", "quarantine")),
        allow_formulas=bool(base.get("allow_formulas", grid.has_formulas)),
        source_system=str(base.get("source_system", "")),
        base=base,
    ), found.is_open and not known_forms
