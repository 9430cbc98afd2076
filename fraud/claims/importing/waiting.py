"""Whether a file that waits in the assistant holds a card or resident number, anywhere: read whole in the bounded process, one block at a time.

An import may empty a cell or leave out a row and go on; the bytes of a file that waits between two steps cannot be mended, so it is enough that
one number stands in a cell nobody reads, in a title, a row that is refused, another sheet, a comment or the workbook's properties.
What columns of long identifiers are given in an import (`scanning`) they are given here.
"""

from __future__ import annotations

import codecs
import html
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl

from audit.redaction import find_struck
from fraud.claims.importing.bounded import Bounds, ask_child
from fraud.claims.importing.guessing.grid import Grid
from fraud.claims.importing.problems import ORIGINAL_LENGTH, FileQuarantined, Notes
from fraud.claims.importing.profile import Column, ProfileSpec
from fraud.claims.importing.reading.archive import check_archive
from fraud.claims.importing.reading.decoding import raw_blocks
from fraud.claims.importing.reading.limits import DEFAULT_LIMITS
from fraud.claims.importing.reading.opening import open_unsearched
from fraud.claims.importing.scanning import refuse_in_headers, scan_frame

#: Characters that are looked at again with the next block: a number may lie across two.
_OVERLAP = 256
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_CELLS = re.compile(rb"<sheetData\b.*</sheetData>", re.DOTALL)
#: Marks inside a text of a workbook: what they part, people see together.
_RUN = re.compile(
    r"</?(?:\w+:)?(?:r|t|rPr|b|i|u|sz|color|rFont|family|charset|scheme|vertAlign|latin|ea)\b[^>]*>"
)
_MARK = re.compile(r"<[^>]*>")
#: Widths and margins, as programs write them.
_FRACTION = re.compile(r"(?<![\d.])\d{1,3}\.\d{9,}")
_SHARED = re.compile(r"<(?:\w+:)?si\b[^>]*>(.*?)</(?:\w+:)?si>", re.DOTALL)


def find_waiting(
    path: Path, grid: Grid, *, not_card_columns: Iterable[str] = (), bounds: Bounds
) -> dict[str, Any] | None:
    """The first number of a file: `code` (card_number, resident_number), `place` and `n`; None where there is none.

    `grid`: how the file is laid out. `not_card_columns` hold no such numbers, as the company agreed. Raises FileQuarantined where the process
    had to be stopped: then nobody knows.
    """
    task = {
        "path": str(path.resolve()),
        "headers": list(grid.headers),
        "encoding": grid.layout.encoding,
        "separator": grid.layout.separator,
        "sheet": grid.layout.sheet,
        "exempt": list(not_card_columns),
    }
    found: dict[str, Any] | None = ask_child(__name__, task, bounds)["found"]
    return found


def answer_to(task: Mapping[str, Any]) -> dict[str, Any]:
    """What the child does."""
    path = Path(task["path"])
    with path.open("rb") as stream:
        is_workbook = stream.read(2) == b"PK"
    try:
        hits = _in_workbook(path, task) if is_workbook else _in_table(path, task)
        return {"found": next(hits, None)}
    except FileQuarantined:  # as it is laid out now it cannot be read: it waits for somebody to say how
        return {
            "found": next(
                _in_workbook_parts(path, set(), all_parts=True) if is_workbook else _in_text(path), None
            )
        }


# Tables -------------------------------------------------------------------------------------------------------------


def _in_table(path: Path, task: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    columns = {str(n): Column((header,)) for n, header in enumerate(task["headers"]) if header.strip()}
    spec = ProfileSpec(
        columns=columns,  # where the header stands
        required=tuple(columns),
        encodings=(task["encoding"] or "utf-8",),
        delimiter=task["separator"] or ",",
    )
    table = open_unsearched(path, spec)
    yield from _in_texts(getattr(table, "titles", []), "")
    yield from _in_headers(table.headers)
    is_whole = True
    for chunk in table.chunks():
        lines = chunk.lines.tolist()
        yield from _in_frame(chunk.frame, lines, task["exempt"])
        rejects = chunk.rejects
        is_whole = is_whole and not (rejects.get_column("original").str.len_chars() >= ORIGINAL_LENGTH).any()
        yield from _in_frame(
            rejects.select(pl.col("original").alias("")), rejects.get_column("line").to_list(), ()
        )
    if table.encoding == "parquet":
        yield from _in_texts((str(pair) for pair in pl.read_parquet_metadata(path).items()), "")
        if any(dtype.is_nested() or dtype == pl.Binary for dtype in pl.read_parquet_schema(path).values()):
            yield from _in_nested(path)
    elif not is_whole:  # of a long row that is refused, the reader gives the beginning
        yield from _in_text(path)


def _in_headers(headers: Iterable[str]) -> Iterator[dict[str, Any]]:
    try:
        refuse_in_headers(headers)
    except FileQuarantined as refused:
        yield {"code": refused.code, **refused.params}


def _in_nested(path: Path) -> Iterator[dict[str, Any]]:
    """Lists, structures and bytes of a Parquet file, of which an import reads nothing."""
    schema = pl.read_parquet_schema(path)
    names = [name for name, dtype in schema.items() if dtype.is_nested() or dtype == pl.Binary]
    for name in names:
        values = pl.read_parquet(path, columns=[name]).get_column(name)
        yield from _in_texts((str(value) for value in values.to_list() if value is not None), name)


def _in_frame(frame: pl.DataFrame, lines: Sequence[int], exempt: Iterable[str]) -> Iterator[dict[str, Any]]:
    scan = scan_frame(frame, lines, Notes(), not_card_columns=exempt, keep_file=True)
    for code, rows in (("card_number", scan.cards), ("resident_number", scan.residents)):
        if rows:
            first = min(rows)
            title = next(name for name, cells in scan.cells.items() if first in cells).split("\x00")[0]
            yield {"code": code, "place": f"{title}, {lines[first]}", "n": len(rows)}


# Texts --------------------------------------------------------------------------------------------------------------


def _in_texts(texts: Iterable[str], place: str) -> Iterator[dict[str, Any]]:
    for text in texts:
        for hit in find_struck(text):
            yield {"code": hit.kind, "place": place or "–", "n": 1}
            break


def _in_text(path: Path) -> Iterator[dict[str, Any]]:
    """The text as it stands; digits are the same signs in UTF-8, CP949 and CP1252."""
    start = next(raw_blocks(path, DEFAULT_LIMITS, 4), b"")
    bom = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}.get(start[:2], "utf-8")
    for encoding in (bom,) if bom != "utf-8" else ("utf-8", "cp949"):
        decoder, rest = codecs.getincrementaldecoder(encoding)("ignore"), ""
        for block in raw_blocks(path, DEFAULT_LIMITS):
            text = rest + decoder.decode(block)
            yield from _in_texts((text,), "")
            rest = text[-_OVERLAP:]


# Workbooks ----------------------------------------------------------------------------------------------------------


def _in_workbook(path: Path, task: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every sheet, hidden ones too, then whatever else the archive holds."""
    check_archive(path, DEFAULT_LIMITS)
    seen: set[str] = set()
    try:
        book = fastexcel.read_excel(path)
        for name in book.sheet_names:
            yield from _in_sheet(
                book.load_sheet(name, header_row=None, dtypes="string").to_polars(), task, seen
            )
    except Exception as error:  # the parser raises its own kinds for damaged files
        raise FileQuarantined("file_damaged") from error
    yield from _in_workbook_parts(path, seen)


def _in_sheet(frame: pl.DataFrame, task: Mapping[str, Any], seen: set[str]) -> Iterator[dict[str, Any]]:
    wanted = [header for header in task["headers"] if header]
    rows = [[str(cell or "").strip() for cell in row] for row in frame.head(200).rows()]
    at = next((n for n, row in enumerate(rows) if set(wanted) <= set(row)), None)
    if at is None:
        at = next((n for n, row in enumerate(rows) if any(row)), 0)
    for row in rows[: at + 1]:
        yield from _in_texts(row, "")
    titles = rows[at] if rows else []
    body = frame[at + 1 :]
    body.columns = [f"{title}\x00{n}" for n, title in enumerate(titles or body.columns)]
    yield from _in_frame(body, list(range(at + 2, at + 2 + body.height)), task["exempt"])
    for column in body.get_columns():
        seen.update(column.filter(column.str.len_chars() >= 13).unique().to_list())


def _in_workbook_parts(path: Path, seen: set[str], *, all_parts: bool = False) -> Iterator[dict[str, Any]]:
    """Comments, properties, names, headers of pages, texts no cell shows any longer. `seen`: long texts of cells, which were looked at."""
    check_archive(path, DEFAULT_LIMITS)
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            data = archive.read(part)
            if _SHEET.fullmatch(part) and not all_parts:
                data = _CELLS.sub(b"", data)
            text = data.decode("utf-8", "ignore")
            if part == "xl/sharedStrings.xml":
                shown = (html.unescape(_MARK.sub("", _RUN.sub("", one))) for one in _SHARED.findall(text))
                yield from _in_texts((one for one in shown if all_parts or one not in seen), part)
            else:
                joined = html.unescape(_MARK.sub("₩", _RUN.sub("", text)))
                yield from _in_texts((_FRACTION.sub("₩", text), joined), part)
