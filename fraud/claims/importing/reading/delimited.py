"""CSV and TSV: records cut and checked on the bytes, then parsed by polars; sequentially where quotes are unusual."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from fraud.claims.importing.problems import ORIGINAL_LENGTH, FileQuarantined, Notes, reject_frame
from fraud.claims.importing.profile import ProfileSpec
from fraud.claims.importing.reading.chunks import Chunk
from fraud.claims.importing.reading.decoding import detect, utf8_blocks
from fraud.claims.importing.reading.limits import DEFAULT_LIMITS, Limits
from fraud.claims.importing.reading.records import Block, RecordReader, StrayQuote
from fraud.claims.importing.reading.sequential import sequential_chunks
from fraud.claims.importing.reading.shape import SEARCH_ROWS, find_delimiter, header_row

_SHOWN = {"\t": "tab"}


class DelimitedTable:
    """A CSV or TSV file. Raises FileQuarantined while opening or reading."""

    def __init__(self, path: Path, spec: ProfileSpec, limits: Limits = DEFAULT_LIMITS) -> None:
        self.notes = Notes()
        self._spec = spec
        self._limits = limits
        decoding = detect(path, spec.encodings, limits)
        self.encoding = decoding.encoding
        self.notes.add("bom_removed", 1 if decoding.bom else 0)
        if decoding.encoding != "utf-8":
            self.notes.add("decoded", encoding=decoding.encoding.upper())
        blocks = _with_line_feeds(utf8_blocks(path, decoding, limits, limits.block_bytes))
        first = next(blocks, b"")
        self._delimiter = find_delimiter(first, spec)
        if self._delimiter != spec.delimiter:
            self.notes.add("delimiter_read", separator=_SHOWN.get(self._delimiter, self._delimiter))
        self._reader = RecordReader(
            chain((first,), blocks),
            delimiter=self._delimiter.encode(),
            quoting=spec.quoting == "standard",
            limits=limits,
        )
        self._blank: list[int] = []  # blank lines that are ignored if nothing follows them
        self.headers, self._first = self._read_header()

    def _read_header(self) -> tuple[list[str], Block | None]:
        """The header row and the block it came in, without the rows up to it."""
        try:
            block = next(iter(self._reader), None)
        except StrayQuote:
            block = None
            if not self._reader.rest.strip():
                raise
        if block is None and not self._reader.rest.strip():
            raise FileQuarantined("empty_file")
        rows = self._first_rows(block)
        if not rows:
            raise FileQuarantined("empty_file")
        chosen = header_row([fields for _, fields in rows], self._spec)
        if chosen is None:
            raise FileQuarantined("header_missing", lines=self._spec.header_search)
        self.notes.add("lines_skipped", chosen)
        self.titles = [" ".join(fields) for _, fields in rows[:chosen]]
        headers = [name.strip().lstrip("\ufeff") for name in rows[chosen][1]]
        if len(headers) > self._limits.columns:
            raise FileQuarantined("too_many_columns", limit=self._limits.columns)
        self._width = len(headers)
        self._skip = rows[chosen][0] + 1
        return headers, block

    def _first_rows(self, block: Block | None) -> list[tuple[int, list[str]]]:
        """(record number, fields) of the first rows that are not blank."""
        wanted = max(self._spec.header_search, SEARCH_ROWS)
        if block is None:
            text = io.StringIO(self._reader.rest.decode("utf-8", "ignore"))
            rows = csv.reader(text, delimiter=self._delimiter, quoting=self._quoting)
            found = []
            try:
                for number, row in zip(range(wanted * 4), rows, strict=False):
                    if any(row):
                        found.append((number, row))
            except csv.Error:  # a row that reading in earnest will refuse
                pass
            return found[:wanted]
        filled = np.flatnonzero(~block.blank)[:wanted]
        return [(int(n), self._fields(block.text(int(n)))) for n in filled]

    @property
    def _quoting(self) -> Literal[0, 3]:
        return csv.QUOTE_MINIMAL if self._spec.quoting == "standard" else csv.QUOTE_NONE

    def _fields(self, text: str) -> list[str]:
        try:
            return next(csv.reader(io.StringIO(text), delimiter=self._delimiter, quoting=self._quoting), [])
        except csv.Error:  # a row that reading in earnest will refuse
            return []

    def chunks(self) -> Iterator[Chunk]:
        """Rows after the header, in chunks."""
        block = self._first
        if block is None:
            yield from self._sequential(self._skip)
            return
        skip = self._skip
        while True:
            yield from self._chunks_of(block, skip)
            skip = 0
            try:
                following = next(iter(self._reader), None)
            except StrayQuote:
                yield from self._sequential(0)
                return
            if following is None:
                break
            block = following
        self.notes.add("lines_ignored", len(self._blank))

    def _sequential(self, skip: int) -> Iterator[Chunk]:
        self.notes.add("quotes_in_text")
        yield from sequential_chunks(
            self._reader.remaining(),
            headers=unique_names(self.headers),
            delimiter=self._delimiter,
            first_line=self._reader.line,
            skip=skip,
            limits=self._limits,
            notes=self.notes,
        )

    def _chunks_of(self, block: Block, skip: int) -> Iterator[Chunk]:
        keep = np.arange(block.starts.size) >= skip
        blank = block.blank & keep
        filled = np.flatnonzero(keep & ~blank)
        rejects = self._blank_rejects(block, blank, int(filled[-1]) if filled.size else -1)
        keep &= ~blank
        for mask, code in (
            (block.nul, "nul_byte"),
            (block.surrogate, "lone_surrogate"),
            (block.too_long, "field_too_long"),
            (block.n_fields != self._width, "ragged_row"),
        ):
            bad = np.flatnonzero(keep & mask)
            rejects += [self._reject(block, int(record), code) for record in bad]
            keep[bad] = False
        frame = self._parse(block.joined(keep), int(keep.sum()))
        lines = block.lines[keep]
        rows = self._limits.chunk_rows
        yield Chunk(frame[:rows], lines[:rows], reject_frame(rejects))
        for start in range(rows, frame.height, rows):
            yield Chunk(frame[start : start + rows], lines[start : start + rows])

    def _blank_rejects(self, block: Block, blank: np.ndarray, last: int) -> list[dict[str, object]]:
        """Blank rows count as rejected unless nothing but blank rows follows to the end of the file."""
        numbers = np.flatnonzero(blank)
        inner = [*self._blank, *block.lines[numbers[numbers < last]].tolist()] if last >= 0 else []
        later = block.lines[numbers[numbers > last]].tolist()
        self._blank = later if last >= 0 else [*self._blank, *later]
        return [
            {"line": line, "column": "", "code": "blank_row", "params": "{}", "original": ""}
            for line in inner
        ]

    def _reject(self, block: Block, record: int, code: str) -> dict[str, object]:
        params = {
            "ragged_row": f'{{"found": {int(block.n_fields[record])}, "expected": {self._width}}}',
            "field_too_long": f'{{"limit": {self._limits.field_bytes}}}',
        }.get(code, "{}")
        original = block.text(record)[:ORIGINAL_LENGTH]
        return {
            "line": int(block.lines[record]),
            "column": "",
            "code": code,
            "params": params,
            "original": original,
        }

    def _parse(self, data: bytes, rows: int) -> pl.DataFrame:
        names = unique_names(self.headers)
        if not rows:
            return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
        frame = pl.read_csv(
            data,
            has_header=False,
            schema=dict.fromkeys(names, pl.String),
            separator=self._delimiter,
            quote_char='"' if self._spec.quoting == "standard" else None,
            eol_char="\n",
        )
        if frame.height != rows:  # two readers that disagree about a file must not guess
            raise FileQuarantined("file_damaged")
        return frame


def _with_line_feeds(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Old line ends: a text whose first block breaks its lines with carriage returns only gets line feeds instead."""
    first = next(blocks, b"")
    old = b"\r" in first and b"\n" not in first
    for block in chain((first,), blocks):
        if block:
            yield block.replace(b"\r", b"\n") if old else block


def unique_names(headers: Sequence[str]) -> list[str]:
    """Headers as frame columns: doubled and empty ones get a number, which no alias equals."""
    seen: dict[str, int] = {}
    names: list[str] = []
    for header in headers:
        count = seen.get(header, 0)
        seen[header] = count + 1
        names.append(header if header and not count else f"{header}\u0000{len(names)}")
    return names
