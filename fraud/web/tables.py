"""A table of figures: one description gives the page's table and the CSV, so that both say the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise

from audit.exports import dated_name
from fraud.web.exports import harmless
from fraud.web.tags import number, percent

Form = Callable[[Any], Any]
CSV = "csv"  # the query's key that asks for a table of the page as CSV


def counted(value: Any) -> str:
    """1,234, a dash for nothing."""
    return number(value)


def one_digit(value: Any) -> str:
    """1,234.5"""
    return number(value, 1)


def three_digits(value: Any) -> str:
    """0.123"""
    return number(value, 3)


def share(value: Any) -> str:
    """12.3 %"""
    return percent(value, 1)


def as_text(value: Any) -> Any:
    """What it says, a dash for nothing."""
    return "–" if value in (None, "") else value


@dataclass(frozen=True)
class Column:
    """A column: key in the rows, words above it (with the unit), how the page writes its values. The CSV has them in full."""

    key: str
    words: str | Promise
    form: Form = as_text

    @property
    def is_number(self) -> bool:
        """Numbers stand to the right."""
        return self.form is not as_text


@dataclass(frozen=True)
class Table:
    """Rows as mappings (key → value) under columns; `name` is its file's name and its key in the address."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    caption: str | Promise = ""
    marked: Sequence[int] = field(default=())  # positions of rows that are set off

    @property
    def cells(self) -> list[dict[str, Any]]:
        """What the page shows: per row its cells with text and alignment, and whether it is set off."""
        return [
            {
                "cells": [(one.form(row.get(one.key)), one.is_number) for one in self.columns],
                "is_marked": index in self.marked,
            }
            for index, row in enumerate(self.rows)
        ]

    def csv(self) -> str:
        """The values in full, with a byte order mark for spreadsheets; no cell can start a formula."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([harmless(str(one.words)) for one in self.columns])
        for row in self.rows:
            writer.writerow([_plain(row.get(one.key)) for one in self.columns])
        return "\ufeff" + out.getvalue()


def _plain(value: Any) -> Any:
    if value is None or value != value:
        return ""
    return value if isinstance(value, (int, float, Decimal)) else harmless(str(value))


def all_csv(tables: Sequence[Table]) -> str:
    """Several tables below each other in one CSV, each under its caption, with an empty line between them."""
    parts = []
    for table in tables:
        caption = harmless(str(table.caption or table.name))
        out = io.StringIO()
        csv.writer(out).writerow([caption])
        parts.append(out.getvalue() + table.csv().removeprefix("\ufeff"))
    return "\ufeff" + "\r\n".join(parts)


def csv_answer(request: HttpRequest, tables: Sequence[Table]) -> HttpResponse | None:
    """The table the address asks for (`?csv=name`) as a file; None where none is asked for. Raises Http404 for an unknown one."""
    wanted = request.GET.get(CSV)
    if wanted is None:
        return None
    table = next((one for one in tables if one.name == wanted), None)
    if table is None:
        raise Http404
    answer = HttpResponse(table.csv(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{dated_name(table.name, "csv")}"'
    return answer
