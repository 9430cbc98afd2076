"""What a picture tells beside its pixels is taken out before it is kept: where it was taken, with what, and comments.

Pixels, colour profile and the way up stay as they are; nothing is encoded anew. Linear in the length. Pure.
JPEG: ISO/IEC 10918-1 annex B. PNG: the W3C recommendation. WebP: RFC 9649. HEIC: ISO/IEC 14496-12 (boxes); its places
are emptied where they stand, since other boxes point behind them.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from cases.evidence.kinds import HEIC, JPEG, PNG, WEBP

_ORIENTATION, _PLACE = 0x0112, 0x8825
_EXIF = b"Exif\x00\x00"
_JPEG_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
_START_OF_SCAN, _END_OF_IMAGE, _COMMENT = 0xDA, 0xD9, 0xFE
_PNG_KEPT = {
    b"IHDR",
    b"PLTE",
    b"IDAT",
    b"IEND",
    b"tRNS",
    b"gAMA",
    b"cHRM",
    b"sRGB",
    b"iCCP",
    b"cICP",
    b"sBIT",
    b"pHYs",
}
_PNG_KEPT |= {b"bKGD", b"acTL", b"fcTL", b"fdAT"}
_WEBP_KEPT = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
_WEBP_SAYS_METADATA = 0x0C
_TIFF = re.compile(rb"II\*\x00|MM\x00\*")
_MAX_TAGS = 512


class NotWhole(ValueError):
    """The picture ends before it says so."""


def without_metadata(content: bytes, kind: str) -> bytes:
    """The picture (a content type of kinds.py) without metadata; other kinds as they are. Raises NotWhole."""
    try:
        if kind == JPEG:
            return b"".join(_jpeg_parts(content))
        if kind == PNG:
            return content[:8] + b"".join(_png_chunks(content))
        if kind == WEBP:
            return _webp(content)
        return _heic(content) if kind == HEIC else content
    except (struct.error, IndexError) as error:
        raise NotWhole from error


def _jpeg_parts(content: bytes) -> Iterator[bytes]:
    yield content[:2]
    at = 2
    while True:
        found = _JPEG_MARKER.match(content, at)
        if found is None:
            raise NotWhole
        marker = found[1][0]
        if marker == _END_OF_IMAGE:
            yield b"\xff\xd9"
            return
        if marker == 0x01:
            at = found.end()
            continue
        (length,) = struct.unpack_from(">H", content, found.end())
        if length < 2:
            raise NotWhole
        end = found.end() + length
        segment = content[found.end() + 2 : end]
        yield from _jpeg_segment(marker, segment)
        at = end
        if marker == _START_OF_SCAN:
            following = _JPEG_MARKER.search(content, end)
            if following is None:
                raise NotWhole
            yield content[end : following.start()]
            at = following.start()


def _jpeg_segment(marker: int, data: bytes) -> Iterator[bytes]:
    """The segment with its marker, or nothing; of an Exif segment only the way up."""
    if marker == 0xE1 and data.startswith(_EXIF):
        up = _orientation(data[len(_EXIF) :])
        data = _EXIF + struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION, 3, 1, up, 0, 0)
        if up in range(2, 9):
            yield b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data
        return
    is_profile = marker == 0xE2 and data.startswith(b"ICC_PROFILE\x00")
    is_colour = (marker == 0xE0 and data.startswith(b"JFIF\x00")) or (
        marker == 0xEE and data.startswith(b"Adobe")
    )
    if marker == _COMMENT or (0xE0 <= marker <= 0xEF and not (is_profile or is_colour)):
        return
    yield bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def _png_chunks(content: bytes) -> Iterator[bytes]:
    at = 8
    while True:
        length, name = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if end > len(content):
            raise NotWhole
        if name in _PNG_KEPT:
            yield content[at:end]
        if name == b"IEND":
            return
        at = end


def _webp(content: bytes) -> bytes:
    end = min(len(content), 8 + struct.unpack_from("<I", content, 4)[0])
    parts, at = [], 12
    while at + 8 <= end:
        name, length = struct.unpack_from("<4sI", content, at)
        following = at + 8 + length + length % 2
        if at + 8 + length > end:
            raise NotWhole
        if name in _WEBP_KEPT:
            part = bytearray(content[at:following].ljust(following - at, b"\x00"))
            if name == b"VP8X":
                part[8] &= ~_WEBP_SAYS_METADATA & 0xFF
            parts.append(bytes(part))
        at = following
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _heic(content: bytes) -> bytes:
    """Every place in it filled with zeros; the file keeps its length."""
    kept = bytearray(content)
    for found in _TIFF.finditer(content):
        _empty_place(kept, found.start())
    return bytes(kept)


def _tags(
    content: bytes | bytearray, base: int, at: int, order: str
) -> Iterator[tuple[int, int, int, int, int]]:
    """(tag, type, count, value as a number, offset of the tag) of a TIFF directory."""
    (n,) = struct.unpack_from(f"{order}H", content, base + at)
    for number in range(min(n, _MAX_TAGS)):
        place = base + at + 2 + 12 * number
        tag, kind, count, value = struct.unpack_from(f"{order}HHII", content, place)
        yield tag, kind, count, value, place


def _empty_place(kept: bytearray, base: int) -> None:
    order = "<" if kept[base : base + 2] == b"II" else ">"
    sizes = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
    try:
        (first,) = struct.unpack_from(f"{order}I", kept, base + 4)
        for tag, _, _, start, _ in list(_tags(kept, base, first, order)):
            if tag != _PLACE:
                continue
            entries = list(_tags(kept, base, start, order))
            for _, kind, count, value, place in entries:
                length = sizes.get(kind, 1) * count
                if 4 < length <= 4096 and base + value + length <= len(kept):
                    kept[base + value : base + value + length] = bytes(length)
                kept[place : place + 12] = bytes(12)
            struct.pack_into(f"{order}H", kept, base + start, 0)
    except struct.error:  # these bytes only look like a directory
        return


def _orientation(tiff: bytes) -> int:
    """The way up, 1 to 8; 0 where nothing is said."""
    if not _TIFF.match(tiff):
        return 0
    order = "<" if tiff[:2] == b"II" else ">"
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        for tag, _, _, _, place in _tags(tiff, 0, first, order):
            if tag == _ORIENTATION:
                return int(struct.unpack_from(f"{order}H", tiff, place + 8)[0])
    except struct.error:
        return 0
    return 0
