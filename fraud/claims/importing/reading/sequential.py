"""The sequential reader for text in which quotation marks stand inside unquoted fields (``5" pipe``)."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import polars as pl

from fraud.claims.importing.problems import FileQuarantined, Notes, reject_frame
from fraud.claims.importing.reading.chunks import Chunk, join_fields
from fraud.claims.importing.reading.limits import Limits


def sequential_chunks(
    blocks: Iterable[bytes],
    *,
    headers: Sequence[str],
    delimiter: str,
    first_line: int,
    skip: int,
    limits: Limits,
    notes: Notes,
) -> Iterator[Chunk]:
    """Chunks of UTF-8 `blocks`; `skip` rows (the header) are left out. Raises FileQuarantined for a quote left open."""
    rows: list[list[str]] = []
    lines: list[int] = []
    rejects: list[dict[str, object]] = []
    blank: list[int] = []
    for line, row, code in _rows(blocks, delimiter, first_line):
        if skip:
            skip -= 1
            continue
        if not any(row) and not code:
            blank.append(line)
            continue
        rejects += [_reject(number, "blank_row", [], delimiter) for number in blank]
        blank = []
        code = code or _problem(row, len(headers), limits)
        if code:
            rejects.append(
                _reject(line, code, row, delimiter, expected=len(headers), limit=limits.field_bytes)
            )
        else:
            rows.append(row)
            lines.append(line)
        if len(rows) + len(rejects) >= limits.chunk_rows:
            yield _chunk(rows, lines, rejects, headers)
            rows, lines, rejects = [], [], []
    yield _chunk(rows, lines, rejects, headers)
    notes.add("lines_ignored", len(blank))


def _rows(blocks: Iterable[bytes], delimiter: str, first_line: int) -> Iterator[tuple[int, list[str], str]]:
    """(physical line, fields, problem) a record."""
    reader = csv.reader(_lines(blocks), delimiter=delimiter, strict=True)
    before = 0
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            several = reader.line_num - before > 1
            if "field larger" in str(error) and not several:
                yield first_line + before, [], "field_too_long"
                before = reader.line_num
                continue
            code = "quote_misplaced" if "expected after" in str(error) else "quote_not_closed"
            raise FileQuarantined(code, line=first_line + before) from error
        yield first_line + before, row, ""
        before = reader.line_num


def _lines(blocks: Iterable[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")("surrogatepass")
    rest = ""
    for block in blocks:
        *whole, rest = (rest + decoder.decode(block)).split("\n")
        for line in whole:
            yield line + "\n"
    if rest:
        yield rest


def _problem(row: list[str], width: int, limits: Limits) -> str:
    if any("\x00" in value for value in row):
        return "nul_byte"
    if any("\ud800" <= char <= "\udfff" for value in row if not value.isascii() for char in value):
        return "lone_surrogate"
    if len(row) != width:
        return "ragged_row"
    return "field_too_long" if any(len(value) > limits.field_bytes for value in row) else ""


def _reject(line: int, code: str, row: list[str], delimiter: str, **params: int) -> dict[str, object]:
    text = join_fields(row, delimiter).replace("\x00", "␀").encode("utf-8", "replace").decode()
    used = {"ragged_row": f'{{"found": {len(row)}, "expected": {params.get("expected", 0)}}}'}
    used["field_too_long"] = f'{{"limit": {params.get("limit", 0)}}}'
    return {"line": line, "column": "", "code": code, "params": used.get(code, "{}"), "original": text}


def _chunk(
    rows: list[list[str]], lines: list[int], rejects: list[dict[str, object]], headers: Sequence[str]
) -> Chunk:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(headers, pl.String), orient="row")
    frame = frame.with_columns(pl.all().replace("", None))
    return Chunk(frame, np.asarray(lines, np.int64), reject_frame(rejects))
