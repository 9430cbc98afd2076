"""What a file is, by its content, whatever it is called. Pure: bytes in, verdict out."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

PDF, PNG, JPEG, WEBP, HEIC = "application/pdf", "image/png", "image/jpeg", "image/webp", "image/heic"
#: Content type → the endings its name may have, the one that is given first.
KINDS: dict[str, tuple[str, ...]] = {
    PDF: ("pdf",),
    PNG: ("png",),
    JPEG: ("jpg", "jpeg", "jpe", "jfif"),
    WEBP: ("webp",),
    HEIC: ("heic", "heif"),
}
_NAMES = {PDF: "PDF", PNG: "PNG", JPEG: "JPEG", WEBP: "WebP", HEIC: "HEIC"}
#: How people call them; every text that names the kinds takes them from here.
FILE_NAMES = ", ".join(_NAMES[kind] for kind in KINDS)
PICTURES = frozenset({PNG, JPEG, WEBP, HEIC})  # decoded and encoded anew, in a child process

_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
_ZIP_END = b"PK\x05\x06"
# What a browser would run if it were ever shown under the wrong type.
_ACTIVE = re.compile(rb"<\s*(?:script|html|svg|iframe|!doctype|\?xml|\?php)", re.IGNORECASE)
_END = {PNG: b"IEND\xaeB`\x82", JPEG: b"\xff\xd9"}

_PDF_NAME = re.compile(rb"/[^\s/<>\[\](){}%]+")
_PDF_STREAM = re.compile(rb"stream\r?\n")
_PRINTED = re.compile(rb"[ -~]{13,}")
_PDF_HEX = re.compile(rb"<([0-9A-Fa-f\s]{26,8192})>")
_PDF_COMMENT = re.compile(rb"%([ -~\t]{13,})")
_PDF_TEXT = re.compile(rb"\(((?:[^()\\]|\\.)*)\)")
# fmt: off
_PDF_ACTIVE = {
    b"/JavaScript", b"/JS", b"/OpenAction", b"/AA", b"/Launch", b"/EmbeddedFile", b"/EmbeddedFiles",
    b"/RichMedia", b"/SubmitForm", b"/ImportData", b"/XFA",
}
# fmt: on
#: Bytes of decompressed PDF streams that are looked at; beyond, the file is refused as a bomb.
MAX_INFLATED = 64 * 1024 * 1024
MAX_STREAM = 16 * 1024 * 1024
#: Streams may not overlap; a file whose "streams" together are read more often than this is none that a program made.
MAX_READ_TIMES = 4
MAX_TEXT = 1_000_000
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Sniffed:
    """`content_type`, and `flags` for the reviewer: has_script, is_encrypted."""

    content_type: str
    flags: tuple[str, ...] = ()
    text: str = (
        ""  # what can be read out of a PDF: words as its pages show them, and strings wherever they stand
    )


class KindNotAllowed(ValueError):
    """Not one of the allowed kinds (`unknown`), or two kinds at once (`mixed`); `why` is a stable code."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Inflated(ValueError):
    """A few bytes that become very many."""


def content_type_of(content: bytes) -> str:
    """The allowed content type whose signature stands at the very beginning, or an empty text."""
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return HEIC
    return ""


def kind_of(content: bytes) -> str:
    """The content type by the first bytes. Raises KindNotAllowed (`unknown`)."""
    found = content_type_of(content)
    if not found:
        raise KindNotAllowed("unknown")
    return found


def sniff(content: bytes) -> Sniffed:
    """What the content is. Raises KindNotAllowed (`unknown`, `mixed`) and Inflated.

    A PDF is read for it: the application does that in the bounded child (preview.py, `look`).
    """
    found = kind_of(content)
    if found == PDF:
        return sniff_pdf(content)
    if _is_mixed_image(content, found):
        raise KindNotAllowed("mixed")
    if found == HEIC and not _is_whole_heic(content):
        raise KindNotAllowed("unknown")
    # A HEIC picture is kept with its own metadata, so what can be read in it is looked at.
    text = b"\n".join(_PRINTED.findall(content)).decode("ascii") if found == HEIC else ""
    return Sniffed(found, text=text[:MAX_TEXT])


def _is_whole_heic(content: bytes) -> bool:
    """Whether its boxes fill the file and there is a picture among them; what is in it the decoder finds out."""
    at = 0
    sizes: dict[bytes, int] = {}
    while at + 8 <= len(content):
        size, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        if size == 1:
            size = int.from_bytes(content[at + 8 : at + 16], "big")
        size = size or len(content) - at
        if size < 8 or at + size > len(content):
            return False
        sizes[name] = max(sizes.get(name, 0), size)
        at += size
    return at == len(content) and sizes.get(b"meta", 0) > 12 and sizes.get(b"mdat", 0) > 8


def _is_mixed_image(content: bytes, kind: str) -> bool:
    """A second file behind or inside the picture: an archive, or markup a browser would run."""
    if _ZIP_END in content[-66_000:] or b"%PDF-" in content[:1024]:
        return True
    if _ACTIVE.search(content[:4096]) or _ACTIVE.search(content[-4096:]):
        return True
    end = _END.get(kind)
    if end is None:
        return False
    at = content.rfind(end)
    # Cameras pad with zeros or add a small trailer of their own; a second file is larger.
    return at < 0 or len(content[at + len(end) :].strip(b"\x00")) > 262_144


def sniff_pdf(content: bytes) -> Sniffed:
    """Flags and text of a PDF; at most MAX_INFLATED bytes are unpacked. Raises KindNotAllowed (`mixed`) and Inflated."""
    if _ZIP_END in content[-66_000:] or b"%%EOF" not in content[-4096:]:
        raise KindNotAllowed("mixed")
    parts, total = [content], 0
    for stream in _streams(content):
        total += len(stream)
        if total > MAX_INFLATED:
            raise Inflated
        parts.append(stream)
    names = {_plain_name(found[0]) for part in parts for found in _PDF_NAME.finditer(part)}
    flags = []
    if names & _PDF_ACTIVE:
        flags.append("has_script")
    if b"/Encrypt" in names:
        flags.append("is_encrypted")
    text = "\n\n\n\n".join(
        [*(_shown_text(part) for part in parts[1:]), *(_other_text(part) for part in parts)]
    )
    return Sniffed(PDF, tuple(flags), text[:MAX_TEXT])


def _streams(content: bytes) -> list[bytes]:
    """Every deflated stream, decompressed; what is not deflated is skipped. Raises Inflated.

    Read block by block, so that each byte is looked at a bounded number of times however many streams are announced.
    """
    found, total, n_read = [], 0, 0
    view = memoryview(content)
    for start in _PDF_STREAM.finditer(content):
        if content[start.end() : start.end() + 1] not in (b"\x78", b"\x48", b"\x68", b"\x58", b"\x08"):
            continue
        data, n = _inflated(view[start.end() :])
        n_read += n
        if n_read > MAX_READ_TIMES * len(content) + 4 * MAX_STREAM:
            raise Inflated
        if data is None:
            continue
        total += len(data)
        if total > MAX_INFLATED:
            raise Inflated
        found.append(data)
    return found


def _inflated(packed: memoryview) -> tuple[bytes | None, int]:
    """The stream that begins here, or None where there is none, and the bytes of work it was. Raises Inflated."""
    inflate, parts, size, at = zlib.decompressobj(), [], 0, 0
    while at < len(packed) and not inflate.eof:
        try:
            part = inflate.decompress(packed[at : at + _BLOCK], MAX_STREAM - size + 1)
        except zlib.error:
            return None, at + _BLOCK + size
        at, size = at + _BLOCK, size + len(part)
        parts.append(part)
        if size > MAX_STREAM:
            raise Inflated
    return b"".join(parts), at - len(inflate.unused_data)


def _plain_name(name: bytes) -> bytes:
    """A PDF name without its #xx escapes: /J#61vaScript is /JavaScript."""
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda hit: bytes([int(hit.group(1), 16)]), name)


def _other_text(part: bytes) -> str:
    """Strings one below the other, hexadecimal and two-byte ones read, comments, and what stands in XMP: titles, authors, comments."""
    strings = list(_PDF_TEXT.findall(part))
    for hit in _PDF_HEX.findall(part):
        digits = b"".join(hit.split())
        strings.append(bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode()))
    said = [
        text[2:].decode("utf-16-be", "replace") if text.startswith(b"\xfe\xff") else text.decode("latin-1")
        for text in strings
    ]
    said += [text.decode("ascii") for text in _PDF_COMMENT.findall(part)]
    at = part.find(b"<x:xmpmeta")
    if at >= 0:
        said.append(part[at : at + MAX_TEXT].decode("utf-8", "replace"))
    return "\n\n|\n\n".join(text for text in said if len(text) >= 13)


def _shown_text(part: bytes) -> str:
    """The literal strings of a content stream, one after another."""
    return "".join(hit.decode("latin-1") for hit in _PDF_TEXT.findall(part))
