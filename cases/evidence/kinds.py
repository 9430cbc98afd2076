"""What a file is, by its content. Pure: bytes in, verdict out; the name only has to agree."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

PDF, PNG, JPEG, WEBP, HEIC = "application/pdf", "image/png", "image/jpeg", "image/webp", "image/heic"
#: Content type → the endings a name may have.
KINDS: dict[str, tuple[str, ...]] = {
    PDF: ("pdf",),
    PNG: ("png",),
    JPEG: ("jpg", "jpeg"),
    WEBP: ("webp",),
    HEIC: ("heic", "heif"),
}
_NAMES = {PDF: "PDF", PNG: "PNG", JPEG: "JPEG", WEBP: "WebP", HEIC: "HEIC"}
#: How people call them; every text that names the kinds takes them from here.
FILE_NAMES = ", ".join(_NAMES[kind] for kind in KINDS)
PICTURES = frozenset({PNG, JPEG, WEBP})  # decoded and encoded anew, in a child process

_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
_ZIP_END = b"PK\x05\x06"
# What a browser would run if it were ever shown under the wrong type.
_ACTIVE = re.compile(rb"<\s*(?:script|html|svg|iframe|!doctype|\?xml|\?php)", re.IGNORECASE)
_END = {PNG: b"IEND\xaeB`\x82", JPEG: b"\xff\xd9"}

_PDF_NAME = re.compile(rb"/[^\s/<>\[\](){}%]+")
_PDF_STREAM = re.compile(rb"stream\r?\n")
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


@dataclass(frozen=True, slots=True)
class Sniffed:
    """`content_type`, and `flags` for the reviewer: has_script, is_encrypted."""

    content_type: str
    flags: tuple[str, ...] = ()
    text: str = ""  # what can be read out of a PDF without rendering it


class KindNotAllowed(ValueError):
    """Not one of the allowed kinds, two kinds at once, or a name that says otherwise; `why` is a stable code."""

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


def sniff(content: bytes, name: str) -> Sniffed:
    """What the content is. Raises KindNotAllowed (`unknown`, `name`, `mixed`) and Inflated."""
    found = content_type_of(content)
    if not found:
        raise KindNotAllowed("unknown")
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if ending not in KINDS[found]:
        raise KindNotAllowed("name")
    if found == PDF:
        return _sniff_pdf(content)
    if _is_mixed_image(content, found):
        raise KindNotAllowed("mixed")
    return Sniffed(found)


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


def _sniff_pdf(content: bytes) -> Sniffed:
    if _ZIP_END in content[-66_000:] or b"%%EOF" not in content[-4096:]:
        raise KindNotAllowed("mixed")
    parts, total = [content], 0
    for stream in _streams(content):
        total += len(stream)
        if total > MAX_INFLATED:
            raise Inflated
        parts.append(stream)
    names = {_plain_name(name) for part in parts for name in _PDF_NAME.findall(part)}
    flags = []
    if names & _PDF_ACTIVE:
        flags.append("has_script")
    if b"/Encrypt" in names:
        flags.append("is_encrypted")
    text = " ".join(_shown_text(part) for part in parts[1:] or parts)
    return Sniffed(PDF, tuple(flags), text[:1_000_000])


def _streams(content: bytes) -> list[bytes]:
    """Every deflated stream, decompressed; what is not deflated is skipped. Raises Inflated."""
    found, total = [], 0
    for start in _PDF_STREAM.finditer(content):
        if content[start.end() : start.end() + 1] not in (b"\x78", b"\x48", b"\x68", b"\x58", b"\x08"):
            continue
        inflate = zlib.decompressobj()
        try:
            data = inflate.decompress(content[start.end() :], MAX_STREAM)
        except zlib.error:
            continue
        if inflate.unconsumed_tail and not inflate.eof and len(data) >= MAX_STREAM:
            raise Inflated
        total += len(data)
        if total > MAX_INFLATED:
            raise Inflated
        found.append(data)
    return found


def _plain_name(name: bytes) -> bytes:
    """A PDF name without its #xx escapes: /J#61vaScript is /JavaScript."""
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda hit: bytes([int(hit.group(1), 16)]), name)


def _shown_text(part: bytes) -> str:
    """The literal strings of a content stream, one after another."""
    return "".join(hit.decode("latin-1") for hit in _PDF_TEXT.findall(part))
