"""Tables of a bank or a payroll: Korean bank workbooks (거래일시, 적요, 출금, 입금, 잔액 below title rows), CSV, deductions per employee.

A table of a bank is believed only where its balances run: each is the one before it and the row's own amount, newest first or
last. A row of which date or amount cannot be read refuses the file, since leaving it out would make a wrong sum of the others.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import polars as pl

from cases.statements.columns import BANK, PAYROLL, TableSpec
from cases.statements.entries import Entry, Statement, StatementNotValid, account_end
from cases.statements.sums import Line, check_sums, is_sum, without_sums
from fraud.claims.importing.guessing.forms import guess_amounts
from fraud.claims.importing.guessing.grid import likely_encodings
from fraud.claims.importing.headers import plain
from fraud.claims.importing.parsing.amounts import parse_amounts
from fraud.claims.importing.parsing.dates import DateParser
from fraud.claims.importing.parsing.problem_rows import ProblemRows
from fraud.claims.importing.problems import FileQuarantined, Notes
from fraud.claims.importing.profile import Amounts, Column, ProfileSpec
from fraud.claims.importing.reading.chunks import Chunk, Table, is_1904
from fraud.claims.importing.reading.opening import open_table
from rules.money import is_known_currency

# fmt: off
_FORMS = ("iso", "%Y.%m.%d %H:%M:%S", "%Y.%m.%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y%m%d%H%M%S",
          "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d", "%Y년 %m월 %d일")
# fmt: on
_ACCOUNT = re.compile(r"(?:계좌|account)[^0-9*]{0,20}([0-9*][0-9* -]{5,30}[0-9])", re.IGNORECASE)
_PAID_ON = re.compile(
    r"(?:지급일|급여일|pay date)\D{0,5}([0-9]{4})[-./년 ]{1,2}([0-9]{1,2})[-./월 ]{1,2}([0-9]{1,2})",
    re.IGNORECASE,
)
_AMOUNTS = ("incoming", "outgoing", "amount", "balance")
_SUMS = ("blank_row", "subtotal_row")


def read_table(path: Path, spec: TableSpec, *, currency: str, zone: str) -> list[Statement]:
    """The one statement of a table, read as a payroll's where it names employees. Raises StatementNotValid."""
    try:
        table = open_table(path, _layout(spec, path))
        headers = {plain(header): header for header in table.headers}
        payroll = _found(spec.headers(PAYROLL), headers)
        bank = _found(spec.headers(BANK), headers)
        is_payroll = "employee_no" in payroll and "balance" not in bank
        chosen = payroll if is_payroll else bank
        _require(chosen, table, is_payroll=is_payroll)
        lines, sums = _lines(table, chosen, spec, currency=spec.currency or currency, zone=zone)
    except FileQuarantined as error:
        raise StatementNotValid("file", reason=error.code, values=error.params) from error
    if is_payroll:
        check_sums(lines, sums)
        return [_payroll(lines)] if lines else []
    account = next((m[1] for title in _titles(table) if (m := _ACCOUNT.search(title))), "")
    return [_bank(lines, account)] if lines else []


def _layout(spec: TableSpec, path: Path) -> ProfileSpec:
    """The encoding is found; where the header is looked for: below titles, by the columns every such table has."""
    bank, payroll = spec.headers(BANK), spec.headers(PAYROLL)
    columns = {
        "transacted_at": Column((*bank["booked_on"], *payroll["employee_no"])),
        "amount": Column((*bank["incoming"], *bank["amount"], *payroll["amount"])),
    }
    return ProfileSpec(
        columns=columns,
        required=("transacted_at", "amount"),
        header_search=1,
        encodings=likely_encodings(path),
    )


def _found(aliases: Mapping[str, tuple[str, ...]], headers: Mapping[str, str]) -> dict[str, str]:
    """Field → the table's header."""
    named = {
        name: next((headers[plain(each)] for each in known if plain(each) in headers), "")
        for name, known in aliases.items()
    }
    return {name: header for name, header in named.items() if header}


def _require(found: Mapping[str, str], table: Table, *, is_payroll: bool) -> None:
    missing = []
    if "booked_on" not in found and not (is_payroll and _paid_on(table)):
        missing.append("지급일 / pay date" if is_payroll else "거래일시 / date")
    if "amount" not in found and not ("incoming" in found and not is_payroll):
        missing.append("공제액 / deduction" if is_payroll else "입금, 출금 / credit, debit")
    if missing:
        raise StatementNotValid("columns", columns=", ".join(missing))


def _titles(table: Table) -> list[str]:
    return list(getattr(table, "titles", []))


def _paid_on(table: Table) -> date | None:
    for title in _titles(table):
        if found := _PAID_ON.search(title):
            try:
                return date(int(found[1]), int(found[2]), int(found[3]))
            except ValueError:
                continue
    return None


def _lines(
    table: Table, found: Mapping[str, str], spec: TableSpec, *, currency: str, zone: str
) -> tuple[list[Line], list[tuple[int, int]]]:
    """The rows, and (line, minor units) of those that add up others."""
    forms = (spec.date_form,) if spec.date_form else _FORMS
    dates = DateParser(forms, zone, workbook=table.encoding == "xlsx", is_1904=is_1904(table))
    chunks = list(table.chunks())
    if not spec.date_form and "booked_on" in found:
        for chunk in chunks:
            dates.survey(
                chunk.frame.filter(~is_sum(chunk.frame)).get_column(found["booked_on"]), found["booked_on"]
            )
        dates.settle()
    spec = spec if spec.decimal else _marked(chunks, found, spec, currency)
    lines: list[Line] = []
    sums: list[tuple[int, int]] = []
    for chunk in chunks:
        others = chunk.rejects.filter(~pl.col("code").is_in(_SUMS))
        for reject in others.head(1).iter_rows(named=True):
            raise StatementNotValid("row", line=reject["line"], column="", reason=reject["code"], values={})
        sums += _sums(chunk, found, spec, spec.currency or currency)
        frame, numbers = without_sums(chunk.frame, chunk.lines.tolist())
        problems = ProblemRows(frame.height, table.notes)
        values = _values(frame, found, spec, dates, problems, currency, _paid_on(table))
        for row in range(frame.height):
            if not problems.good[row]:
                column, code, params = problems.of(row)
                raise StatementNotValid("row", line=numbers[row], column=column, reason=code, values=params)
        lines += [_line(numbers[row], values, row, found) for row in range(frame.height)]
    return lines, sums


def _sums(chunk: Chunk, found: Mapping[str, str], spec: TableSpec, currency: str) -> list[tuple[int, int]]:
    """(line, minor units) of the rows that add up others and say an amount."""
    added = is_sum(chunk.frame)
    rows = chunk.frame.filter(added)
    if rows.is_empty() or "amount" not in found:
        return []
    style = Amounts(decimal=spec.decimal, thousands=spec.thousands, zero_decimals=True)
    codes = pl.Series([currency] * rows.height, dtype=pl.String)
    aside = ProblemRows(rows.height, Notes())
    raw = _blank(rows.get_column(found["amount"]).cast(pl.String))
    minor = parse_amounts(raw, codes, style, found["amount"], aside, exact_zeros=True).to_list()
    numbers = [n for n, is_sum in zip(chunk.lines.tolist(), added.to_list(), strict=True) if is_sum]
    return [
        (n, each)
        for n, each, good in zip(numbers, minor, aside.good, strict=True)
        if good and each is not None
    ]


def _marked(chunks: list[Chunk], found: Mapping[str, str], spec: TableSpec, currency: str) -> TableSpec:
    """The spec with the decimal and thousands marks that all amounts can be read with; the usual ones where they leave both open."""
    texts = [
        text
        for chunk in chunks
        for name in _AMOUNTS
        if name in found
        for text in chunk.frame.get_column(found[name]).cast(pl.String).drop_nulls().to_list()
    ]
    codes = [
        c
        for chunk in chunks
        if "currency" in found
        for c in chunk.frame.get_column(found["currency"]).to_list()
    ]
    code = next((str(c).strip().upper() for c in codes if c), currency)
    told = guess_amounts(
        [text for text in texts if text.strip(" -–")], code if is_known_currency(code) else currency
    )
    if told.is_open or told.is_mixed:
        return replace(spec, decimal=".", thousands=",")
    return replace(spec, decimal=told.decimal, thousands=told.thousands)


def _values(
    frame: pl.DataFrame,
    found: Mapping[str, str],
    spec: TableSpec,
    dates: DateParser,
    problems: ProblemRows,
    currency: str,
    paid_on: date | None,
) -> dict[str, list[object]]:
    """Every field's values: minor units, local moments, texts."""

    def column(name: str) -> pl.Series:
        return frame.get_column(found[name]).cast(pl.String)

    texts = {
        name: column(name).fill_null("").str.strip_chars().to_list()
        for name in ("text", "memo", "payer", "payer_account", "reference", "employee_no")
        if name in found
    }
    codes = pl.Series([currency] * frame.height, dtype=pl.String)
    if "currency" in found:
        codes = column("currency").str.strip_chars().str.to_uppercase().replace("", None).fill_null(currency)
    style = Amounts(decimal=spec.decimal, thousands=spec.thousands, zero_decimals=True)
    minor = {
        name: parse_amounts(_blank(column(name)), codes, style, found[name], problems, exact_zeros=True)
        for name in _AMOUNTS
        if name in found
    }
    values: dict[str, list[object]] = {**texts, "currency": codes.to_list()}
    values |= {name: series.to_list() for name, series in minor.items()}
    if "booked_on" in found:
        time = column("time").rename(found["time"]) if "time" in found else None
        moments = dates.parse(column("booked_on"), time, found["booked_on"], problems)
        problems.add(moments.at.is_null(), found["booked_on"], "value_missing")
        values["moment"] = moments.at.dt.convert_time_zone(dates.zone).to_list()
    else:
        values["moment"] = [paid_on] * frame.height
    return values


def _blank(raw: pl.Series) -> pl.Series:
    """Amounts as text; a dash, as accountants write nothing, is none."""
    text = raw.str.strip_chars()
    return text.set(text.is_in(["", "-", "–"]).fill_null(False), None)


def _line(number: int, values: Mapping[str, list[object]], row: int, found: Mapping[str, str]) -> Line:
    def of(name: str) -> object:
        return values[name][row] if name in values else None

    def text(name: str) -> str:
        return " ".join(str(of(name) or "").split())

    minor = _whole(of("amount")) + _whole(of("incoming")) - _whole(of("outgoing"))
    moment, balance = of("moment"), of("balance")
    booked_on = moment.date() if hasattr(moment, "date") else moment
    assert isinstance(booked_on, date)
    said = " ".join(filter(None, (text(name) for name in ("text", "memo", "payer"))))
    is_payroll = "employee_no" in values
    entry = Entry(
        booked_on,
        minor,
        text("currency"),
        is_payroll and minor < 0,
        text("reference"),
        said,
        payer=text("payer"),
        payer_end=account_end(text("payer_account")),
        employee_no=text("employee_no"),
        method="payroll" if is_payroll else "bank_transfer",
    )
    return Line(number, str(moment), None if balance is None else _whole(balance), entry)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _bank(lines: list[Line], account: str) -> Statement:
    """The statement of a bank's table, oldest entry first. Raises StatementNotValid `running`, `currency`."""
    ends: tuple[int | None, int | None] = (None, None)
    if all(line.balance is not None for line in lines):
        lines = _in_order(lines)
        first, last = lines[0], lines[-1]
        ends = ((first.balance or 0) - first.entry.minor, last.balance)
    elif any(line.balance is not None for line in lines):
        blank = next(line for line in lines if line.balance is None)
        raise StatementNotValid("row", line=blank.number, column="", reason="value_missing", values={})
    entries = [line.entry if line.entry.reference else _identified(line, account) for line in lines]
    return Statement(account, lines[0].entry.currency, *ends, entries, "table").check()


def _in_order(lines: list[Line]) -> list[Line]:
    """The rows from the oldest on, where every balance follows from the one before. Raises StatementNotValid `running`.

    Where the balances run both ways (in and out again), the days tell.
    """
    newest_first = len(lines) > 1 and lines[0].moment > lines[-1].moment
    faults = {True: _fault(lines), False: _fault(lines[::-1])}
    for as_delivered in (not newest_first, newest_first):
        if faults[as_delivered] is None:
            return lines if as_delivered else lines[::-1]
    found = faults[not newest_first]
    assert found is not None
    row, total = found
    raise StatementNotValid(
        "running", line=row.number, currency=row.entry.currency, total_minor=total, closing_minor=row.balance
    )


def _fault(lines: list[Line]) -> tuple[Line, int] | None:
    """The first row of which the balance is not the one before it and its own amount, and what it should be."""
    for before, row in pairwise(lines):
        total = (before.balance or 0) + row.entry.minor
        if total != row.balance:
            return row, total
    return None


def _identified(line: Line, account: str) -> Entry:
    """The entry under an id of our own where the bank gives none: time, amount and the balance after it tell it from every other."""
    if line.balance is None:
        return line.entry
    facts = f"{account_end(account)}|{line.moment}|{line.entry.minor}|{line.entry.currency}|{line.balance}"
    return replace(line.entry, reference="T" + hashlib.sha256(facts.encode()).hexdigest()[:23])


def _payroll(lines: list[Line]) -> Statement:
    """Deductions of one payroll; each is known by person, day and amount, so that the same table again is nothing new."""
    for line in lines:
        if not line.entry.employee_no:
            raise StatementNotValid("row", line=line.number, column="", reason="value_missing", values={})
    return Statement(
        "", lines[0].entry.currency, None, None, [line.entry for line in lines], "payroll"
    ).check()
