"""A PDF put together block by block: headings, texts, facts, tables that go on over pages with their head. Pure.

The same blocks give the same bytes; bold, sizes and colours are those of the pages. Used for the dossier and the assurance report.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from itertools import islice
from typing import IO, Any

from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, LongTable, Paragraph, SimpleDocTemplate, Spacer

from fraud.web.paper_fonts import BOLD, REGULAR, marked, ready

_TEXT, _MUTED, _LINE, _ACCENT, _HEAD = (
    colors.HexColor(code) for code in ("#182023", "#566268", "#dee3e5", "#0c6478", "#f1f4f5")
)
_MARGIN, _PAD = 18 * mm, 6  # a frame keeps its text 6 points away from its edge
WIDTH = A4[0] - 2 * _MARGIN - 2 * _PAD
#: A cell longer than this becomes several paragraphs, so that a row can go on over pages.
_PIECE = 1_500
MOST_ROWS = 1_000
#: Tables of no more rows are kept whole.
_SHORT = 12


@cache
def _styles() -> dict[str, ParagraphStyle]:
    ready()
    body = ParagraphStyle(
        "body", fontName=REGULAR, fontSize=9, leading=13.5, textColor=_TEXT, spaceAfter=4, splitLongWords=1
    )

    def style(name: str, **more: Any) -> ParagraphStyle:
        return ParagraphStyle(name, parent=body, **more)

    return {
        "body": body,
        "title": style("title", fontName=BOLD, fontSize=19, leading=25, spaceAfter=3),
        "h1": style(
            "h1", fontName=BOLD, fontSize=12.5, leading=17, spaceBefore=13, spaceAfter=5, textColor=_ACCENT
        ),
        "h2": style("h2", fontName=BOLD, fontSize=10, leading=14, spaceBefore=7, spaceAfter=3),
        "muted": style("muted", textColor=_MUTED, fontSize=8.5, leading=12.5),
        "quote": style(
            "quote", leftIndent=8, rightIndent=4, borderColor=_LINE, spaceBefore=1, spaceAfter=6,
            backColor=_HEAD, borderPadding=(4, 5, 4, 6),
        ),
        "cell": style("cell", fontSize=8, leading=11.2, spaceAfter=0),
        "number": style("number", fontSize=8, leading=11.2, spaceAfter=0, alignment=TA_RIGHT),
        "head": style("head", fontName=BOLD, fontSize=7.6, leading=10.5, spaceAfter=0, textColor=_MUTED),
        "head_number": style(
            "head_number", fontName=BOLD, fontSize=7.6, leading=10.5, spaceAfter=0, textColor=_MUTED,
            alignment=TA_RIGHT,
        ),
        "name": style("name", fontSize=8.5, leading=12, spaceAfter=0, textColor=_MUTED),
        "fact": style("fact", fontSize=8.5, leading=12, spaceAfter=0),
    }  # fmt: skip


def _set(text: object, style: str) -> Paragraph:
    found = _styles()[style]
    return Paragraph(marked(text, found.fontName), found)


def _cell(value: object, style: str) -> list[Paragraph]:
    """A cell of a table; a long one in pieces, cut between words where there are any."""
    text = "–" if value is None or value == "" else str(value)
    pieces = []
    while len(text) > _PIECE:
        at = max(text.rfind(" ", _PIECE // 2, _PIECE), text.rfind("\n", _PIECE // 2, _PIECE))
        at = at if at > 0 else _PIECE
        pieces.append(text[:at])
        text = text[at:]
    return [_set(piece, style) for piece in [*pieces, text]]


class Paper:
    """A document of A4 pages in one language. `footer` stands at the foot of every page beside its number.

    A table has at most MOST_ROWS rows, so that a document stays one that people read and a machine can hold; `more`, with
    `%(n)s`, then says how many further ones there are.
    """

    def __init__(self, title: str, *, language: str, footer: str = "", more: str = "+ %(n)s") -> None:
        self.title, self.language, self.footer, self.more = title, language, footer, more
        self.blocks: list[Flowable] = []

    def head(self, text: str, under: str = "") -> None:
        """The title of the document and a line below it."""
        self.blocks.append(_set(text, "title"))
        if under:
            self.blocks += [_set(under, "muted"), Spacer(1, 4)]

    def heading(self, text: str, level: int = 1, *, n_rows: int = 0) -> None:
        """A heading that never stands alone at the foot of a page, nor away from a short table of so many rows."""
        room = (30 if level == 1 else 20) * mm + min(n_rows, _SHORT) * 18
        self.blocks += [CondPageBreak(room), _set(text, f"h{level}")]

    def text(self, text: object, style: str = "body") -> None:
        """A paragraph: `body` or `muted`."""
        for line in str(text).split("\n\n"):
            self.blocks.append(_set(line, style))

    def quote(self, text: object) -> None:
        """What somebody wrote, set off; a long one goes on over pages."""
        self.blocks += _cell(text, "quote")

    def facts(self, pairs: Iterable[tuple[str, object]]) -> None:
        """Names with values below each other; without those that have none."""
        rows = [
            [_cell(name, "name"), _cell(value, "fact")] for name, value in pairs if value not in (None, "")
        ]
        if rows:
            self._add(LongTable(rows, colWidths=[WIDTH * 0.24, WIDTH * 0.76], splitInRow=1), _FACTS)

    def table(
        self,
        head: Sequence[str],
        rows: Iterable[Sequence[object]],
        *,
        widths: Sequence[float],
        numbers: Collection[int] = (),
    ) -> None:
        """A table whose head stands on every page it goes on. `widths` are shares; the columns `numbers` stand to the right."""
        styles = ["number" if at in numbers else "cell" for at in range(len(head))]
        left = iter(rows)
        told = [
            [_cell(word, "head_number" if at in numbers else "head") for at, word in enumerate(head)],
            *(
                [_cell(value, style) for value, style in zip(row, styles, strict=True)]
                for row in islice(left, MOST_ROWS)
            ),
        ]
        if len(told) > 1:
            shares = [WIDTH * width / sum(widths) for width in widths]
            self._add(LongTable(told, colWidths=shares, repeatRows=1, splitInRow=1), _TABLE)
        n_more = sum(1 for _row in left)
        if n_more:
            self.text(self.more % {"n": f"{n_more:,}"}, "muted")

    def _add(self, table: LongTable, style: list[tuple[Any, ...]]) -> None:
        table.setStyle(style)
        table.hAlign = "LEFT"
        self.blocks += [table, Spacer(1, 6)]

    def write(self, file: IO[bytes]) -> None:
        """The document into a file; its blocks are used up."""
        made = SimpleDocTemplate(
            file,
            pagesize=A4,
            leftMargin=_MARGIN,
            rightMargin=_MARGIN,
            topMargin=16 * mm,
            bottomMargin=18 * mm,
            title=self.title,
            author="Cleancard",
            lang=self.language,
            displayDocTitle=1,
            invariant=1,
        )
        made.build(self.blocks, canvasmaker=_numbered(self.footer))


_TABLE: list[tuple[Any, ...]] = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("BACKGROUND", (0, 0), (-1, 0), _HEAD),
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
    ("LEFTPADDING", (0, 0), (-1, -1), 4),
    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ("TOPPADDING", (0, 0), (-1, -1), 3),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
]
_FACTS: list[tuple[Any, ...]] = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ("TOPPADDING", (0, 0), (-1, -1), 1.2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 1.6),
]


def _numbered(footer: str) -> type[Canvas]:
    """A canvas that writes "3 / 12" on every page: how many there are is known at the end."""

    class Numbered(Canvas):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._kept: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self._kept.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._kept, 1):
                self.__dict__.update(page)
                self._foot(f"{number} / {len(self._kept)}")
                Canvas.showPage(self)
            Canvas.save(self)

        def _foot(self, number: str) -> None:
            self.setStrokeColor(_LINE)
            self.setLineWidth(0.4)
            left, right = _MARGIN + _PAD, A4[0] - _MARGIN - _PAD
            self.line(left, 14 * mm, right, 14 * mm)
            for text, at, is_right in ((footer, left, False), (number, right, True)):
                line = _set(text, "muted")
                width = line.minWidth() if is_right else WIDTH * 0.85
                line.wrapOn(self, WIDTH * 0.85, 20 * mm)
                line.drawOn(self, at - width if is_right else at, 14 * mm - 2 - line.height)

    return Numbered
