"""Is this workbook safe to hand to a parser? Checked on the archive and on its raw XML, with a hard byte counter."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.reading.limits import Limits
from fraud.claims.importing.reading.merging import column_number

_BLOCK = 1 << 20
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELLS = 20_000_000  # a sheet is read as a rectangle: rows × columns
_WIDE = re.compile(rb'<c\b[^>]*? r="([A-Z]{2,3})\d+"')
_ROW = re.compile(rb"<row\b([^>]*)>")
_NUMBER = re.compile(rb'\br="(\d{1,8})"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_FORMULA = re.compile(
    rb'<c\b[^>]*? r="([A-Z]+\d+)"[^>]*>\s*<f\b[^>]*?(?:/>|>([^<]*)</f>)\s*(?:<v[^>]*>([^<]*)</v>)?'
)
_SUM = re.compile(
    r"^=(?:SUM|SUBTOTAL|AGGREGATE)\([^()]*?\$?[A-Z]{1,3}\$?(\d+):\$?[A-Z]{1,3}\$?(\d+)[^()]*\)$",
    re.IGNORECASE,
)
_KEPT = 10_000  # merged cells and formulas that are remembered
_MERGED = re.compile(rb'<mergeCell\b[^>]*\bref="([A-Z0-9:]+)"')
_VALUED = re.compile(rb'<c\b[^>]*? r="([A-Z]+)\d+"[^>/]*>\s*<(?:v|is|f)\b')
_VALUE = re.compile(rb"<v>|<v |<is>|<is ")


@dataclass
class Sheet:
    """One sheet, with what its XML shows before anything reads its values."""

    name: str
    part: str
    hidden: bool
    first_row: int = 1  # of the first cell with a value
    first_column: int = 0  # the leftmost with a value, from 1; 0 as long as none was seen
    n_rows: int = 0
    last_row: int = 0
    n_columns: int = 26
    hidden_rows: list[int] = field(default_factory=list)
    formulas: int = 0
    sum_rows: set[int] = field(default_factory=set)  # rows with a formula that adds up rows
    others: list[tuple[int, str, str, str]] = field(default_factory=list)  # row, cell, formula, stored value
    merged: list[tuple[int, int, str]] = field(default_factory=list)  # first row, last row, cells


@dataclass
class Workbook:
    sheets: list[Sheet] = field(default_factory=list)
    is_1904: bool = False

    def choose(self, name: str) -> Sheet:
        """The named visible sheet, or the first visible one. Raises FileQuarantined."""
        visible = [sheet for sheet in self.sheets if not sheet.hidden]
        for sheet in visible:
            if not name or sheet.name == name:
                return sheet
        raise FileQuarantined("workbook_sheet", sheet=name, sheets=", ".join(s.name for s in visible))


def check_archive(path: Path, limits: Limits) -> None:
    """Refuse bombs, links, nested archives and other kinds of Office file. Raises FileQuarantined."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise FileQuarantined("file_damaged") from error
    names = {entry.filename for entry in entries}
    if len(entries) > limits.archive_entries:
        raise FileQuarantined("archive_entries", n=len(entries), limit=limits.archive_entries)
    if any(_is_forbidden(entry) for entry in entries):
        raise FileQuarantined("archive_names")
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileQuarantined("kind_old_excel")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise FileQuarantined("kind_macro_excel")
    if "xl/workbook.bin" in names:
        raise FileQuarantined("kind_binary_excel")
    if any(
        name.startswith(("word/", "ppt/", "Contents/section")) for name in names
    ):  # the last is Hangul's .hwpx
        raise FileQuarantined("kind_document")
    if "xl/workbook.xml" not in names:
        raise FileQuarantined("kind_unknown")
    unpacked = sum(entry.file_size for entry in entries)
    ratio = unpacked // max(sum(entry.compress_size for entry in entries), 1)
    if unpacked > limits.workbook_bytes:
        raise FileQuarantined("file_too_large", limit=limits.workbook_bytes)
    if ratio > limits.archive_ratio and unpacked > 10 << 20:
        raise FileQuarantined("archive_ratio", ratio=ratio, limit=limits.archive_ratio)


def _is_forbidden(entry: zipfile.ZipInfo) -> bool:
    name = entry.filename
    parts = name.split("/")
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    nested = name.lower().endswith((".zip", ".xlsx", ".xlsm", ".jar"))
    return is_link or nested or ".." in parts or name.startswith("/") or "\\" in name or ":" in name


def read_structure(path: Path, limits: Limits) -> Workbook:
    """Sheets by name and state, from the workbook's own XML. Raises FileQuarantined."""
    with zipfile.ZipFile(path) as archive:
        book = _xml(archive, "xl/workbook.xml")
        links = {
            item.get("Id"): item.get("Target", "") for item in _xml(archive, "xl/_rels/workbook.xml.rels")
        }
        sheets = []
        for item in book.iter(f"{_MAIN}sheet"):
            target = links.get(item.get(_LINK), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            hidden = item.get("state", "visible") != "visible"
            if part in archive.namelist():
                sheets.append(Sheet(item.get("name", ""), part, hidden))
        for shared in ("xl/sharedStrings.xml", "xl/styles.xml"):
            if shared in archive.namelist():
                for block in _blocks(archive, shared):
                    _refuse_entities(block)
    settings = book.find(f"{_MAIN}workbookPr")
    return Workbook(sheets, settings is not None and settings.get("date1904") in {"1", "true"})


def examine_sheet(path: Path, sheet: Sheet, limits: Limits) -> None:
    """Fill in what the sheet's XML shows: extent, formulas, merged cells, hidden rows. Raises FileQuarantined."""
    rest = b""
    seen_value = False
    with zipfile.ZipFile(path) as archive:
        for block in (*_blocks(archive, sheet.part), b""):
            data = rest + block
            # Cut before the last row, so that no pattern lies across two pieces.
            cut = len(data) if not block else max(data.rfind(b"<row"), 0)
            piece, rest = data[:cut], data[cut:]
            if len(rest) > limits.record_bytes:
                piece, rest = data, b""
            _refuse_entities(piece)
            if not seen_value and (value := _VALUE.search(piece)):
                seen_value = True
                sheet.first_row = _row_before(piece, value.start(), sheet)
            _count_rows(piece, sheet, limits)
            _find_features(piece, sheet)
    if sheet.n_columns > limits.columns:
        raise FileQuarantined("too_many_columns", limit=limits.columns)
    extent = max(sheet.last_row, sheet.n_rows) - sheet.first_row + 1
    if extent * sheet.n_columns > _CELLS:
        raise FileQuarantined("too_many_rows", limit=_CELLS // sheet.n_columns)


def _row_before(piece: bytes, position: int, sheet: Sheet) -> int:
    rows = list(_ROW.finditer(piece, 0, position))
    if not rows:
        return max(sheet.last_row, 1)
    number = _NUMBER.search(rows[-1].group(1))
    return int(number.group(1)) if number else sheet.n_rows + len(rows)


def _count_rows(piece: bytes, sheet: Sheet, limits: Limits) -> None:
    attributes = _ROW.findall(piece)
    sheet.n_rows += len(attributes)
    for text in attributes:
        number = _NUMBER.search(text)
        if number:
            sheet.last_row = max(sheet.last_row, int(number.group(1)))
        if b"hidden" in text and _HIDDEN.search(text):
            sheet.hidden_rows.append(int(number.group(1)) if number else sheet.n_rows)
    if sheet.n_rows > limits.rows:
        raise FileQuarantined("too_many_rows", limit=limits.rows)


def _find_features(piece: bytes, sheet: Sheet) -> None:
    if sheet.first_column != 1:
        seen = [column_number(letters.decode()) for letters in set(_VALUED.findall(piece))]
        sheet.first_column = min([*seen, *([sheet.first_column] if sheet.first_column else [])], default=0)
    for letters in set(_WIDE.findall(piece)):
        sheet.n_columns = max(sheet.n_columns, column_number(letters.decode()))
    if b"<f" in piece:
        for parts in _FORMULA.findall(piece):
            cell, formula, value = (part.decode("utf-8", "replace")[:80] for part in parts)
            row = int(re.sub(r"\D", "", cell))
            span = _SUM.match(f"={formula}")
            sheet.formulas += 1
            if span and span[1] != span[2]:
                sheet.sum_rows.add(row)
            elif len(sheet.others) < _KEPT:
                sheet.others.append((row, cell, f"={formula}", value))
    if b"<mergeCell" in piece:
        for found in _MERGED.findall(piece):
            cells = found.decode()
            rows = [int(number) for number in re.findall(r"\d+", cells)]
            if rows and len(sheet.merged) < _KEPT:
                sheet.merged.append((min(rows), max(rows), cells))


def _refuse_entities(data: bytes) -> None:
    head = data[:2]
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or head in (b"\xff\xfe", b"\xfe\xff"):
        raise FileQuarantined("workbook_entities")


def _blocks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The part unpacked, never more than it declares; a part that lies about its size fails its checksum."""
    try:
        with archive.open(part) as stream:
            while block := stream.read(_BLOCK):
                yield block
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, KeyError) as error:
        raise FileQuarantined("archive_size_lies") from error


def _xml(archive: zipfile.ZipFile, part: str) -> Element:
    data = b"".join(_blocks(archive, part))
    _refuse_entities(data)
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except (DefusedXmlException, ParseError) as error:
        raise FileQuarantined(
            "workbook_entities" if isinstance(error, DefusedXmlException) else "file_damaged"
        ) from error
    return root
