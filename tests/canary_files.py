"""Files that show a number to whoever opens them: PDFs as browsers and forms make them, and pictures with remarks; each number once."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator

from tests.canary import Canary
from tests.cases import files
from tests.cases.test_evidence_pdf_words import attached, document, stream

#: Glyphs of an embedded font are numbers of their own; only its table says which letters they are.
_SHIFT = 0x20
_TABLE = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def /CMapType 2 def "
    b"1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0030> <00FF> <0010> endbfrange "
    b"endcmap end end"
)


def shown_in_files(canary: Canary) -> Iterator[tuple[str, bytes, str]]:
    """(what is done, the file, its ending), each with one more number of the canary."""
    for name, make in _PDFS.items():
        yield name, make(canary.plain().encode()), ".pdf"
    for name, picture in _PICTURES.items():
        yield name, picture(canary.plain().encode()), ".heic" if name.startswith("HEIC") else ".pdf"


def _text(number: bytes) -> bytes:
    return b"(card " + number + b") Tj"


def _embedded(number: bytes) -> bytes:
    """A page as a browser prints it: an embedded font whose glyphs are not the letters."""
    glyphs = b"".join(b"%04X" % (sign + _SHIFT) for sign in number)
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /AAAAAA+Any /Encoding /Identity-H /DescendantFonts [7 0 R] /ToUnicode 6 0 R >>"
    held = document(
        stream(_TABLE),
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /AAAAAA+Any /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 600 >>",
        content=b"<" + glyphs + b"> Tj",
    )
    return _again(held, b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", font)


def _again(pdf: bytes, old: bytes, new: bytes) -> bytes:
    """Another object in place of one; readers put the table of objects together anew."""
    return pdf.replace(old, new, 1)


def _packed(number: bytes) -> bytes:
    page = b"BT /F1 12 Tf 50 700 Td " + _text(number) + b" ET"
    return document(
        content=base64.a85encode(zlib.compress(page)) + b"~>",
        filters=b"/Filter [/ASCII85Decode /FlateDecode]",
    )


def _hexadecimal(number: bytes) -> bytes:
    page = b"BT /F1 12 Tf 50 700 Td " + _text(number) + b" ET"
    return document(content=page.hex().encode() + b">", filters=b"/Filter /ASCIIHexDecode")


def _kerned(number: bytes) -> bytes:
    parts = b"".join(b"(" + number[at : at + 2] + b")%d" % (-20 - at) for at in range(0, len(number), 2))
    return document(content=b"[" + parts + b"] TJ")


def _groups(number: bytes) -> list[bytes]:
    """As people write it in boxes: cards by four, residents by six and seven."""
    return number.split(b"-") if b"-" in number else [number[at : at + 4] for at in range(0, len(number), 4)]


def _cells(number: bytes) -> bytes:
    return document(content=b" 60 0 Td ".join(b"(" + part + b") Tj" for part in _groups(number)))


def _lines(number: bytes) -> bytes:
    """Broken in the middle, between two groups."""
    groups = _groups(number)
    half = len(groups) // 2
    first, second = b" ".join(groups[:half]), b" ".join(groups[half:])
    return document(content=b"(" + first + b") Tj 0 -14 Td (" + second + b") Tj")


def _mid_group(number: bytes) -> bytes:
    """Broken in the middle of a group: a narrow cell cuts where it ends."""
    sign = b"-" if b"-" in number else b" "
    whole = sign.join(_groups(number))
    at = whole.rindex(sign) - 2 if sign == b" " else len(whole) - 5
    return document(content=b"(" + whole[:at] + b") Tj 0 -14 Td (" + whole[at:] + b") Tj")


def _digits(number: bytes) -> bytes:
    return document(content=b" ".join(b"(%c) Tj 15 0 Td" % sign for sign in number))


def _field(number: bytes) -> bytes:
    """A form that was filled in and not printed flat."""
    form = b"/AcroForm << /Fields [6 0 R] /NeedAppearances true >>"
    held = document(
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (card) /V ("
        + number
        + b") /Rect [50 650 300 680] /P 3 0 R >>",
        root=form,
    )
    return _again(held, b"/Contents 4 0 R", b"/Contents 4 0 R /Annots [6 0 R]")


def _note(number: bytes) -> bytes:
    """A note beside the text."""
    note = b"<< /Type /Annot /Subtype /Text /Contents (card " + number + b") /Rect [50 650 80 680] >>"
    return _again(document(note), b"/Contents 4 0 R", b"/Contents 4 0 R /Annots [6 0 R]")


def _link(number: bytes) -> bytes:
    link = (
        b"<< /Type /Annot /Subtype /Link /Rect [50 650 80 680] /A << /S /URI /URI (https://a.example/?c="
        + number
        + b") >> >>"
    )
    return _again(document(link), b"/Contents 4 0 R", b"/Contents 4 0 R /Annots [6 0 R]")


def _photo(number: bytes) -> bytes:
    picture = files.picture("JPEG", comment=b"card " + number)
    return document(
        stream(picture, b"/Type /XObject /Subtype /Image /Width 60 /Height 40 /Filter /DCTDecode")
    )


_PDFS = {
    "plain": lambda number: document(content=_text(number)),
    "embedded font": _embedded,
    "ASCII85": _packed,
    "hexadecimal": _hexadecimal,
    "kerned": _kerned,
    "cells": _cells,
    "two lines": _lines,
    "two lines, mid-group": _mid_group,
    "digit by digit": _digits,
    "form field": _field,
    "note": _note,
    "link": _link,
    "title": lambda number: document(b"<< /Title (" + number + b") >>"),
    "attached": lambda number: attached(b"card " + number),
    "attached PDF": lambda number: attached(document(content=_text(number))),
    "attached in two bytes": lambda number: attached(number.decode().encode("utf-16")),
    "remark": lambda number: document().replace(b"xref\n", b"% " + number + b"\nxref\n", 1),
    "photo": _photo,
    "behind the end": lambda number: document() + b"card " + number + b"\n",
}
_PICTURES = {
    "HEIC words": lambda number: files.heic(b"said " + number + b" here"),
    "HEIC packet": lambda number: files.heic(b"<x:xmpmeta>" + number + b"</x:xmpmeta>"),
}
