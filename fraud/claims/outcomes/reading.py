"""Delivered outcomes as rows of text, from a file or from the interface, become checked values or a problem each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from django.conf import settings

from audit.redaction import redact
from fraud.claims.importing.fields import Field, Kind
from fraud.claims.importing.headers import plain
from fraud.claims.importing.parsing.codes import parse_choice
from fraud.claims.importing.parsing.dates import DateParser
from fraud.claims.importing.parsing.problem_rows import ProblemRows
from fraud.claims.importing.parsing.text import blank_to_null, clean_identifier, clean_text
from fraud.claims.importing.problems import FileQuarantined, Notes
from fraud.claims.importing.profile import ProfileSpec
from fraud.claims.importing.reading.chunks import Chunk
from fraud.claims.importing.reading.opening import open_table
from fraud.claims.importing.scanning import refuse_in_name, scan_frame
from fraud.claims.outcomes.words import OUTCOME_ALIASES, SOURCE_ALIASES, SOURCES, VERDICTS

#: column → headers it is known by.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "claim": ("claim", "external_id", "claim_id", "청구번호", "전표번호", "승인건ID"),
    "source_system": ("source_system", "시스템", "원천시스템"),
    "outcome": ("outcome", "verdict", "결과", "판정"),
    "source": ("source", "출처"),
    "decided_at": ("decided_at", "decided_on", "판정일", "결정일", "판정일시"),
    "scheme": ("scheme", "유형", "수법"),
    "reference": ("reference", "finding", "문서번호", "지적번호"),
}
REQUIRED = ("claim", "outcome", "source", "decided_at")
LENGTHS = {"claim": 140, "source_system": 40, "scheme": 40, "reference": 80}
_DATE_FORMS = ("iso", "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d", "%Y년 %m월 %d일")
MAX_ROWS = 200_000


@dataclass(slots=True)
class Outcome:
    """One delivered row. `code` and `params` say what is wrong with `column`, empty where nothing is; times are UTC."""

    line: int
    claim: str = ""
    source_system: str = ""
    outcome: str = ""
    source: str = ""
    decided_at: datetime | None = None
    has_time: bool = False
    scheme: str = ""
    reference: str = ""
    column: str = ""
    code: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    status: str = ""  # set when it is held against what is known: see words.STATUS_WORDS
    claim_id: int = 0
    claim_version: int = 0

    @property
    def verdict(self) -> bool | None:
        """Misuse, in order, or None: the finding is withdrawn."""
        return VERDICTS[self.outcome]

    def refuse(self, column: str, code: str, **params: Any) -> None:
        """Say what is wrong with the row."""
        self.status, self.column, self.code, self.params = "refused", column, code, params


def read_file(*, path: Path, name: str, schemes: Sequence[str]) -> list[Outcome]:
    """The rows of a CSV, XLSX or Parquet file. Raises FileQuarantined for a file that is refused as a whole."""
    refuse_in_name(name)
    table = open_table(path, ProfileSpec())
    by_plain = {plain(header): header for header in table.headers}
    found = {
        column: next((by_plain[plain(h)] for h in headers if plain(h) in by_plain), "")
        for column, headers in COLUMNS.items()
    }
    missing = [" / ".join(COLUMNS[column]) for column in REQUIRED if not found[column]]
    if missing:
        raise FileQuarantined("columns_missing", columns=", ".join(missing))
    dates = DateParser(_DATE_FORMS, settings.TIME_ZONE, workbook=table.encoding == "xlsx")
    rows: list[Outcome] = []
    for chunk in table.chunks():
        scan_frame(chunk.frame, chunk.lines.tolist(), table.notes)
        named = {column: header for column, header in found.items() if header}
        rows += _parse(chunk, named, dates, table.notes, schemes)
        rows += _unreadable(chunk)
        if len(rows) > MAX_ROWS:
            raise FileQuarantined("too_many_rows", limit=MAX_ROWS)
    return sorted(rows, key=lambda row: row.line)


def read_given(given: Sequence[Mapping[str, str]], *, schemes: Sequence[str]) -> list[Outcome]:
    """Rows as the interface or a form gives them, their line being their number from 1.

    Raises FileQuarantined for a card or resident number.
    """
    columns = {name: [str(row.get(name, "")) for row in given] for name in COLUMNS}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(COLUMNS, pl.String))
    chunk = Chunk(frame, np.arange(1, len(given) + 1, dtype=np.int64))
    notes = Notes()
    scan_frame(frame, chunk.lines.tolist(), notes)
    return _parse(
        chunk, {name: name for name in COLUMNS}, DateParser(("iso",), settings.TIME_ZONE), notes, schemes
    )


def _parse(
    chunk: Chunk, named: Mapping[str, str], dates: DateParser, notes: Notes, schemes: Sequence[str]
) -> list[Outcome]:
    problems = ProblemRows(chunk.frame.height, notes)
    raw = {
        column: _raw(chunk.frame.get_column(header), is_time=column == "decided_at")
        for column, header in named.items()
    }
    values = {
        column: (clean_identifier if column == "claim" else clean_text)(
            raw[column], Field(column, Kind.CODE, length), named[column], problems
        )
        for column, length in LENGTHS.items()
        if column in raw and column != "scheme"
    }
    choices = {
        "outcome": (OUTCOME_ALIASES, tuple(VERDICTS)),
        "source": (SOURCE_ALIASES, SOURCES),
        "scheme": ({}, tuple(schemes)),
    }
    for column, (aliases, allowed) in choices.items():
        if column in raw:
            values[column] = parse_choice(raw[column], aliases, allowed, named[column], problems)
    moments = dates.parse(raw["decided_at"], None, named["decided_at"], problems)
    values["decided_at"], values["has_time"] = moments.at, moments.has_time
    for column in REQUIRED:
        problems.add(values[column].is_null(), named[column], "value_missing")
    frame = pl.DataFrame(values).with_columns(pl.col(pl.String).fill_null(""))
    return list(_rows(frame, chunk, problems))


def _raw(column: pl.Series, *, is_time: bool) -> pl.Series:
    """Text, null where it is blank; what a workbook keeps as a time stays one."""
    if is_time and column.dtype != pl.String:
        return column
    return blank_to_null(column.cast(pl.String))


def _rows(frame: pl.DataFrame, chunk: Chunk, problems: ProblemRows) -> Iterator[Outcome]:
    for index, values in enumerate(frame.iter_rows(named=True)):
        row = Outcome(int(chunk.lines[index]), **values)
        column, code, params = problems.of(index)
        if code:
            row.refuse(column, code, **json.loads(params))
            row.claim = redact(row.claim)
        yield row


def _unreadable(chunk: Chunk) -> list[Outcome]:
    """Rows the reader itself could not make out."""
    rows = []
    for reject in chunk.rejects.iter_rows(named=True):
        row = Outcome(int(reject["line"]))
        row.refuse(reject["column"] or "", reject["code"], **json.loads(reject["params"] or "{}"))
        rows.append(row)
    return rows
