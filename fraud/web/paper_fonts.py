"""The letters of a PDF: a Korean font that we ship, a heavier one for headings, and a name for what neither has. Pure."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FOLDER = Path(__file__).parent / "fonts"
#: Name in the document → file, both under the SIL Open Font License: NanumGothic draws all 11,172 syllables, Hanja, Kana and Latin
#: with accents; NanumSquare Bold is for headings and has the usual 2,479 syllables, the others are set in NanumGothic.
REGULAR, BOLD = "Paper", "Paper-Bold"
_FILES = {REGULAR: "NanumGothic.ttf", BOLD: "NanumSquareB.ttf"}
#: Signs that neither font has and that have a common one beside them.
_INSTEAD = str.maketrans({"−": "-", "\u2011": "-", "\u00a0": " ", "\t": "    ", "⚙": ""})
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})


@cache
def ready() -> None:
    """Make the fonts known to reportlab; once a process."""
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(FOLDER / file)))


@cache
def _signs(name: str) -> frozenset[int]:
    """What a font can draw; the glyphs of many Hanja are there and empty, and would leave a hole in a name."""
    ready()
    face = pdfmetrics.getFont(name).face
    spaces = {code for code in face.charToGlyph if unicodedata.category(chr(code)) == "Zs"}
    drawn = {
        code for code, glyph in face.charToGlyph.items() if face.glyphPos[glyph] != face.glyphPos[glyph + 1]
    }
    return frozenset(drawn | spaces)


def plain(text: object) -> str:
    """The text as it is set: syllables put together (NFC), invisible signs gone, one kind of line end."""
    whole = (
        unicodedata.normalize("NFC", str(text)).replace("\r\n", "\n").replace("\r", "\n").translate(_INSTEAD)
    )
    return "".join(sign for sign in whole if sign == "\n" or unicodedata.category(sign) not in _UNSEEN)


def marked(text: object, font: str = REGULAR) -> str:
    """The text as reportlab's markup: everything escaped, lines kept, and each sign in a font that has it.

    A sign that no font has is written as its number: `[U+1F600]`, so that nothing is lost and nothing is an empty box.
    """
    parts = []
    for is_behind, run in _runs(plain(text), _signs(font), _signs(REGULAR)):
        said = escape(run).replace("\n", "<br/>")
        parts.append(f'<font name="{REGULAR}">{said}</font>' if is_behind else said)
    return "".join(parts)


def _runs(text: str, first: frozenset[int], second: frozenset[int]) -> list[tuple[bool, str]]:
    """(whether of the second font, text) in order; neighbours of one font are one run."""
    runs: list[tuple[bool, str]] = []
    for sign in text:
        code = ord(sign)
        if sign == "\n" or code in first:
            is_behind, said = False, sign
        elif code in second:
            is_behind, said = True, sign
        else:
            is_behind, said = False, f"[U+{code:04X}]"
        if runs and runs[-1][0] == is_behind:
            runs[-1] = (is_behind, runs[-1][1] + said)
        else:
            runs.append((is_behind, said))
    return runs
