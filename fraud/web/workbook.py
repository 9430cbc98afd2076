"""Tables of figures as a workbook (XLSX): the same tables as the page and the CSV, texts as texts, numbers as numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter

from fraud.web.tables import Table

KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
_LONG_AGO = datetime(2000, 1, 1)
_LONGEST = 31  # signs of a sheet's name
_WIDTHS = (10, 60)  # of a column, in signs


def write_workbook(tables: Sequence[Table], file: IO[bytes]) -> None:
    """A sheet for each table into a file. No text can become a formula or a link, whatever it begins with.

    The same tables give the same bytes.
    """
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"created": _LONG_AGO})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    names: set[str] = set()
    for number, table in enumerate(tables, 1):
        sheet = book.add_worksheet(name := _sheet_name(table, number, names))
        names.add(name.casefold())
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(table.columns):
            words = str(column.words)
            longest = max([len(words), *(len(str(row.get(column.key) or "")) for row in table.rows)])
            sheet.set_column(at, at, min(max(longest + 2, _WIDTHS[0]), _WIDTHS[1]))
            sheet.write_string(0, at, words, bold)
            for line, row in enumerate(table.rows, 1):
                _write(sheet, line, at, row.get(column.key))
    book.close()


def _write(sheet: Any, line: int, at: int, value: object) -> None:
    if value is None or value == "" or value != value:
        return
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        sheet.write_number(line, at, value)
    else:
        sheet.write_string(line, at, str(value))


def _sheet_name(table: Table, number: int, taken: Collection[str]) -> str:
    """At most 31 signs, none of those a sheet may not have; never empty, and no other sheet's whatever the case of its letters."""
    whole = " ".join(_NOT_IN_NAMES.sub(" ", str(table.caption or table.name)).split())
    name = whole if len(whole) <= _LONGEST else f"{whole[: _LONGEST - 1].rstrip()}…"
    if name and name.casefold() not in {*taken, "history"}:
        return name
    return f"{name[: _LONGEST - 4]} {number}".strip()
