"""What files tell beside what is seen on them: places and comments go, numbers that may not be kept stop the file; and in bounded time (ASVS 5: 14.2.8)."""

from __future__ import annotations

import io
import struct
import time
import zlib

import pytest
from PIL import Image, PngImagePlugin

from cases.evidence.kinds import HEIC, JPEG, PNG, WEBP, Inflated, KindNotAllowed, sniff
from cases.evidence.preview import look
from cases.evidence.stripping import NotWhole, without_metadata
from cases.models import Case, Evidence, ExplanationRequest
from cases.services import errors, evidence
from cases.services.steps import current_request
from tests.cases import files
from tests.cases.stage import Stage

SECRET = b"4111 1111 1111 1111"
SOLID_UTF16 = b"\xfe\xff" + SECRET.decode().encode("utf-16-be")


def exif(up: int = 1) -> Image.Exif:
    found = Image.Exif()
    found[0x010E] = SECRET.decode()
    found[0x0112] = up
    found[0x8825] = {1: "N", 2: (37.0, 33.0, 0.0), 3: "E", 4: (126.0, 58.0, 0.0)}
    return found


def told_png() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SECRET.decode())
    info.add_text("Packed", SECRET.decode() * 20, zip=True)
    info.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    return files.picture("PNG", pnginfo=info, exif=exif())


def jpeg_with(marker: int, data: bytes) -> bytes:
    plain = files.picture("JPEG")
    return plain[:2] + bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data + plain[2:]


TOLD = {
    "exif": (JPEG, files.picture("JPEG", exif=exif(6))),
    "comment": (JPEG, files.picture("JPEG", comment=SECRET)),
    "xmp": (JPEG, jpeg_with(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET)),
    "iptc": (JPEG, jpeg_with(0xED, b"Photoshop 3.0\0" + SECRET)),
    "progressive": (JPEG, files.picture("JPEG", (300, 200), exif=exif(), progressive=True)),
    "behind the end": (JPEG, files.picture("JPEG") + SECRET),
    "png": (PNG, told_png()),
    "webp": (WEBP, files.picture("WEBP", exif=exif(), xmp=SECRET)),
    "animated webp": (WEBP, files.animated_webp(2)),
}


@pytest.mark.parametrize("name", TOLD)
def test_pixels_stay_and_what_is_told_beside_them_goes(name: str) -> None:
    kind, content = TOLD[name]
    kept = without_metadata(content, kind)
    before, after = Image.open(io.BytesIO(content)), Image.open(io.BytesIO(kept))
    assert after.convert("RGB").tobytes() == before.convert("RGB").tobytes()
    assert SECRET not in kept
    assert set(after.getexif()) <= {0x0112}
    assert after.getexif().get(0x0112, 1) == (before.getexif().get(0x0112, 1) if kind == JPEG else 1)
    assert "xmp" not in after.info
    assert "comment" not in after.info
    assert without_metadata(kept, kind) == kept


@pytest.mark.parametrize("name", ["exif", "png", "webp"])
def test_a_picture_that_ends_early_is_said_to_be_damaged(name: str) -> None:
    kind, content = TOLD[name]
    with pytest.raises(NotWhole):
        without_metadata(content[: len(content) // 2], kind)


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_place_in_a_heic_picture_is_emptied_where_it_stands(order: str) -> None:
    place = struct.pack(f"{order}HHHII", 1, 2, 5, 3, 50) + bytes(4)
    tiff = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, 1)
    tiff += struct.pack(f"{order}HHII", 0x8825, 4, 1, 26) + bytes(4) + place
    tiff = tiff.ljust(50, b"\0") + struct.pack(f"{order}6I", 37, 1, 33, 1, 59, 1)
    content = files.heic(b"Exif\0\0" + tiff)
    kept = without_metadata(content, HEIC)
    assert len(kept) == len(content)
    assert struct.pack(f"{order}6I", 37, 1, 33, 1, 59, 1) not in kept
    assert place not in kept
    assert kept.count(tiff[:26]) == 1


PLANTED = {
    "title.pdf": files.pdf(b"3 0 obj\n<< /Title (" + SECRET + b") >>\nendobj\n", stream=b"BT (x) Tj ET"),
    "hex.pdf": files.pdf(b"3 0 obj\n<< /Author <" + SECRET.hex().encode() + b"> >>\nendobj\n"),
    "two-byte.pdf": files.pdf(b"3 0 obj\n<< /Subject (" + SOLID_UTF16 + b") >>\nendobj\n"),
    "two-byte-hex.pdf": files.pdf(b"3 0 obj\n<< /Subject <" + SOLID_UTF16.hex().encode() + b"> >>\nendobj\n"),
    "comment.pdf": files.pdf(b"3 0 obj\n<< /Subtype /Text /Contents (" + SECRET + b") >>\nendobj\n"),
    "xmp.pdf": files.pdf(
        b"3 0 obj\n<< >>\nstream\n<x:xmpmeta>" + SECRET + b"</x:xmpmeta>\nendstream\nendobj\n"
    ),
    "packed.pdf": files.pdf(stream=b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"),
    "words.heic": files.heic(SECRET),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_number_in_what_cannot_be_taken_out_stops_the_file(stage: Stage, name: str) -> None:
    case: Case = stage.asked()
    request = current_request(case)
    assert isinstance(request, ExplanationRequest)
    with pytest.raises(errors.EvidenceHasNumbers):
        evidence.add_evidence(request=request, name=name, content=PLANTED[name], by=stage.actor("cardholder"))
    assert not Evidence.objects.exists()


HEADERS = [files.heic()[:n] for n in (24, 100, 224)]
HEADERS += [files.heic()[:-1], b"\0\0\0\x18ftypheic" + bytes(204), files.heic() + b"\0" * 5]


@pytest.mark.parametrize("content", HEADERS)
def test_the_head_of_a_heic_picture_is_no_picture(content: bytes) -> None:
    with pytest.raises(KindNotAllowed):
        sniff(content)


def overlapping(n_bytes: int) -> bytes:
    """A PDF of nothing but beginnings of streams, each of which would unpack all that follows."""
    stored = b"stream\n\x78\x01\x00\xff\xff\x00\x00"
    return b"%PDF-1.4\n" + stored * (n_bytes // len(stored)) + b"\n%%EOF\n"


def beginnings(n_bytes: int) -> bytes:
    return b"%PDF-1.4\n" + b"stream\n\x78\x9c" * (n_bytes // 9) + b"\n%%EOF\n"


@pytest.mark.parametrize("made", [overlapping, beginnings])
def test_a_pdf_of_endless_beginnings_costs_bounded_time(made: object) -> None:
    begun = time.process_time()
    with pytest.raises(Inflated):
        sniff(made(4 << 20))  # type: ignore[operator]
    assert time.process_time() - begun < 3


def test_a_pdf_is_read_outside_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zlib, "decompressobj", None)
    assert look(files.pdf(stream=b"BT (words) Tj ET")).text.startswith("words")
    with pytest.raises(KindNotAllowed):
        look(files.pdf() + files.zipped())
