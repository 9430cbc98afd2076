"""A table nobody has described: its layout, its columns and forms, and the profile that would read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fraud.claims.importing.fields import FIELDS
from fraud.claims.importing.fields import Kind as FieldKind
from fraud.claims.importing.guessing.choices import Choices
from fraud.claims.importing.guessing.columns import TIME_OF, Guess, guess_columns
from fraud.claims.importing.guessing.findings import (
    Finding,
    of_amounts,
    of_currency,
    of_dates,
    of_layout,
    of_sign,
)
from fraud.claims.importing.guessing.fitting import Known, fitting_profiles, fixed_columns, former_choices
from fraud.claims.importing.guessing.forms import AmountForms, DateForms, guess_amounts, guess_dates, widened
from fraud.claims.importing.guessing.grid import UNKNOWN, Grid, Layout, read_grid
from fraud.claims.importing.guessing.kinds import Kind, other_kind
from fraud.claims.importing.presets import GENERIC
from rules.currencies import currency_named
from rules.money import exponent

_DAYS = ("settled_at", "submitted_at", "claim_approved_at", "paid_at")
_PERSONS = ("department_code", "department_name", "project_code")
#: Fields that make another claim of a row: a profile that passes such a column over does not fit.
_MEANING = frozenset(
    {
        "amount",
        "cancel_amount",
        "cancelled_at",
        "currency",
        "employee_no",
        "external_id",
        "original_amount",
        "original_currency",
        "transacted_at",
        "txn_type",
        TIME_OF,
    }
)


@dataclass(frozen=True, slots=True)
class TableGuess:
    """What was found.

    `fits`: the profile that reads the file as it is. `like`: one whose columns these are but for `missed`, which say something it would
    pass over. `also`: several profiles that take the same columns, none of them chosen; `candidates`: all that take enough of them. `unnamed`: one that would fit if
    the file's name told what it asks for.
    `open_dates`, `open_amounts`: they can be read in two ways. `kind`: what the table is if it is no list of claims.
    """

    grid: Grid
    columns: tuple[Guess, ...]
    choices: Choices
    fits: str = ""
    like: str = ""
    based: str = ""  # the profile it is read with: the one that fits, or one that was chosen
    missed: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    unnamed: str = ""
    open_dates: bool = False
    open_amounts: bool = False
    kind: Kind | None = None
    findings: tuple[Finding, ...] = ()


def guess_table(
    path: Path,
    known: Sequence[Known] = (),
    *,
    name: str = "",
    layout: Layout = UNKNOWN,
    profile: str | None = None,
) -> TableGuess:
    """Guess how a file is to be read. `name`: what the file is called. `profile`: the one to begin with, empty for none, None to look for one.

    Raises FileQuarantined for what cannot be read at all or has no header.
    """
    grid = read_grid(path, layout)
    fitting_all = fitting_profiles(grid, known, name)
    usable = [one for one in fitting_all if profile is None or one.known.name == profile]
    fitting = usable[0].known if usable else None
    also = tuple(one.known.name for one in usable if one.rank == usable[0].rank)
    if fitting and len(also) > 1 and not fitting.is_own:
        fitting = None  # several fit as well: which it is, the columns do not say
    unnamed = ""
    if not fitting_all and name and (nameless := fitting_profiles(grid, known, "")):
        unnamed = nameless[0].known.name
    fixed = fixed_columns(grid, fitting, name) if fitting else {}
    columns = guess_columns(grid, former_choices(known), fixed)
    missed = tuple(c.header.strip() for c in columns if c.field in _MEANING and c.why != "profile")
    like = ""
    if fitting and missed and not fitting.is_own:
        like = fitting.name
        if (
            profile is None
        ):  # what it would pass over makes another claim of a row: only who knows better begins with it
            fitting, columns = None, guess_columns(grid, former_choices(known), {})
    elif fitting:
        columns = _left_out(columns, fitting)
    base: Mapping[str, Any] = fitting.spec if fitting else {}
    kind = None if fitting else other_kind(grid.headers, columns)
    if kind:
        columns = [column if column.level == "sure" else _unused(column) for column in columns]
    elif not fitting:
        columns = _nearest(columns)
    found = _Forms.of(grid, columns, base, _home_currency(known))
    return TableGuess(
        grid=grid,
        columns=tuple(columns),
        choices=found.choices(grid, columns, base),
        fits=fitting.name if fitting and not like and not found.widens(base) else "",
        like=like,
        based=fitting.name if fitting else "",
        missed=missed if like else (),
        also=also if len(also) > 1 and not fitting else (),
        candidates=tuple(one.known.name for one in fitting_all),
        unnamed=unnamed,
        open_dates=found.dates.is_open,
        open_amounts=found.amounts.is_open and not base,
        kind=kind,
        findings=(*of_layout(grid, layout), *found.findings(columns, base)),
    )


def _unused(column: Guess) -> Guess:
    return replace(column, field="", sure=0.0, why="unknown", params={})


def _left_out(columns: Sequence[Guess], fitting: Known) -> list[Guess]:
    """What the profile does not take is not read either; what it could be is said."""
    return [
        column
        if column.why == "profile" or not column.field
        else replace(
            column,
            field="",
            sure=0.0,
            why="left_out",
            params={"profile": fitting.name, "field": column.field},
        )
        for column in columns
    ]


def _home_currency(known: Sequence[Known]) -> str:
    """The company's money, as its generic profile says."""
    generic = next((one.spec for one in known if one.name == "generic"), GENERIC)
    return str(generic.get("currency", {}).get("default", ""))


def _nearest(columns: list[Guess]) -> list[Guess]:
    """Where no column names what every claim needs, the one that comes nearest is proposed for it, as a guess.

    The only amount there is; a description for the merchant (bank feeds have no other); the cost centre for the owner of a payment; the day
    it was posted for the day it was made (ledgers know no other).
    """
    wanted: list[tuple[str, tuple[str, ...], str]] = [
        ("amount", ("original_amount",), "only_amount"),
        ("currency", ("original_currency",), "only_amount"),
        ("merchant_name", ("purpose_text",), "merchant"),
        ("transacted_at", _DAYS, "day"),
    ]
    if not any(column.field == "card_number" for column in columns):
        wanted.append(("employee_no", _PERSONS, "person"))
    for name, sources, why in wanted:
        if any(column.field == name for column in columns):
            continue
        at = next(
            (
                n
                for source in sources
                for n, one in enumerate(columns)
                if one.field == source and one.n_filled
            ),
            None,
        )
        if at is not None:
            columns[at] = replace(columns[at], field=name, sure=0.4, why=why, params={})
    return columns


@dataclass(frozen=True, slots=True)
class _Forms:
    """The forms of dates and amounts, and the currency of rows that name none."""

    dates: DateForms
    amounts: AmountForms
    currency: str
    home: str
    n_amounts: int
    of_profile: tuple[
        str, ...
    ] = ()  # the base's own forms of dates, with those that its days of this file need beside them

    @classmethod
    def of(cls, grid: Grid, columns: Sequence[Guess], base: Mapping[str, Any], home: str) -> _Forms:
        by_field: dict[str, int] = {}
        for index, column in enumerate(columns):
            by_field.setdefault(column.field, index)
        dates = [
            grid.column(index)
            for name, index in by_field.items()
            if name in FIELDS and FIELDS[name].kind in (FieldKind.TIME, FieldKind.DAY)
        ]
        texts = grid.column(by_field["amount"]) if "amount" in by_field else []
        codes = grid.column(by_field["currency"]) if "currency" in by_field else []
        default = str(base.get("currency", {}).get("default", ""))
        amounts = guess_amounts(texts, _usual(codes) or default or home)
        currency = default or _currency(amounts, home, has_column=bool(codes))
        forms = tuple(base.get("dates", {}).get("formats", ()))
        own = widened(forms, dates) if forms else ()
        return cls(guess_dates(dates), amounts, currency, home, len(texts), own)

    def widens(self, base: Mapping[str, Any]) -> bool:
        """True where the base's forms do not read the days of this file."""
        return bool(self.of_profile) and self.of_profile != tuple(base["dates"]["formats"])

    def choices(self, grid: Grid, columns: Sequence[Guess], base: Mapping[str, Any]) -> Choices:
        """What the profile is to say."""
        style = base.get("amounts", {})
        amounts = self.amounts
        return Choices(
            # The next file's sheet may be called otherwise; the first one needs no name.
            layout=replace(grid.layout, sheet="") if grid.layout.sheet in grid.sheets[:1] else grid.layout,
            fields={column.header: column.field for column in columns if column.field},
            date_forms=self.of_profile or self.dates.forms,
            decimal=style.get("decimal", "." if base else amounts.decimal),
            thousands=style.get("thousands", "," if base else amounts.thousands),
            zero_decimals=style.get("zero_decimals", amounts.zero_decimals and not base),
            invert_sign=style.get("invert_sign", amounts.invert_sign and not base),
            currency=self.currency,
            zone=str(base.get("zone", "")),
            sensitive=str(base.get("sensitive", "quarantine")),
            allow_formulas=bool(base.get("allow_formulas", grid.has_formulas and not base)),
            source_system=str(base.get("source_system", "")),
            base=base,
        )

    def findings(self, columns: Sequence[Guess], base: Mapping[str, Any]) -> list[Finding]:
        """Each form with how sure and why."""
        is_base = bool(base)
        invert = of_sign(self.amounts, self.n_amounts, invert=self.amounts.invert_sign and not is_base)
        return [
            of_dates(self.dates, is_base, is_widened=self.widens(base)),
            *of_amounts(self.amounts, is_base),
            *([invert] if invert else []),
            of_currency(self.currency, self.amounts, columns, is_base, self.home),
        ]


def _usual(codes: Sequence[str]) -> str:
    """The currency most rows name, if it is one."""
    known = [code for text in codes if (code := currency_named(text))]
    return max(set(known), key=known.count) if known else ""


def _currency(amounts: AmountForms, home: str, *, has_column: bool) -> str:
    """The currency where a row names none; nobody knows it where a column should say so, or where amounts have pence that the company's money has not."""
    if amounts.currency or has_column:
        return amounts.currency
    return "" if amounts.has_fractions and (not home or exponent(home) == 0) else home
