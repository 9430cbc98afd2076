"""What kind of file is it, by its bytes and never by its name; and the reader for it."""

from __future__ import annotations

import re
from pathlib import Path

from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.profile import ProfileSpec
from fraud.claims.importing.reading.chunks import Table
from fraud.claims.importing.reading.columnar import ColumnarTable
from fraud.claims.importing.reading.decoding import raw_blocks
from fraud.claims.importing.reading.delimited import DelimitedTable
from fraud.claims.importing.reading.feeds.opening import open_feed
from fraud.claims.importing.reading.limits import DEFAULT_LIMITS, Limits
from fraud.claims.importing.reading.workbook import WorkbookTable
from fraud.claims.importing.scanning import refuse_in_headers

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<head", b"<meta", b"mime-version")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")
_DOCUMENTS = (b"%PDF", b"{\\rtf")
_OTHER = (b"Rar!", b"7z\xbc\xaf", b"\x7fELF", b"MZ")
_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)[\s>/]")
_CAMT = re.compile(rb"camt\.05[234]")
_MT940 = re.compile(rb"^(\{1:|:20:)[\s\S]*^:(25|28C?|60[FM]):", re.MULTILINE)
_JSON = re.compile(rb'^(\[\s*[\[{]|\{\s*")')


def open_table(path: Path, spec: ProfileSpec, limits: Limits = DEFAULT_LIMITS) -> Table:
    """The reader for the file. Raises FileQuarantined for what cannot or must not be read, a number in a header among it."""
    table = open_unsearched(path, spec, limits)
    refuse_in_headers(table.headers)
    return table


def open_unsearched(path: Path, spec: ProfileSpec, limits: Limits = DEFAULT_LIMITS) -> Table:
    """As `open_table`, for callers who search the headers themselves: they know where else, or which row the header really is."""
    head = next(raw_blocks(path, limits, 4096), b"")
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return WorkbookTable(path, spec, limits)
    if head.startswith(b"PAR1"):
        return ColumnarTable(path, spec, limits)
    if head.startswith(_OLD_OFFICE):
        raise FileQuarantined("kind_old_excel")
    _refuse_bytes(head)
    if spec.records.format:
        return open_feed(path, spec, limits)
    _refuse_text(head.removeprefix(b"\xef\xbb\xbf").lstrip())
    return DelimitedTable(path, spec, limits)


def _refuse_bytes(head: bytes) -> None:
    """Raise FileQuarantined for what is no text at all."""
    is_picture = head.startswith(_PICTURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
    is_picture = is_picture or (head[:2] == b"BM" and head[6:10] == bytes(4))
    if is_picture or head[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"):
        raise FileQuarantined("kind_picture")
    if head.startswith(_DOCUMENTS):
        raise FileQuarantined("kind_document")
    if head.startswith(_OTHER):
        raise FileQuarantined("kind_unknown")


def _refuse_text(start: bytes) -> None:
    """Raise FileQuarantined for text that is something else than a table."""
    if start.startswith(b"<") and (start[:5].lower() == b"<?xml" or _CAMT.search(start[:500])):
        if _CAMT.search(start):
            raise FileQuarantined("kind_statement", format="camt")
        root = _ROOT.search(start)
        if root and root[1].lower() not in {b"html", b"workbook"}:
            raise FileQuarantined("kind_xml", root=root[1].decode()[:40])
    if start[:20].lower().startswith(_MARKUP):
        raise FileQuarantined("kind_html")
    if _MT940.search(start):
        raise FileQuarantined("kind_statement", format="MT940")
    if _JSON.match(start):
        raise FileQuarantined("kind_json")
