"""Whether two pictures are one: a perceptual hash finds the likely ones, small cells of grey tell them apart. Pure."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Bits of a side of the perceptual hash: 16 × 16 find one picture again, but papers of one till are as near.
HASH_SIDE = 16
#: Cells of a side of the finer measure. A digit that differs moves a cell by more than 100 of 255 steps of grey; scaling to a half,
#: JPEG at quality 30, WebP, less light or less contrast move none by more than 30.
CELLS, CELLS_APART = 96, 50
_LEAST_CONTRAST = 8


def picture_hash(picture: Any) -> str:
    """The perceptual hash of a picture as 64 hexadecimal digits: alike for one picture scaled, turned grey or packed anew."""
    import imagehash

    return str(imagehash.phash(picture, hash_size=HASH_SIDE))


def picture_cells(picture: Any) -> str:
    """The grey of CELLS × CELLS cells, stretched to the whole range, as text for `are_one_picture`; empty for an empty picture."""
    from PIL import Image

    small = picture.convert("L").resize((CELLS, CELLS), Image.Resampling.BILINEAR)
    grey = np.asarray(small, dtype=np.float64)
    low, high = np.percentile(grey, (1, 99))
    if high - low < _LEAST_CONTRAST:
        return ""
    steps = np.clip((grey - low) / (high - low) * 255, 0, 255).round().astype(np.uint8)
    return base64.b64encode(zlib.compress(steps.tobytes(), 9)).decode()


def are_one_picture(one: str, other: str) -> bool:
    """Whether no cell of two pictures differs by more than what packing and scaling do; nothing is said of an empty one."""
    if not one or not other:
        return False
    return int(np.abs(_grey(one) - _grey(other)).max()) <= CELLS_APART


def _grey(cells: str) -> NDArray[np.int16]:
    return np.frombuffer(zlib.decompress(base64.b64decode(cells)), dtype=np.uint8).astype(np.int16)
