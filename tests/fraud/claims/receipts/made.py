"""Harmless receipts, made for tests: pictures and PDFs of a till's paper."""

from __future__ import annotations

import io
from functools import cache
from random import Random
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen.canvas import Canvas

from fraud.web import paper_fonts

FONT = paper_fonts.FOLDER / "NanumGothic.ttf"
BRN = "123-45-67891"  # its check digit is right


def lines(
    *, total: int = 84_000, day: str = "2026-03-01", brn: str = BRN, number: int = 1001, seed: int = 0
) -> list[str]:
    """What a receipt of a restaurant says."""
    draw = Random(seed)
    items = draw.sample(["갈비탕", "김치찌개", "된장찌개", "소주", "공기밥", "냉면", "불고기"], 3)
    return [
        "한우마을 강남점",
        f"사업자등록번호 {brn}",
        f"거래일시 {day} 19:3{seed % 10}",
        f"영수증번호 {number}",
        *(f"{name} {draw.randint(5, 40)},000원" for name in items),
        f"부가세 {total // 11:,}원",
        f"합계 {total:,}원",
    ]


@cache
def _font(size: int) -> Any:
    return ImageFont.truetype(str(FONT), size)


def drawn(said: list[str]) -> Image.Image:
    """The paper as a picture."""
    picture = Image.new("L", (700, 120 + 62 * len(said)), 255)
    draw = ImageDraw.Draw(picture)
    for at, line in enumerate(said):
        draw.text((40, 50 + 62 * at), line, fill=0, font=_font(34))
    return picture


def packed(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def photo(
    said: list[str], *, software: str = "", taken: str = "", changed: str = "", **options: Any
) -> bytes:
    """A JPEG with what a camera or a program writes beside the pixels."""
    exif = Image.Exif()
    for tag, text in ((0x0131, software), (0x0132, changed)):
        if text:
            exif[tag] = text
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    return packed(drawn(said), exif=exif, **options)


def page(said: list[str], *, creator: str = "POS 2.1", made: str = "") -> bytes:
    """A PDF that carries its text."""
    paper_fonts.ready()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(300, 420), invariant=1)
    canvas.setCreator(creator)
    canvas.setFont(paper_fonts.REGULAR, 12)
    for at, line in enumerate(said):
        canvas.drawString(20, 390 - 22 * at, line)
    canvas.save()
    return out.getvalue()


def updated(content: bytes, *, entry: bytes = b"/Note (x)") -> bytes:
    """The PDF with an incremental update behind it, as an editor saves one."""
    start = content.rfind(b"startxref")
    return content + b"\n99 0 obj\n<< %s >>\nendobj\nxref\n0 0\ntrailer\n<< >>\n" % entry + content[start:]
