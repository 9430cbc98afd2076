"""Files for tests of evidence, built from scratch: good ones, and the ones people try."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from functools import cache
from typing import Any

import pillow_heif
from PIL import Image, PngImagePlugin


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def located_photo() -> bytes:
    """A JPEG with a place and a comment in its EXIF."""
    exif = Image.Exif()
    exif[0x010E] = "secret-place"
    exif[0x8825] = {1: "N", 2: (37.0, 33.0, 0.0), 3: "E", 4: (126.0, 58.0, 0.0)}
    return picture("JPEG", exif=exif)


def commented_png() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "secret-place")
    return picture("PNG", pnginfo=info)


def animated_webp(frames: int) -> bytes:
    out = io.BytesIO()
    images = [Image.new("RGB", (800, 800), (n * 8 % 256, n * 40 % 256, 0)) for n in range(frames)]
    images[0].save(out, "WEBP", save_all=True, append_images=images[1:], lossless=True)
    return out.getvalue()


def flooding_png(width: int = 50_000, height: int = 50_000) -> bytes:
    """A small file that announces very many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pdf(*objects: bytes, stream: bytes = b"", packed: bool = True) -> bytes:
    """A PDF with further objects and a content stream."""
    data = zlib.compress(stream) if packed else stream
    body = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + b"".join(objects)
    body += (
        b"9 0 obj\n<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(data)
        + data
        + b"\nendstream\nendobj\n"
    )
    return body + b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"


def zipped(name: str = "a.txt", content: bytes = b"hello") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


@cache
def _plain_heic() -> bytes:
    return heic_of(Image.new("RGB", (60, 40), "teal"))


def heic_of(image: Image.Image, **options: Any) -> bytes:
    """A picture as a telephone keeps it; `options` are those of pillow-heif."""
    out = io.BytesIO()
    pillow_heif.from_pillow(image).save(out, **options)
    return out.getvalue()


def heic(metadata: bytes = b"") -> bytes:
    """A HEIC picture with something behind the pixels of its last box."""
    content = _plain_heic()
    at = content.index(b"mdat") - 4
    assert at + int.from_bytes(content[at : at + 4], "big") == len(content)
    return content[:at] + struct.pack(">I", len(content) - at + len(metadata)) + content[at + 4 :] + metadata


def heic_said_to_be(width: int, height: int) -> bytes:
    """The same whose header announces other measures than its pixels have."""
    content = _plain_heic()
    at = content.index(b"ispe") + 8
    return content[:at] + struct.pack(">II", width, height) + content[at + 8 :]


def boxes_without_pixels() -> bytes:
    """What looks like a HEIC picture from outside and holds none."""

    def box(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", 8 + len(data)) + name + data

    return box(b"ftyp", b"heic\0\0\0\0mif1heic") + box(b"meta", bytes(200)) + box(b"mdat", bytes(64))


# In two parts, so that no scanner takes this file for the pattern.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def printed_pdf(n_pages: int) -> bytes:
    """A PDF as a printer driver makes it: each page a picture of one colour, redder from page to page."""
    out = io.BytesIO()
    pages = [Image.new("RGB", (120, 160), (10 + 20 * number, 40, 90)) for number in range(n_pages)]
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:])
    return out.getvalue()
