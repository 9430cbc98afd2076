"""Numbers that a PDF shows stop it, however they are set, packed, attached or remarked (ASVS 5: 14.2.8)."""

from __future__ import annotations

import base64
import random
import zlib

import pytest

from audit.redaction import find_struck
from cases.evidence import pdf_words
from cases.evidence.kinds import sniff_pdf
from cases.evidence.pdf_words import APART, TooManyPages, words_of
from cases.evidence.preview import look
from tests.cases import files


def document(
    *objects: bytes, content: bytes = b"(paid) Tj", filters: bytes = b"", root: bytes = b"", pages: int = 1
) -> bytes:
    """A whole PDF with its table of objects: `pages` times the page, then `objects` from 6 on."""
    stream = content if filters else b"BT /F1 12 Tf 50 700 Td " + content + b" ET"
    kids = b"3 0 R " * pages
    every = [
        b"<< /Type /Catalog /Pages 2 0 R " + root + b" >>",
        b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % pages,
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d %s >>\nstream\n" % (len(stream), filters) + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *objects,
    ]
    out, places = b"%PDF-1.7\n", []
    for number, one in enumerate(every, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    n = len(every) + 1
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n" % n + table
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (n, len(out))
    )  # fmt: skip


def stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n" % (len(data), more) + data + b"\nendstream"


def attached(data: bytes) -> bytes:
    names = b"/Names << /EmbeddedFiles << /Names [(a.txt) 6 0 R] >> >>"
    spec = b"<< /Type /Filespec /F (a.txt) /UF (a.txt) /EF << /F 7 0 R >> >>"
    return document(spec, stream(data, b"/Type /EmbeddedFile"), root=names)


PACKED = base64.a85encode(zlib.compress(b"BT /F1 12 Tf 50 700 Td (card 4111 1111 1111 1111) Tj ET")) + b"~>"
PHOTO = files.picture("JPEG", comment=b"card 4111 1111 1111 1111")
SHOWN = {
    "kerned": document(content=b"[(41)20(11 1111 11)-15(11 1111)] TJ"),
    "gaps": document(content=b"[(4111)-278(1111)-278(1111)-278(1111)] TJ"),
    "packed twice": document(content=PACKED, filters=b"/Filter [/ASCII85Decode /FlateDecode]"),
    "cells": document(content=b"(4111) Tj 60 0 Td (1111) Tj 60 0 Td (1111) Tj 60 0 Td (1111) Tj"),
    "lines": document(content=b"(4111 1111) Tj 0 -14 Td (1111 1111) Tj"),
    "mid-group": document(content=b"(4111 1111 11) Tj 0 -14 Td (11 1111 paid) Tj"),
    "mid-group, hyphens": document(content=b"(paid 41) Tj 0 -14 Td (11-1111-1111-1111) Tj"),
    "mid-group, fifteen": document(content=b"(3782 8224) Tj 0 -14 Td (63 10005) Tj"),
    "mid-group, resident": document(content=b"(900101-12) Tj 0 -14 Td (34560) Tj"),
    "without a gap, by its name": document(content=b"(Card No: 41111111) Tj 0 -14 Td (11111111) Tj"),
    "digit by digit": document(
        content=b" ".join(b"(%c) Tj 15 0 Td" % digit for digit in b"4111111111111111")
    ),
    "two boxes": document(content=b"(900101) Tj 50 0 Td (1234568) Tj"),
    "three boxes": document(content=b"(900101) Tj 60 0 Td (-) Tj 20 0 Td (1234568) Tj"),
    "random last digit": document(content=b"(RRN 900101-1234560) Tj"),
    "foreigner": document(content=b"(ARC 850316-5123457) Tj"),
    "attached": attached(b"card 4111 1111 1111 1111"),
    "attached PDF": attached(document(content=b"[(4111)-278(1111)-278(1111)-278(1111)] TJ")),
    "two-byte file": attached("card 4111 1111 1111 1111".encode("utf-16")),
    "remark": document().replace(b"xref\n", b"% card 4111 1111 1111 1111\nxref\n", 1),
    "photo": document(
        stream(PHOTO, b"/Type /XObject /Subtype /Image /Width 60 /Height 40 /Filter /DCTDecode")
    ),
    "behind the end": document() + b"card 4111 1111 1111 1111\n",
}


@pytest.mark.parametrize("name", SHOWN)
def test_numbers_are_seen_as_a_viewer_shows_them(name: str) -> None:
    content = SHOWN[name]
    assert find_struck(APART.join((words_of(content), sniff_pdf(content).text)))


def test_the_child_tells_the_words_of_the_pages() -> None:
    assert find_struck(look(SHOWN["packed twice"]).text)


@pytest.mark.parametrize(
    "content",
    [
        document(),
        document(content=b"(1,200,000) Tj 80 0 Td (3,500,000) Tj 0 -14 Td (450,000) Tj"),
        document(content=b"(220-81-62517) Tj 0 -14 Td (02-3478-1234) Tj 0 -14 Td (2026-11-30 12:34:56) Tj"),
        document(content=b"(260115) Tj 80 0 Td (1200000) Tj"),
        attached(b"total 1,200,000"),
        document(pages=3),
    ],
)
def test_receipts_with_amounts_days_and_telephones_pass(content: bytes) -> None:
    assert not find_struck(words_of(content) + sniff_pdf(content).text)


def test_rows_of_invoices_are_never_put_together_to_a_number() -> None:
    """A hundred thousand ends of lines as statements, invoices and receipts have them: numbers of approvals, days, companies, telephones, amounts."""
    draw = random.Random(12)
    ends = [
        lambda: f"{draw.randrange(10**8):08}",
        lambda: f"2026-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}",
        lambda: f"26{draw.randrange(1, 13):02}{draw.randrange(1, 29):02}",
        lambda: f"{draw.randrange(100, 999)}-{draw.randrange(10, 99)}-{draw.randrange(10_000, 99_999)}",
        lambda: f"010-{draw.randrange(1_000, 9_999)}-{draw.randrange(1_000, 9_999)}",
        lambda: f"{draw.randrange(1_000, 9_999_999):,}",
        lambda: f"****-****-****-{draw.randrange(10_000):04}",
        lambda: f"{draw.randrange(10**13, 10**16)}",
        lambda: f"{draw.randrange(1, 40)}",
        lambda: f"INV-{draw.randrange(10_000)}-{draw.randrange(10_000)}",
    ]
    lines = [" ".join(draw.choice(ends)() for _ in range(draw.randrange(1, 4))) for _ in range(100_000)]
    assert [one for one in pdf_words.broken_numbers("\r\n".join(lines)) if find_struck(one)] == []


def test_a_pdf_with_more_pages_or_words_than_are_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert words_of(document(pages=5)).count("paid") == 5
    monkeypatch.setattr(pdf_words, "MAX_PAGES", 4)
    with pytest.raises(TooManyPages):
        words_of(document(pages=5))
    monkeypatch.setattr(pdf_words, "MAX_WORDS", 10)
    with pytest.raises(TooManyPages):
        words_of(document(pages=4))


def test_what_cannot_be_opened_has_no_words() -> None:
    assert words_of(b"%PDF-1.7\nnothing\n%%EOF\n") == ""
