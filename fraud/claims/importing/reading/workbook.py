"""XLSX: one sheet, values only, after the archive was found safe."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import fastexcel
import numpy as np
import polars as pl

from fraud.claims.importing.announced import SUM_WORDS
from fraud.claims.importing.fields import FIELDS, Kind
from fraud.claims.importing.headers import plain
from fraud.claims.importing.problems import FileQuarantined, Notes, reject_frame
from fraud.claims.importing.profile import ProfileSpec
from fraud.claims.importing.reading.archive import Sheet, check_archive, examine_sheet, read_structure
from fraud.claims.importing.reading.chunks import Chunk
from fraud.claims.importing.reading.delimited import unique_names
from fraud.claims.importing.reading.limits import DEFAULT_LIMITS, Limits
from fraud.claims.importing.reading.merging import spread, stands_over_rows
from fraud.claims.importing.reading.shape import SEARCH_ROWS, header_row

_SHOWN = 20  # hidden rows that are named
_LONG_FRACTION = r"^-?\d+\.\d{9,}$"


class WorkbookTable:
    """The chosen sheet of an XLSX file as text. Raises FileQuarantined while opening.

    Dates come as ``YYYY-MM-DD HH:MM:SS`` in either epoch of Excel, numbers as Excel shows them (15 digits).
    """

    encoding = "xlsx"

    def __init__(self, path: Path, spec: ProfileSpec, limits: Limits = DEFAULT_LIMITS) -> None:
        self.notes = Notes()
        self._limits = limits
        check_archive(path, limits)
        book = read_structure(path, limits)
        self.counts_from_1904 = book.is_1904
        self._sheet = book.choose(spec.sheet)
        others = [sheet.name for sheet in book.sheets if sheet is not self._sheet]
        self.notes.add("sheets_ignored", 1 if others else 0, sheets=", ".join(others)[:300])
        examine_sheet(path, self._sheet, limits)
        hidden = [sheet.name for sheet in book.sheets if sheet.hidden]
        self.notes.add("sheets_hidden", len(hidden), sheets=", ".join(hidden)[:300])
        frame = _load(path, self._sheet)
        at = _header_row(frame, spec)
        self.notes.add("lines_skipped", at)
        self.titles = [" ".join(v for v in frame.row(n) if v) for n in range(at)]
        self.headers = [str(value or "").strip() for value in frame.row(at)]
        while self.headers and not self.headers[-1]:
            self.headers.pop()
        width = len(self.headers)
        self._first_line = self._sheet.first_row + at + 1
        body = frame[at + 1 :]
        self._outside = body[:, width:]
        self._frame = body[:, :width].rename(
            dict(zip(body.columns, unique_names(self.headers), strict=False))
        )
        self._judge(self._sheet, spec)

    def _judge(self, sheet: Sheet, spec: ProfileSpec) -> None:
        """Merged titles, rows that only add up others and cells merged over rows are plain enough; other merged cells and formulas are not."""
        header = self._first_line - 1
        amounts = self._amount_columns(spec)
        n_spread = 0
        for first, last, cells in sheet.merged:
            if last < header or (first == last and self._is_sparse(first)):
                continue
            column = stands_over_rows((first, last, cells))
            # An amount over several rows is the sum of them, or of one: nobody can tell.
            if column is None or (last > header and column - sheet.first_column in amounts):
                raise FileQuarantined("workbook_merged", cells=cells)
            n_spread += last > header
        self.notes.add("cells_spread", n_spread)
        others = [f for f in sheet.others if f[0] >= header and not (f[0] > header and self._adds_up(f[0]))]
        sums = [row for row in sheet.sum_rows if row > header]
        if not spec.allow_formulas:
            for _, cell, formula, value in others:
                raise FileQuarantined("workbook_formula", cell=cell, formula=formula, value=value)
            for row in sorted(sums):
                if not self._is_sparse(row):
                    raise FileQuarantined(
                        "workbook_formula",
                        cell=str(row),
                        formula="=SUM(…)",
                        value=", ".join(self._texts(row))[:80],
                    )
        self.notes.add("formulas_allowed", len(others) + len(sums) if spec.allow_formulas else 0)
        rows = ", ".join(str(row) for row in sheet.hidden_rows[:_SHOWN])
        more = " …" if len(sheet.hidden_rows) > _SHOWN else ""
        self.notes.add("hidden_rows", len(sheet.hidden_rows), lines=rows + more)

    def _amount_columns(self, spec: ProfileSpec) -> set[int]:
        """Which columns the profile, or a usual name, takes for amounts."""
        named = {
            plain(source)
            for name, column in spec.columns.items()
            if name in FIELDS and FIELDS[name].kind is Kind.AMOUNT
            for source in column.sources
        }
        return {n for n, header in enumerate(self.headers) if plain(header) in named}

    def _adds_up(self, line: int) -> bool:
        """True for a row with a word for a sum, whatever formula makes it."""
        texts = self._texts(line)
        return self._is_sparse(line) and bool(texts) and re.match(SUM_WORDS, texts[0]) is not None

    def _texts(self, line: int) -> list[str]:
        """The filled cells of a row below the header, by its line in the sheet."""
        row = line - self._first_line
        return [v for v in self._frame.row(row) if v] if 0 <= row < self._frame.height else []

    def _is_sparse(self, line: int) -> bool:
        """True for a row of the sheet that adds up others or says nothing: at most half of its cells are filled, with a word for it or without any."""
        texts = self._texts(line)
        if line < self._first_line or len(texts) * 2 > self._frame.width:
            return False
        return line in self._sheet.sum_rows or not texts or re.match(SUM_WORDS, texts[0]) is not None

    def chunks(self) -> Iterator[Chunk]:
        """Rows after the header; blank rows at the end are ignored, others are rejected, as are values beyond the header."""
        frame = self._frame
        filled = np.flatnonzero(_any_filled(frame).to_numpy())
        last = int(filled[-1]) + 1 if filled.size else 0
        self.notes.add("lines_ignored", frame.height - last)
        lines = np.arange(frame.height, dtype=np.int64) + self._first_line
        blank = ~_any_filled(frame).to_numpy()
        beyond = (
            _any_filled(self._outside).to_numpy() if self._outside.width else np.zeros(frame.height, bool)
        )
        for start in range(0, max(last, 1), self._limits.chunk_rows):
            part = slice(start, min(start + self._limits.chunk_rows, last))
            keep = ~blank[part] & ~beyond[part]
            rejects = [_reject(int(line), "blank_row") for line in lines[part][blank[part]]]
            wide = np.flatnonzero(beyond[part] & ~blank[part]) + start
            rejects += [_reject(int(lines[row]), "ragged_row", self._ragged(int(row))) for row in wide]
            rows = frame[part].filter(pl.Series(keep, dtype=pl.Boolean))
            yield Chunk(rows, lines[part][keep], reject_frame(rejects))

    def _ragged(self, row: int) -> dict[str, str]:
        values = [*self._frame.row(row), *self._outside.row(row)]
        out = io.StringIO()
        csv.writer(out, lineterminator="").writerow(["" if v is None else v for v in values])
        found = max(i for i, value in enumerate(values) if value is not None) + 1
        return {
            "params": f'{{"found": {found}, "expected": {len(self.headers)}}}',
            "original": out.getvalue()[:2000],
        }


def _load(path: Path, sheet: Sheet) -> pl.DataFrame:
    try:
        book = fastexcel.read_excel(path)
        frame = book.load_sheet(sheet.name, header_row=None, dtypes="string").to_polars()
    except Exception as error:  # the parser raises its own kinds for damaged files
        raise FileQuarantined("file_damaged") from error
    if frame.is_empty():
        raise FileQuarantined("empty_file")
    frame = spread(frame, sheet.merged, sheet.first_row, sheet.first_column)
    return frame.with_columns(
        # 0.30000000000000004 is 0.3 in the cell: Excel keeps and shows 15 digits.
        pl.when(pl.col(name).str.contains(_LONG_FRACTION))
        .then(pl.col(name).cast(pl.Float64, strict=False).round_sig_figs(15).cast(pl.String))
        .otherwise(pl.col(name))
        .alias(name)
        for name in frame.columns
    )


def _header_row(frame: pl.DataFrame, spec: ProfileSpec) -> int:
    rows = [n for n in range(min(frame.height, 200)) if any(frame.row(n))][
        : max(spec.header_search, SEARCH_ROWS)
    ]
    found = header_row([[str(value or "") for value in frame.row(n)] for n in rows], spec)
    if found is None or not rows:
        raise FileQuarantined("header_missing", lines=spec.header_search)
    return rows[found]


def _any_filled(frame: pl.DataFrame) -> pl.Series:
    if not frame.width:
        return pl.Series([], dtype=pl.Boolean)
    filled = pl.any_horizontal(pl.all().is_not_null() & (pl.all().str.strip_chars() != ""))
    return frame.select(filled.alias("filled")).get_column("filled")


def _reject(line: int, code: str, more: dict[str, str] | None = None) -> dict[str, object]:
    return {"line": line, "column": "", "code": code, "params": "{}", "original": "", **(more or {})}
