"""Rows of a feed as the chunks every reader delivers."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from fraud.claims.importing.problems import FileQuarantined, Notes, reject_frame
from fraud.claims.importing.profile import ProfileSpec
from fraud.claims.importing.reading.chunks import Chunk, join_fields
from fraud.claims.importing.reading.decoding import Decoding, detect, utf8_blocks
from fraud.claims.importing.reading.limits import Limits

Row = tuple[int, list[str]]  # physical line, values


def text_rows(path: Path, spec: ProfileSpec, limits: Limits, notes: Notes) -> tuple[str, Iterator[Row]]:
    """(encoding, the rows of a text without a header). Raises FileQuarantined, also while reading."""
    decoding = detect(path, spec.encodings, limits)
    if decoding.encoding != "utf-8":
        notes.add("decoded", encoding=decoding.encoding.upper())
    return decoding.encoding, _rows(path, spec, decoding, limits)


def _rows(path: Path, spec: ProfileSpec, decoding: Decoding, limits: Limits) -> Iterator[Row]:
    quoting = csv.QUOTE_MINIMAL if spec.quoting == "standard" else csv.QUOTE_NONE
    reader = csv.reader(_lines(path, decoding, limits), delimiter=spec.delimiter, quoting=quoting)  # type: ignore[arg-type]
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error as error:
        raise FileQuarantined("file_damaged") from error


def _lines(path: Path, decoding: Decoding, limits: Limits) -> Iterator[str]:
    rest = b""
    for block in utf8_blocks(path, decoding, limits, limits.block_bytes):
        *whole, rest = (rest + block).split(b"\n")
        for line in whole:
            yield line.rstrip(b"\r").decode("utf-8", "replace") + "\n"
        if len(rest) > limits.record_bytes:
            raise FileQuarantined("record_too_long", line=0, limit=limits.record_bytes)
    if rest:
        yield rest.rstrip(b"\r").decode("utf-8", "replace")


def chunks_of(rows: Iterator[Row], headers: Sequence[str], limits: Limits) -> Iterator[Chunk]:
    """Rows in chunks; one with fewer values than there are headers is rejected, values beyond them are dropped."""
    part: list[Row] = []
    n_rows = 0
    for row in rows:
        part.append(row)
        n_rows += 1
        if n_rows > limits.rows:
            raise FileQuarantined("too_many_rows", limit=limits.rows)
        if len(part) >= limits.chunk_rows:
            yield _chunk(part, headers)
            part = []
    if part or not n_rows:
        yield _chunk(part, headers)


def _chunk(rows: Sequence[Row], headers: Sequence[str]) -> Chunk:
    width = len(headers)
    good = [(line, values[:width]) for line, values in rows if len(values) >= width]
    rejects = [
        {
            "line": line,
            "column": "",
            "code": "ragged_row",
            "params": f'{{"found": {len(values)}, "expected": {width}}}',
            "original": join_fields(values),
        }
        for line, values in rows
        if len(values) < width
    ]
    frame = pl.DataFrame(
        {name: [values[i] for _, values in good] for i, name in enumerate(headers)},
        schema=dict.fromkeys(headers, pl.String),
    )
    return Chunk(frame, np.array([line for line, _ in good], dtype=np.int64), reject_frame(rejects))


def as_decimal(digits: str, exponent: int) -> str:
    """Digits with an implied decimal point as a plain amount: `1250`, 2 is `12.50`; what is no number stays as it is."""
    text = digits.strip()
    sign = "-" if text.startswith("-") else ""
    plain = text.lstrip("+-").lstrip("0")
    if not text.lstrip("+-").isdigit() or not 0 <= exponent <= 6:
        return text
    if not exponent:
        return sign + (plain or "0")
    padded = plain.rjust(exponent + 1, "0")
    return f"{sign}{padded[:-exponent]}.{padded[-exponent:]}"
