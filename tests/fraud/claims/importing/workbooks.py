"""Workbooks that are not what they seem: bombs, lies, macros, formulas, merged and hidden cells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from tests.fraud.claims.importing.files import GOOD, HEADER, workbook_bytes


def sheet(*rows: list[Any], **options: Any) -> bytes:
    return workbook_bytes([HEADER, *rows], **options)


def cells(**changes: Any) -> list[Any]:
    return [changes.get(name, value) for name, value in GOOD.items()]


def repacked(
    content: bytes, change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None
) -> bytes:
    """The workbook with some parts changed or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(item.filename, change(item.filename, old.read(item)))
        for name, data in (extra or {}).items():
            new.writestr(name, data)
    return out.getvalue()


def in_sheet(old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    return lambda name, data: data.replace(old, new) if "sheet1" in name else data


def bomb() -> bytes:
    filler = b'<row r="2"><c r="A2"><v>1</v></c></row>' * 1_500_000
    return repacked(sheet(cells()), in_sheet(b"</sheetData>", filler + b"</sheetData>"))


def lying_size() -> bytes:
    """The directory says the sheet is smaller than it is."""
    content = bytearray(sheet(cells()))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    at = content.rindex(b"xl/worksheets/sheet1.xml") - 46 + 24
    assert int.from_bytes(content[at : at + 4], "little") == size
    content[at : at + 4] = (size // 2).to_bytes(4, "little")
    return bytes(content)


def entity_bomb() -> bytes:
    doctype = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]>'
    return repacked(
        sheet(cells()),
        lambda name, data: doctype + data.split(b"?>", 1)[1] if name == "xl/workbook.xml" else data,
    )


def with_formula() -> bytes:
    return repacked(sheet(cells(금액=12000)), in_sheet(b"<v>12000</v>", b"<f>A1*2</f><v>12000</v>"))


def merged() -> bytes:
    return repacked(
        sheet(cells()),
        in_sheet(b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A2:B2"/></mergeCells>'),
    )


def lying_dimension() -> bytes:
    content = sheet(cells())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    start = xml.index(b"<dimension")
    old = xml[start : xml.index(b"/>", start) + 2]
    return repacked(content, in_sheet(old, b'<dimension ref="A1:XFD1048576"/>'))


def far_cell() -> bytes:
    return repacked(
        sheet(cells()),
        in_sheet(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
    )


def hidden_sheet() -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    first, second = book.add_worksheet("old"), book.add_worksheet("claims")
    second.activate()
    first.hide()
    for c, value in enumerate(["nonsense"]):
        first.write_string(0, c, value)
    for r_, values in enumerate([HEADER, cells()]):
        for c, value in enumerate(values):
            second.write_string(r_, c, value)
    second.set_row(1, None, None, {"hidden": True})
    book.close()
    return out.getvalue()


def dated(epoch_1904: bool = False) -> bytes:
    first, second = datetime(2026, 3, 2), datetime(2026, 3, 3)
    return sheet(cells(사용일시=first), cells(claim_id="C-002", 사용일시=second), date_1904=epoch_1904)


def serial_sixty() -> bytes:
    content = dated()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    serial = str((date(2026, 3, 3) - date(1899, 12, 30)).days).encode()
    assert xml.count(b"<v>" + serial + b"</v>") == 1
    return repacked(content, in_sheet(b"<v>" + serial + b"</v>", b"<v>60</v>"))


def named_like(name: str, part: str) -> bytes:
    return repacked(sheet(cells()), lambda _, data: data, {part: b"x"})


def with_link() -> bytes:
    """One part is a symbolic link to a file of the machine."""
    out = io.BytesIO(sheet(cells()))
    with zipfile.ZipFile(out, "a") as archive:
        link = zipfile.ZipInfo("xl/media/link.xml")
        link.create_system = 3
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def with_many_parts() -> bytes:
    return repacked(sheet(cells()), lambda _, data: data, {f"xl/media/{n}.xml": b"x" for n in range(1_001)})


def with_foreign_definition() -> bytes:
    """The sheet asks for a definition from elsewhere."""
    doctype = b'<?xml version="1.0"?><!DOCTYPE worksheet SYSTEM "http://192.0.2.1/evil.dtd">'
    return repacked(
        sheet(cells()),
        lambda name, data: (
            doctype + data.split(b"?>", 1)[1] if "sheet1.xml" in name and name.endswith(".xml") else data
        ),
    )


def with_foreign_link() -> bytes:
    """Part of the workbook points to another one, which is never opened."""
    part = b'<?xml version="1.0"?><externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    return repacked(sheet(cells()), lambda _, data: data, {"xl/externalLinks/externalLink1.xml": part})


def two_tables() -> bytes:
    """A second table with a header of its own below the first."""
    return sheet(cells(), [None], ["합계", "비고"], ["x", "y"])
