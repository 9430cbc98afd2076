"""What a file tells of its own history: which program wrote it, when it was made and when changed. Pure; linear in the length.

EXIF: TIFF 6.0 section 2 and Exif 2.32; PNG: W3C recommendation (tEXt, iTXt); PDF: ISO 32000-1, 7.5.6 (incremental updates) and 14.3.3.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

#: Signs that a receipt is not as it was made, as stored and shown.
EDITOR, AI_MADE, CHANGED_LATER, REWRITTEN, FALSE_BRN = (
    "editor",
    "ai_made",
    "changed_later",
    "rewritten",
    "false_brn",
)
SIGNS = (EDITOR, AI_MADE, CHANGED_LATER, REWRITTEN)
#: Told with a receipt, but no sign of editing: a shop's false number is no act of the cardholder.
FACTS = (FALSE_BRN,)

# Programs that change pictures and pages, in a picture. Scanners, cameras, printers and programs that issue receipts are none of them.
_EDITORS = re.compile(
    rb"photoshop|\bgimp\b|paint\.net|pixlr|snapseed|picsart|photopea|\bcanva\b|affinity (?:photo|designer|publisher)|"
    rb"illustrator|inkscape|coreldraw|pixelmator|krita|facetune|lightroom|pdfescape|sejda|ilovepdf|smallpdf|"
    rb"pdf-xchange editor|phantompdf|foxit (?:pdf )?editor|acrobat pro|nitro pro|libreoffice draw|pdfelement|"
    rb"\xed\x8f\xac\xed\x86\xa0\xec\x83\xb5|ezpdf editor",
    re.IGNORECASE,
)
# A PDF laid out or packed with these is no sign: companies issue invoices with them, and people put pages together.
_ISSUERS = re.compile(
    rb"canva|affinity (?:designer|publisher)|illustrator|inkscape|coreldraw|ilovepdf|smallpdf", re.IGNORECASE
)
_XMP_PROGRAM = re.compile(rb"(?:CreatorTool|Producer|softwareAgent)[>=\"' ]{1,3}([^<\"']{1,200})")
# What makers of generated pictures write: IPTC's digital source type, provenance manifests, parameters of a generator.
_AI = re.compile(
    rb"trainedAlgorithmicMedia|stable diffusion|midjourney|dall[\xc2\xb7. -]?e\b|firefly|negative prompt|openai|"
    rb"comfyui|invokeai|imagen\b",
    re.IGNORECASE,
)
_EXIF_HEAD = b"Exif\x00\x00"
_SOFTWARE, _CHANGED, _EXIF_PART, _MADE = 0x0131, 0x0132, 0x8769, 0x9003
_PDF_TIME = re.compile(rb"/(CreationDate|ModDate)\s*\(D:(\d{14})")
_XMP_TIME = re.compile(rb"xmp:(CreateDate|ModifyDate)[>=\"' ]{1,3}(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)")
_XMP = re.compile(rb"<x:xmpmeta.{0,100000}?</x:xmpmeta>", re.DOTALL)
_PDF_PROGRAM = re.compile(rb"/(?:Creator|Producer)\s*(\((?:[^()\\]|\\.){0,300}\)|<[0-9A-Fa-f\s]{2,600}>)")
_MAX_TAGS = 200
#: Programs may write a file for some minutes; a picture is turned or sent on soon after it was taken.
_MADE_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Traces:
    """`programs` as the file names them; `made_at` and `changed_at` on the clock of whatever wrote it."""

    programs: tuple[str, ...] = ()
    made_at: datetime | None = None
    changed_at: datetime | None = None
    is_ai: bool = False
    is_rewritten: bool = False

    def as_json(self) -> dict[str, Any]:
        """Plain values that `Traces.read` takes back."""
        return {
            "programs": list(self.programs),
            "made_at": self.made_at.isoformat() if self.made_at else None,
            "changed_at": self.changed_at.isoformat() if self.changed_at else None,
            "is_ai": self.is_ai,
            "is_rewritten": self.is_rewritten,
        }

    @classmethod
    def read(cls, told: dict[str, Any]) -> Traces:
        """Those that were kept as plain values."""
        made, changed = (
            datetime.fromisoformat(told[name]) if told.get(name) else None
            for name in ("made_at", "changed_at")
        )
        return cls(
            tuple(told.get("programs", ())),
            made,
            changed,
            bool(told.get("is_ai")),
            bool(told.get("is_rewritten")),
        )

    def signs(self, paid_on: date) -> tuple[str, ...]:
        """Signs of editing, for a payment of that day: a file changed afterwards counts only where it is older than its change."""
        found = [EDITOR] if any(_EDITORS.search(name.encode()) for name in self.programs) else []
        found += [AI_MADE] if self.is_ai else []
        if self.made_at and self.changed_at:
            is_changed = self.changed_at - self.made_at > _MADE_WITHIN
            if is_changed and self.changed_at.date() > paid_on:
                found.append(CHANGED_LATER)
        return tuple(found + ([REWRITTEN] if self.is_rewritten else []))


def traces_of(content: bytes, parts: Iterable[bytes] = ()) -> Traces:
    """The traces in a picture or a PDF; `parts` are streams of a PDF that somebody has unpacked. Damaged metadata tells nothing."""
    texts = [content, *parts]
    if content.startswith(b"%PDF-"):
        return _of_pdf(texts)
    try:
        tags = _exif_tags(_exif_of(content))
    except (struct.error, IndexError, ValueError):
        tags = {}
    metadata = _metadata_of(content)
    names = [tags.get(_SOFTWARE, b"")] + [hit.group() for hit in _EDITORS.finditer(metadata)]
    made, changed = _exif_time(tags.get(_MADE)), _exif_time(tags.get(_CHANGED))
    told = _xmp_times(metadata)
    return Traces(
        _programs(names),
        made or told.get("CreateDate"),
        changed or told.get("ModifyDate"),
        is_ai=_AI.search(metadata) is not None or _AI.search(tags.get(_SOFTWARE, b"")) is not None,
    )


def _of_pdf(parts: list[bytes]) -> Traces:
    programs: list[bytes] = []
    times: dict[str, datetime] = {}
    metadata = b""
    for part in parts:
        programs += [_pdf_text(hit) for hit in _PDF_PROGRAM.findall(part)]
        times |= {
            name.decode(): at for name, text in _PDF_TIME.findall(part) if (at := _time(text, "%Y%m%d%H%M%S"))
        }
        metadata += b"".join(_XMP.findall(part))[:200_000]
    programs += _XMP_PROGRAM.findall(metadata)
    told = _xmp_times(metadata)
    whole = parts[0]
    # A PDF made for the web has two cross-reference tables from the start; a signature is an update by design.
    expected = 2 if b"/Linearized" in whole[:2048] else 1
    is_rewritten = whole.count(b"startxref") > expected and b"/ByteRange" not in whole
    return Traces(
        _programs(name for name in programs if not _ISSUERS.search(name)),
        times.get("CreationDate") or told.get("CreateDate"),
        times.get("ModDate") or told.get("ModifyDate"),
        # A vendor of generators issues invoices as well: only what says of itself that it was generated counts.
        is_ai=b"trainedAlgorithmicMedia" in metadata,
        is_rewritten=is_rewritten,
    )


def _programs(names: Iterable[bytes]) -> tuple[str, ...]:
    plain = (name.decode("utf-8", "replace").replace("\x00", "").strip()[:100] for name in names)
    return tuple(dict.fromkeys(name for name in plain if name))[:5]


def _pdf_text(text: bytes) -> bytes:
    """A string of a PDF as UTF-8: literal or in hexadecimal digits, with one or two bytes a sign."""
    raw = text[1:-1]
    if text.startswith(b"<"):
        digits = b"".join(raw.split())
        raw = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", "replace").encode()
    return raw


def _time(text: bytes, form: str) -> datetime | None:
    try:
        return datetime.strptime(text.decode("ascii"), form)
    except (ValueError, UnicodeDecodeError):
        return None


def _exif_time(text: bytes | None) -> datetime | None:
    return _time(text.strip(b"\x00 "), "%Y:%m:%d %H:%M:%S") if text else None


def _xmp_times(metadata: bytes) -> dict[str, datetime]:
    return {
        name.decode(): at
        for name, text in _XMP_TIME.findall(metadata)
        if (at := _time(text, "%Y-%m-%dT%H:%M:%S"))
    }


def _metadata_of(content: bytes) -> bytes:
    """What of a picture is text beside its pixels: XMP, comments, PNG's texts and provenance manifests."""
    parts = _XMP.findall(content)[:5]
    if content.startswith(b"\x89PNG"):
        parts += [body for name, body in _png_chunks(content) if name in (b"tEXt", b"iTXt", b"caBX", b"eXIf")]
    elif content.startswith(b"\xff\xd8"):
        parts += [
            body for marker, body in _jpeg_segments(content) if marker == 0xFE or 0xE1 <= marker <= 0xED
        ]
    return b"\n".join(part[:200_000] for part in parts)[:1_000_000]


def _png_chunks(content: bytes) -> Iterable[tuple[bytes, bytes]]:
    at = 8
    while at + 12 <= len(content):
        size, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        yield name, content[at + 8 : at + 8 + size]
        at += 12 + size


def _jpeg_segments(content: bytes) -> Iterable[tuple[int, bytes]]:
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker, size = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if marker in (0xDA, 0xD9) or size < 2:
            return
        yield marker, content[at + 4 : at + 2 + size]
        at += 2 + size


def _exif_of(content: bytes) -> bytes:
    """The TIFF structure of a picture's Exif part, or nothing."""
    if content.startswith(b"\x89PNG"):
        return next((body for name, body in _png_chunks(content) if name == b"eXIf"), b"")
    if content.startswith(b"\xff\xd8"):
        found = (
            body for marker, body in _jpeg_segments(content) if marker == 0xE1 and body.startswith(_EXIF_HEAD)
        )
        return next((body[6:] for body in found), b"")
    at = content.find(_EXIF_HEAD)
    if content[:4] == b"RIFF":
        at = content.find(b"EXIF")
        return content[at + 8 :] if at >= 0 else b""
    return content[at + 6 :] if at >= 0 else b""


def _exif_tags(tiff: bytes) -> dict[int, bytes]:
    """The text tags of the first directory and of its Exif part."""
    if tiff[:2] not in (b"II", b"MM"):
        return {}
    order = "<" if tiff[:2] == b"II" else ">"
    found: dict[int, bytes] = {}
    places = [struct.unpack_from(order + "I", tiff, 4)[0]]
    while places and len(found) < _MAX_TAGS:
        at = places.pop()
        (n,) = struct.unpack_from(order + "H", tiff, at)
        for i in range(min(n, _MAX_TAGS)):
            tag, kind, count, value = struct.unpack_from(order + "HHII", tiff, at + 2 + 12 * i)
            if tag == _EXIF_PART and at == struct.unpack_from(order + "I", tiff, 4)[0]:
                places.append(value)
            elif kind == 2 and tag in (_SOFTWARE, _CHANGED, _MADE):
                start = at + 2 + 12 * i + 8 if count <= 4 else value
                found[tag] = tiff[start : start + min(count, 200)]
    return {tag: text.strip(b"\x00 ") for tag, text in found.items()}
