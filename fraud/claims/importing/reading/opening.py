"""What kind of file is it, by its bytes and never by its name; and the reader for it."""

from __future__ import annotations

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

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<head", b"<meta", b"mime-version")
_OTHER = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x7fELF", b"MZ", b"{\\rtf")


def open_table(path: Path, spec: ProfileSpec, limits: Limits = DEFAULT_LIMITS) -> Table:
    """The reader for the file. Raises FileQuarantined for what cannot or must not be read."""
    head = next(raw_blocks(path, limits, 4096), b"")
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return WorkbookTable(path, spec, limits)
    if head.startswith(b"PAR1"):
        return ColumnarTable(path, spec, limits)
    if head.startswith(_OLD_OFFICE):
        raise FileQuarantined("kind_old_excel")
    if spec.records.format and not head.startswith(_OTHER):
        return open_feed(path, spec, limits)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].lower()
    if start.startswith(_MARKUP):
        raise FileQuarantined("kind_html")
    if head.startswith(_OTHER):
        raise FileQuarantined("kind_unknown")
    return DelimitedTable(path, spec, limits)
