"""Looking at files of receipts in a bounded process of its own: hashes, traces and text of each. Knows no Django.

A text layer of a PDF is read as it is; pixels are read where the extra `ocr` (tesserocr with its language files) is installed.
"""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fraud.claims.importing.bounded import Bounds, ask_child
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.receipts.heic import NoDecoder, heic_picture, is_boxed
from fraud.claims.receipts.pictures import picture_cells, picture_hash
from fraud.claims.receipts.pixels import text_of_pixels
from fraud.claims.receipts.traces import Traces, traces_of

#: One file; a few of them share a process, since its start costs more than most files.
BOUNDS, TOGETHER = Bounds(seconds=60, megabytes=800), 10
PATIENCE = 3
MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
_SIDE, _OCR_SIDE, _PAGES = 1600, 2400, 3
_LEAST_TEXT = 20
_MAX_INFLATED = 16 * 1024 * 1024
_STREAM = re.compile(rb"stream\r?\n")


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file is: `sha256` of its bytes, `picture_hash` of its first page (64 hexadecimal digits, empty where nothing can be
    drawn), its text with how it was read (`text`, `ocr` or empty), and its traces."""

    sha256: str
    picture_hash: str
    text: str
    read_by: str
    traces: Traces
    #: What the finer measure compares, see `pictures`.
    picture_cells: str = ""


def look_at_receipts(paths: Sequence[Path], *, bounds: Bounds = BOUNDS) -> list[Looked | None]:
    """Each file looked at, None for one that is no picture or PDF we decode, or that had to be stopped; the others go on.

    One that was stopped is tried once more by itself with `PATIENCE` times the seconds: a busy machine stops honest files.
    """
    found: list[Looked | None] = []
    for at in range(0, len(paths), TOGETHER):
        few = paths[at : at + TOGETHER]
        told = _ask(few, bounds)
        if told is None:  # one of them stopped the child: each by itself
            patient = Bounds(bounds.seconds * PATIENCE, bounds.megabytes)
            told = [one for path in few for one in _ask([path], bounds) or _ask([path], patient) or [None]]
        found += [None if one is None else _read(one) for one in told]
    return found


def _ask(paths: Sequence[Path], bounds: Bounds) -> list[dict[str, Any] | None] | None:
    allowed = Bounds(bounds.seconds * len(paths), bounds.megabytes)
    try:
        answer = ask_child(__name__, {"paths": [str(path.resolve()) for path in paths]}, allowed)
    except FileQuarantined:
        return None
    found: list[dict[str, Any] | None] = answer["looked"]
    return found


def _read(told: Mapping[str, Any]) -> Looked:
    return Looked(
        told["sha256"],
        told["picture_hash"],
        told["text"],
        told["read_by"],
        Traces.read(told["traces"]),
        told["picture_cells"],
    )


def answer_to(task: Mapping[str, Any]) -> dict[str, Any]:
    """What the child does: each file looked at, null for what is none it decodes."""
    return {"looked": [_look(Path(path)) for path in task["paths"]]}


def _look(path: Path) -> dict[str, Any] | None:
    if path.stat().st_size > MAX_BYTES:
        return None
    content = path.read_bytes()
    try:
        pages, text, parts = _pdf(content) if content.startswith(b"%PDF-") else _picture(content)
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        NoDecoder,
    ):  # what decoders say of what they cannot read
        return None
    read_by = "text" if len(text.strip()) >= _LEAST_TEXT else ""
    if not read_by and pages:
        text = text_of_pixels(pages)
        read_by = "ocr" if text.strip() else ""
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "picture_hash": picture_hash(pages[0]) if pages else "",
        "picture_cells": picture_cells(pages[0]) if pages else "",
        "text": text[:20_000] if read_by else "",
        "read_by": read_by,
        "traces": traces_of(content, parts).as_json(),
    }


def _picture(content: bytes) -> tuple[list[Any], str, list[bytes]]:
    """(the picture upright, no text, nothing). Raises what a decoder raises, ValueError for too many pixels."""
    from PIL import Image, ImageOps

    if is_boxed(content):
        picture = heic_picture(content)
        picture.thumbnail((_OCR_SIDE, _OCR_SIDE))
        return [picture.convert("L")], "", []
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP"))
    width, height = picture.size
    if width * height * int(getattr(picture, "n_frames", 1)) > MAX_PIXELS:
        raise ValueError("too many pixels")
    picture.draft("L", (_OCR_SIDE, _OCR_SIDE))
    picture.load()
    picture.thumbnail((_OCR_SIDE, _OCR_SIDE))
    return [ImageOps.exif_transpose(picture).convert("L")], "", []


def _pdf(content: bytes) -> tuple[list[Any], str, list[bytes]]:
    """(the first pages as grey pictures, their text, streams that are unpacked). Raises ValueError for what is no whole PDF."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
        numbers = range(min(len(document), _PAGES))
        text = "\n".join(document[number].get_textpage().get_text_bounded() for number in numbers)
        n_drawn = 1 if len(text.strip()) >= _LEAST_TEXT else len(numbers)
        pages = [_drawn(document[number]) for number in numbers[:n_drawn]]
    except pypdfium2.PdfiumError as error:
        raise ValueError("not a PDF that can be drawn") from error
    return pages, text, _unpacked(content)


def _drawn(page: Any) -> Any:
    scale = min(_SIDE / max(*page.get_size(), 1.0), 4.0)
    return page.render(scale=scale, may_draw_forms=False).to_pil().convert("L")


def _unpacked(content: bytes) -> list[bytes]:
    """Deflated streams that may hold metadata, unpacked up to a bound in all."""
    found, left = [], _MAX_INFLATED
    for start in _STREAM.finditer(content):
        inflate = zlib.decompressobj()
        try:
            part = inflate.decompress(content[start.end() : start.end() + MAX_BYTES], min(left, 1_000_000))
        except zlib.error:
            continue
        left -= len(part)
        found.append(part)
        if left <= 0 or len(found) >= 200:
            break
    return found
