"""Text of a receipt's pixels, by an OCR engine that is an extra (`ocr`): the paper is straightened before, specks are left out behind.

Knows no Django. Without the engine or its languages nothing is read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

_LANGUAGES = ("kor", "eng")
#: Degrees a paper may be held askew, and in which steps it is looked for.
_ASKEW, _STEP = 6.0, 0.5
_LEAST_ASKEW, _SMALL_SIDE = 0.75, 500
_SPECKS = " \t-_~=.,:;|'`\"‘’“”ㆍ·。…「」"
_STRAY_BAR = re.compile(r"\s[|ㆍ]\s")
_STRAY_DOT = re.compile(r"(?<=[A-Za-z가-힣]{2})\.(?=\s)")
_BROKEN_BRN = re.compile(r"(?<!\d)(?:(\d) (\d\d)|(\d\d) (\d))(?=\s?-\s?\d\d\s?-\s?\d{5}(?!\d))")
#: 원 behind an amount as it is often misread.
_MISREAD_WON = re.compile(r"(?<=\d[,.]\d{3})\s?[%윈웬월]$")


def can_read_pixels() -> bool:
    """Whether an engine and at least one of its languages are installed here."""
    return bool(_engine_languages())


def _engine_languages() -> str:
    try:
        import tesserocr
    except ImportError:
        return ""
    installed = set(tesserocr.get_languages()[1])
    return "+".join(name for name in _LANGUAGES if name in installed)


def text_of_pixels(pages: Sequence[Any]) -> str:
    """What grey pictures say, line by line; empty without an engine."""
    languages = _engine_languages()
    if not languages:
        return ""
    import tesserocr

    with tesserocr.PyTessBaseAPI(lang=languages, psm=tesserocr.PSM.SINGLE_COLUMN) as engine:
        texts = []
        for page in pages:
            engine.SetImage(straightened(page))
            texts.append(without_specks(engine.GetUTF8Text()))
    return "\n".join(texts)


def straightened(page: Any) -> Any:
    """A grey picture with its lines level: turned by the angle at which the rows of a small copy differ most; as it is below a degree."""
    small = page.copy()
    small.thumbnail((_SMALL_SIDE, _SMALL_SIDE))
    paper = int(np.percentile(np.asarray(small), 90))
    steps = sorted(np.arange(-_ASKEW, _ASKEW + _STEP, _STEP), key=abs)  # of equal ones the least
    angle = float(max(steps, key=lambda degrees: _unevenness(small, float(degrees), paper)))
    if abs(angle) < _LEAST_ASKEW:
        return page
    from PIL import Image

    return page.rotate(angle, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=paper)


def _unevenness(picture: Any, degrees: float, paper: int) -> float:
    from PIL import Image

    turned = picture.rotate(degrees, resample=Image.Resampling.BILINEAR, fillcolor=paper)
    rows = np.asarray(turned, dtype=np.float64).mean(axis=1)
    return float(np.square(np.diff(rows)).sum())


def without_specks(text: str) -> str:
    """The text without what an engine makes of specks and folds: marks around a line, blanks inside a business number, a misread 원."""
    return "\n".join(_cleaned(line) for line in text.splitlines())


def _cleaned(line: str) -> str:
    plain = _STRAY_DOT.sub("", _STRAY_BAR.sub(" ", line)).strip(_SPECKS)
    plain = _MISREAD_WON.sub("원", plain)
    return _BROKEN_BRN.sub(lambda hit: "".join(part for part in hit.groups() if part), plain)
