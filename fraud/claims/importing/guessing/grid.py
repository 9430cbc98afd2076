"""The first rows of any table as text, before anybody has said how it is laid out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import fastexcel

from fraud.claims.importing.guessing.layout import (
    SEARCHED,
    cut_rows,
    declares_separator,
    evenness,
    find_header,
    find_separator,
)
from fraud.claims.importing.headers import plain
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.profile import ProfileSpec
from fraud.claims.importing.reading.archive import Sheet, check_archive, examine_sheet, read_structure
from fraud.claims.importing.reading.columnar import ColumnarTable
from fraud.claims.importing.reading.decoding import Decoding, detect, utf8_blocks
from fraud.claims.importing.reading.limits import Limits
from fraud.claims.importing.reading.merging import spread
from fraud.claims.importing.reading.opening import open_unsearched
from fraud.claims.importing.scanning import refuse_in_headers

#: How much of a file is looked at.
LOOKED_ROWS = 500
LOOKED = Limits(chunk_rows=LOOKED_ROWS, block_bytes=1 << 20, workbook_bytes=64 << 20)
ENCODINGS = ("utf-8", "cp949", "cp1252")
_ONLY_TIME = re.compile(r"^1899-12-3[01] (\d\d:\d\d:\d\d)(?:\.0+)?$")
_ONLY_DAY = re.compile(r"^\d{4}-\d\d-\d\d 00:00:00$")
_HANGUL_SHARE = 0.5
_SHEETS = 10


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is laid out, guessed or chosen: empty text and 0 leave it to be guessed."""

    encoding: str = ""
    separator: str = ""
    header_row: int = 0  # number among the filled rows, first = 1
    sheet: str = ""


UNKNOWN = Layout()


@dataclass(frozen=True, slots=True)
class Grid:
    """The header and the rows below it as text; `kind` is csv, xlsx or parquet."""

    kind: str
    layout: Layout
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sheets: tuple[str, ...] = ()
    has_formulas: bool = False
    is_declared: bool = False  # the text names its separator
    share: float = 1.0  # of the rows, those with as many columns as most

    def column(self, index: int) -> list[str]:
        """The filled values of a column, as delivered."""
        return [row[index] for row in self.rows if index < len(row) and row[index].strip()]

    @property
    def signature(self) -> str:
        """Layout and headers as one text: another one means that columns have to be guessed anew."""
        parts = (self.layout.encoding, self.layout.separator, str(self.layout.header_row), self.layout.sheet)
        return hashlib.sha256("\x1e".join((*parts, *self.headers)).encode()).hexdigest()[:16]

    @property
    def doubled(self) -> frozenset[str]:
        """Headers that appear more than once and therefore cannot be mapped."""
        keys = [plain(header) for header in self.headers]
        return frozenset(h for h, key in zip(self.headers, keys, strict=True) if key and keys.count(key) > 1)


def read_grid(path: Path, chosen: Layout = UNKNOWN) -> Grid:
    """Look at a file. Raises FileQuarantined for what cannot or must not be read at all, or has no header, or a number in one or in a sheet's name."""
    grid = _grid(path, chosen)
    refuse_in_headers(grid.headers, grid.sheets)
    return grid


def _grid(path: Path, chosen: Layout) -> Grid:
    with path.open("rb") as stream:
        if stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06"):
            return _workbook_grid(path, chosen)
    table = _opened(path)
    if isinstance(table, ColumnarTable):
        chunk = next(table.chunks())
        rows = tuple(tuple(_text(v) for v in row) for row in chunk.frame.head(LOOKED_ROWS).rows())
        return Grid("parquet", Layout(header_row=1), tuple(table.headers), rows)
    return _text_grid(path, chosen)


def _opened(path: Path) -> object:
    """The reader of the importer itself: it refuses whatever must not be opened."""
    try:
        return open_unsearched(path, ProfileSpec(encodings=ENCODINGS), LOOKED)
    except FileQuarantined as error:
        if error.code in {"encoding_mixed", "quote_not_closed", "quote_misplaced"}:
            return None  # a text; how it is laid out is what has to be found out
        raise


def _text_grid(path: Path, chosen: Layout) -> Grid:
    decoding = find_encoding(path, chosen.encoding)
    start = next(utf8_blocks(path, decoding, LOOKED, LOOKED.block_bytes), b"")
    lines = start.decode("utf-8", "ignore").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(start) >= LOOKED.block_bytes:
        lines.pop()  # cut in the middle
    separator = chosen.separator or find_separator(lines)
    rows = tuple(cut_rows(lines, separator)[: LOOKED_ROWS + 50])
    if not rows:
        raise FileQuarantined("empty_file")
    grid = _headed("csv", Layout(decoding.encoding, separator), rows, chosen, ())
    return replace(grid, is_declared=declares_separator(lines), share=evenness((grid.headers, *grid.rows))[1])


def find_encoding(path: Path, chosen: str = "") -> Decoding:
    """The encoding a text reads in as a whole; Korean only where it then holds Hangul. Raises FileQuarantined."""
    if chosen:
        return detect(path, [chosen], LOOKED)
    try:
        found = detect(path, ENCODINGS[:2], LOOKED)
    except FileQuarantined as error:
        if error.code != "encoding_mixed":
            raise
        return detect(path, ENCODINGS, LOOKED)
    if found.encoding == "cp949" and not _is_korean(path, found):
        try:
            return detect(path, [ENCODINGS[0], ENCODINGS[2]], LOOKED)
        except FileQuarantined:
            return found
    return found


def likely_encodings(path: Path) -> tuple[str, ...]:
    """What a table of which nothing is known is to be decoded from, in the order to try; of no meaning where it is no text."""
    with path.open("rb") as stream:
        if stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06", b"PAR1"):
            return ENCODINGS[:2]
    found = find_encoding(path).encoding
    return (ENCODINGS[0], found) if found in ENCODINGS[1:] else ENCODINGS[:2]


def _is_korean(path: Path, decoding: Decoding) -> bool:
    start = next(utf8_blocks(path, decoding, LOOKED, LOOKED.block_bytes), b"").decode("utf-8", "ignore")
    foreign = [letter for letter in start if ord(letter) > 127]
    hangul = sum("가" <= letter <= "힣" for letter in foreign)
    return not foreign or hangul >= _HANGUL_SHARE * len(foreign)


def _headed(
    kind: str, layout: Layout, rows: Sequence[tuple[str, ...]], chosen: Layout, sheets: tuple[str, ...]
) -> Grid:
    at = chosen.header_row - 1 if chosen.header_row else find_header(rows)
    if at is None or at >= len(rows):
        raise FileQuarantined("header_missing", lines=min(len(rows), SEARCHED))
    headers = [cell.strip().lstrip("\ufeff") for cell in rows[at]]
    if kind == "xlsx":
        while headers and not headers[-1]:
            headers.pop()
    body = tuple(rows[at + 1 :][:LOOKED_ROWS])
    return Grid(kind, replace(layout, header_row=at + 1), tuple(headers), body, sheets)


def _workbook_grid(path: Path, chosen: Layout) -> Grid:
    """The chosen sheet, or the visible one whose header names most."""
    check_archive(path, LOOKED)
    visible = [sheet for sheet in read_structure(path, LOOKED).sheets if not sheet.hidden]
    wanted = [sheet for sheet in visible if sheet.name == chosen.sheet] or visible
    names = tuple(sheet.name for sheet in visible)
    best: Grid | None = None
    for sheet in wanted[:_SHEETS]:
        examine_sheet(path, sheet, LOOKED)
        rows = _sheet_rows(path, sheet)
        if (chosen.header_row or find_header(rows) is not None) and rows:
            grid = _headed("xlsx", Layout(sheet=sheet.name), rows, chosen, names)
            if best is None or len(grid.headers) > len(best.headers):
                best = replace(grid, has_formulas=bool(sheet.others))
    if best is None:
        raise FileQuarantined("header_missing", lines=SEARCHED)
    return best


def _sheet_rows(path: Path, sheet: Sheet) -> list[tuple[str, ...]]:
    try:
        book = fastexcel.read_excel(path)
        frame = book.load_sheet(
            sheet.name, header_row=None, n_rows=LOOKED_ROWS + SEARCHED, dtypes="string"
        ).to_polars()
    except Exception as error:  # the parser raises its own kinds for damaged files
        raise FileQuarantined("file_damaged") from error
    frame = spread(frame, sheet.merged, sheet.first_row, sheet.first_column)
    rows = [tuple(_as_shown(_text(value)) for value in row) for row in frame.rows()]
    return [row for row in rows if any(cell.strip() for cell in row)]


def _as_shown(text: str) -> str:
    """A cell of a workbook as people see it: a time of day has no day, a day has no midnight."""
    if timed := _ONLY_TIME.match(text):
        return timed[1]
    return text.removesuffix(" 00:00:00") if _ONLY_DAY.match(text) else text


def _text(value: object) -> str:
    return "" if value is None else str(value)
