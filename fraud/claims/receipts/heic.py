"""Pixels of a HEIC picture. Imports nothing of ours: the child that draws previews reads this file by its path.

The library draws what the file's own turns say (irot, imir), whatever EXIF says beside them. Embedded thumbnails, depth maps and other
images of the file are left alone: what is shown is the picture itself (findings/pillow-heif-draft-shows-the-thumbnail.sh). What it costs is
read from the header by ourselves: the library tells the size behind a crop (findings/pillow-heif-size-after-the-crop.sh).
"""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from typing import Any

#: Decoding takes up to 7.5 bytes a pixel; a telephone's 48 megapixels fit the child's 640 MB.
MAX_HEIC_PIXELS = 50_000_000
#: The box that says how large an image of the file is as it is coded (ISO/IEC 23008-12, 6.5.3): version and flags, width, height.
_EXTENT = re.compile(rb"ispe\x00{4}(.{4})(.{4})", re.DOTALL)


class NoDecoder(ImportError):
    """The library that decodes HEIC is not installed here."""


class TooManyPixels(ValueError):
    """By what its header says, before anything is decoded."""


def is_boxed(content: bytes) -> bool:
    """Whether it begins as a file of boxes does, HEIC among them; decoding tells whether it is one."""
    return content[4:8] == b"ftyp"


@cache
def has_decoder() -> bool:
    """Whether the library is installed, for this process and its children."""
    return find_spec("pillow_heif") is not None


def heic_picture(content: bytes) -> Any:
    """The primary picture, upright, 8 bits a colour, without metadata. Raises NoDecoder, TooManyPixels, ValueError for what is damaged."""
    sizes = [(int.from_bytes(wide), int.from_bytes(high)) for wide, high in _EXTENT.findall(content)]
    if any(wide * high > MAX_HEIC_PIXELS for wide, high in sizes):
        raise TooManyPixels
    try:
        import pillow_heif
        from pillow_heif import options
    except ImportError as error:
        raise NoDecoder from error
    options.DECODE_THREADS = 0  # each thread's stack counts as memory
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False
    try:
        pixels = pillow_heif.open_heif(content, convert_hdr_to_8bit=True).to_pillow()
    except (RuntimeError, OSError, EOFError, SyntaxError, IndexError) as error:
        raise ValueError("no HEIC picture that can be decoded") from error
    pixels.info.clear()
    if (
        pixels.mode == "I;16"
    ):  # grey of 10 bits comes as 16, and turned into 8 by Pillow all of it would be white
        from PIL import Image

        return Image.frombytes("L", pixels.size, pixels.tobytes()[1::2])
    return pixels
