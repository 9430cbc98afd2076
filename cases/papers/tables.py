"""Tables of figures as one file: CSV or a workbook, safe against formulas."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from fraud.web.tables import Table, all_csv
from fraud.web.workbook import KIND, write_workbook

FORMS = ("csv", "xlsx")


@dataclass(frozen=True, slots=True)
class File:
    """An open file at its start, its name and kind."""

    file: IO[bytes]
    name: str
    content_type: str


def write_tables(tables: Sequence[Table], form: str, name: str) -> File:
    """The tables as `csv`, below each other, or as `xlsx`, a sheet each."""
    if form == "csv":
        return File(io.BytesIO(all_csv(tables).encode("utf-8")), f"{name}.csv", "text/csv; charset=utf-8")
    file = io.BytesIO()
    write_workbook(tables, file)
    file.seek(0)
    return File(file, f"{name}.xlsx", KIND)
