"""Signs of editing: what programs leave in a file, and what cameras, printers and tills do not."""

from __future__ import annotations

import os
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from fraud.claims.receipts.traces import SIGNS, Traces, traces_of
from tests.fraud.claims.receipts.made import drawn, lines, packed, page, photo, updated

PAID = date(2026, 3, 1)
SAID = lines()


def signs(content: bytes) -> tuple[str, ...]:
    return traces_of(content).signs(PAID)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (photo(SAID, software="Adobe Photoshop 25.1 (Windows)"), ("editor",)),
        (photo(SAID, software="GIMP 2.10"), ("editor",)),
        (photo(SAID, software="SM-S918N 14.0.1", taken="2026:03:01 19:40:00"), ()),
        (photo(SAID, taken="2026:03:01 19:40:00", changed="2026:03:01 19:40:00"), ()),
        (photo(SAID, taken="2026:03:01 19:40:00", changed="2026:03:09 10:00:00"), ("changed_later",)),
        (photo(SAID, taken="2026:03:01 10:00:00", changed="2026:03:01 21:00:00"), ()),  # on the day itself
        (packed(drawn(SAID)), ()),
        (page(SAID), ()),
        (page(SAID, creator="PDFescape Online"), ("editor",)),
        (page(SAID, creator="Adobe Photoshop 25.0"), ("editor",)),
        (page(SAID, creator="OpenAI"), ()),
        (page(SAID, creator="Canva"), ()),
        (page(SAID, creator="iLovePDF"), ()),
        (page(SAID, creator="Adobe Illustrator 28.0"), ()),
        (photo(SAID, software="Canva"), ("editor",)),
        (updated(page(SAID)), ("rewritten",)),
        (updated(page(SAID), entry=b"/ByteRange [0 1 2 3]"), ()),  # a signature is an update by design
    ],
)
def test_each_trace_is_told_as_what_it_is(content: bytes, found: tuple[str, ...]) -> None:
    assert signs(content) == found
    assert set(found) <= set(SIGNS)


def test_a_generated_picture_is_told_by_its_parameters_and_its_source_type() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", "receipt of a restaurant\nNegative prompt: blurry\nSteps: 20")
    assert signs(packed(drawn(SAID), "PNG", pnginfo=info)) == ("ai_made",)
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">digitalsourcetype/trainedAlgorithmicMedia</x:xmpmeta>'
    assert signs(packed(drawn(SAID), xmp=xmp)) == ("ai_made",)


def test_a_modified_pdf_is_changed_later_only_where_it_was_made_before() -> None:
    old = page(SAID).replace(b"D:20000101000000", b"D:20260301193500")
    assert signs(old) == ()
    at = old.rfind(b"/ModDate (D:") + len(b"/ModDate (D:")
    assert signs(old[:at] + b"20260308" + old[at + 8 :]) == ("changed_later",)


def test_pixels_that_spell_a_program_are_no_metadata() -> None:
    noise = Image.frombytes("L", (64, 64), (b"Adobe Photoshop " * 256)[:4096])
    assert signs(packed(noise, "PNG", compress_level=0)) == ()


@given(
    st.binary(max_size=400),
    st.sampled_from([b"%PDF-1.4\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe1", b"RIFF0000WEBPEXIF"]),
)
def test_whatever_the_bytes_are_something_is_said_and_kept(body: bytes, head: bytes) -> None:
    told = traces_of(head + body)
    assert Traces.read(told.as_json()) == told


def test_a_large_file_without_metadata_is_looked_at_in_no_time() -> None:
    assert traces_of(b"\xff\xd8\xff\xe0\x00\x10" + os.urandom(5_000_000)) is not None
