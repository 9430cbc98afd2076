"""An import profile: how a company's files map onto the claim record. JSON in the database, this class in use."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from fraud.claims.importing.fields import FIELDS, REQUIRED
from fraud.claims.importing.parsing.formats import format_clashes, is_known_format
from fraud.claims.importing.problems import ProfileNotValid
from rules.language.transactions import KINDS, MONEY_BACK
from rules.money import is_known_currency

MAX_ENTRIES = 200
#: Without these a row is no claim, whatever a profile requires.
INDISPENSABLE = ("external_id", "transacted_at", "amount")
_PATTERN_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Column:
    """Where a field's value comes from: the first filled one of the delivered `sources`, else `constant`, else `compose`."""

    sources: tuple[str, ...] = ()
    time_sources: tuple[str, ...] = ()  # a second column with the time of day
    values: Mapping[str, str] = field(default_factory=dict)  # delivered value → ours
    constant: str = ""
    compose: str = ""  # "{batch_id}/{claim_no}" over other fields


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Rows that are no claims: those whose `column` (a field) does not match `unless`."""

    code: str
    column: str
    unless: str


@dataclass(frozen=True, slots=True)
class Dates:
    formats: tuple[str, ...] = ("iso",)
    future: str = "reject"  # or "accept"
    max_age_years: int = 5  # 0: no limit
    old: str = "note"  # or "reject"
    settled_before_used: str = "note"  # or "reject"
    midnight_is_unknown: bool = True  # a typed date with 00:00:00 says nothing about the time of day


@dataclass(frozen=True, slots=True)
class Amounts:
    decimal: str = "."
    thousands: str = ","
    zero_decimals: bool = False  # "1000.00" is taken for a currency without decimals
    invert_sign: bool = False
    negative_types: tuple[str, ...] = MONEY_BACK  # delivered with a positive amount, stored negative
    cancels: str = "row"  # or "state": a cancelled payment is delivered as its own row again
    extreme: int = 1_000_000_000  # minor units


#: What outcomes are called in files, wherever they are delivered, in lower case.
MISUSE_WORDS = ("misuse", "오남용", "부정", "부정사용", "confirmed", "confirmed misuse", "fraud")
LEGITIMATE_WORDS = ("legitimate", "정상", "정상사용", "in order", "genuine")


@dataclass(frozen=True, slots=True)
class Labels:
    """Known outcomes: the column that carries them and when they became known."""

    sources: tuple[str, ...] = ()
    misuse: tuple[str, ...] = ("1", "y", "yes", "true", *MISUSE_WORDS)
    legitimate: tuple[str, ...] = ("0", "n", "no", "false", *LEGITIMATE_WORDS)
    delay_days: int = 7


#: Formats of records: lines by position, Visa Commercial Format 4, Mastercard Common Data Format 3.
RECORD_FORMATS = ("", "lines", "vcf4", "cdf3")


@dataclass(frozen=True, slots=True)
class Records:
    """A file that is no table with a header row."""

    format: str = ""  # one of RECORD_FORMATS
    names: Mapping[str, str] = field(default_factory=dict)  # lines: position (first = 1) → name
    keep: str = ""  # lines: the first value of those that are rows
    counts: Mapping[str, str] = field(
        default_factory=dict
    )  # lines: first value → position of the number of rows


@dataclass(frozen=True, slots=True)
class ProfileSpec:
    """A checked profile; see docs/importing.md for every setting."""

    source_system: str = "default"
    encodings: tuple[str, ...] = ("utf-8", "cp949")
    delimiter: str = ","
    quoting: str = "standard"  # or "none"
    header_search: int = 1  # rows in which the header is looked for
    header_tolerance: int = 0  # letters a header may differ from its alias
    sheet: str = ""
    allow_formulas: bool = False
    zone: str = ""  # empty: the company's
    records: Records = Records()
    columns: Mapping[str, Column] = field(default_factory=dict)
    required: tuple[str, ...] = REQUIRED
    file_name_pattern: tuple[str, ...] = ()  # named groups become fields
    row_filters: tuple[RowFilter, ...] = ()
    dates: Dates = Dates()
    amounts: Amounts = Amounts()
    currency_default: str = ""
    currency_aliases: Mapping[str, str] = field(default_factory=dict)
    identity: tuple[str, ...] = ()  # fields that identify a row without an id of its own
    labels: Labels = Labels()
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # kept beside the claim
    sensitive: str = "quarantine"  # or "reject_row", "withhold": what a card or resident number costs, the file, its row or its value
    not_card_columns: tuple[str, ...] = ()  # headers whose long numbers are known not to be card numbers


def spec_problems(spec: ProfileSpec) -> list[tuple[str, str, dict[str, Any]]]:
    """What is wrong with the values of a spec, beyond their types."""
    return [*_reading_problems(spec), *_column_problems(spec), *_value_problems(spec)]


def _reading_problems(spec: ProfileSpec) -> list[tuple[str, str, dict[str, Any]]]:
    problems: list[tuple[str, str, dict[str, Any]]] = []
    for encoding in spec.encodings:
        try:
            codecs.lookup(encoding)
        except LookupError:
            problems.append(("encodings", "encoding_not_known", {"encoding": encoding}))
    if len(spec.delimiter.encode()) != 1 or spec.delimiter in '"\n\r':
        problems.append(("delimiter", "wrong_type", {"expected": ", ; tab |"}))
    if spec.quoting not in {"standard", "none"}:
        problems.append(("quoting", "wrong_type", {"expected": "standard, none"}))
    if not 1 <= spec.header_search <= 50:
        problems.append(("header_search", "wrong_type", {"expected": "1–50"}))
    if not 0 <= spec.header_tolerance <= 3:
        problems.append(("header_tolerance", "wrong_type", {"expected": "0–3"}))
    if spec.zone:
        try:
            ZoneInfo(spec.zone)
        except (KeyError, ValueError, OSError):
            problems.append(("zone", "zone_not_known", {"zone": spec.zone}))
    if spec.records.format not in RECORD_FORMATS:
        problems.append(("records.format", "wrong_type", {"expected": ", ".join(RECORD_FORMATS[1:])}))
    positions = [p for p in spec.records.names if not (p.isascii() and p.isdigit() and 1 <= int(p) <= 1_000)]
    if positions or (spec.records.format == "lines" and not spec.records.names):
        problems.append(("records.names", "wrong_type", {"expected": '{"5": "Employee ID"}'}))
    patterns = [("file_name_pattern", p) for p in spec.file_name_pattern]
    patterns += [("row_filters", f.unless) for f in spec.row_filters]
    return problems + [
        (place, "pattern_not_valid", {"pattern": p}) for place, p in patterns if not _pattern_works(p)
    ]


def _column_problems(spec: ProfileSpec) -> list[tuple[str, str, dict[str, Any]]]:
    problems: list[tuple[str, str, dict[str, Any]]] = []
    named = [*spec.columns, *spec.required, *spec.identity, *(f.column for f in spec.row_filters)]
    problems += [
        ("columns", "unknown_field", {"field": name}) for name in dict.fromkeys(named) if name not in FIELDS
    ]
    if len(spec.columns) > MAX_ENTRIES:
        problems.append(("columns", "too_many", {"limit": MAX_ENTRIES}))
    from_name = " ".join(spec.file_name_pattern)
    for name in dict.fromkeys((*spec.required, *INDISPENSABLE)):
        if name == "external_id" and spec.identity:
            continue
        column = spec.columns.get(name, Column())
        delivered = column.sources or column.constant or column.compose
        if not delivered and f"<{name}>" not in from_name:
            problems.append(("columns", "no_source", {"field": name}))
        elif name not in spec.required:
            problems.append(("required", "not_required", {"field": name}))
    return problems


def _value_problems(spec: ProfileSpec) -> list[tuple[str, str, dict[str, Any]]]:
    problems: list[tuple[str, str, dict[str, Any]]] = []
    for form in spec.dates.formats:
        if not is_known_format(form):
            problems.append(("dates.formats", "format_not_known", {"format": form}))
    for form, other in format_clashes([f for f in spec.dates.formats if is_known_format(f)]):
        problems.append(("dates.formats", "format_clash", {"format": form, "other": other}))
    if spec.amounts.decimal == spec.amounts.thousands or spec.amounts.decimal not in {".", ","}:
        problems.append(("amounts.decimal", "wrong_type", {"expected": ". ,"}))
    if spec.amounts.thousands not in {".", ",", ""}:
        problems.append(("amounts.thousands", "wrong_type", {"expected": ", . (none)"}))
    if not spec.currency_default and "currency" not in spec.columns:
        problems.append(("currency", "currency_missing", {}))
    for code in filter(None, (spec.currency_default, *spec.currency_aliases.values())):
        if not is_known_currency(code):
            problems.append(("currency", "wrong_type", {"expected": "KRW, USD …"}))
    types = spec.columns.get("txn_type", Column()).values.values()
    problems += [
        ("columns.txn_type", "wrong_type", {"expected": ", ".join(KINDS)}) for t in types if t not in KINDS
    ]
    for place, value, allowed in (
        ("amounts.cancels", spec.amounts.cancels, {"row", "state"}),
        ("sensitive", spec.sensitive, {"quarantine", "reject_row", "withhold"}),
        ("dates.future", spec.dates.future, {"reject", "accept"}),
        ("dates.old", spec.dates.old, {"reject", "note"}),
        ("dates.settled_before_used", spec.dates.settled_before_used, {"reject", "note"}),
    ):
        if value not in allowed:
            problems.append((place, "wrong_type", {"expected": ", ".join(sorted(allowed))}))
    return problems


def _pattern_works(pattern: str) -> bool:
    if len(pattern) > _PATTERN_LENGTH:
        return False
    try:  # polars runs patterns in time linear in the text
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.ComputeError:
        return False
    return True


def require_valid(spec: ProfileSpec) -> ProfileSpec:
    """The spec itself. Raises ProfileNotValid."""
    problems = spec_problems(spec)
    if problems:
        raise ProfileNotValid(problems)
    return spec
