"""Previews of pictures, made in a child process that may neither run long nor grow large."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_CHILD = Path(__file__).with_name("preview_child.py")
SECONDS = 30
_TOO_LARGE = 4


class PictureDamaged(ValueError):
    """It cannot be decoded."""


class PictureTooLarge(ValueError):
    """More pixels or frames than a photograph of a receipt has."""


def make_preview(content: bytes) -> bytes:
    """A JPEG of at most 1600 pixels a side without any metadata. Raises PictureDamaged and PictureTooLarge."""
    try:
        child = subprocess.run(  # noqa: S603 - our own script, no shell, nothing of the user on the command line
            [sys.executable, "-I", str(_CHILD)],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            env={"PATH": os.environ.get("PATH", ""), "OMP_NUM_THREADS": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PictureDamaged from error
    if child.returncode == _TOO_LARGE:
        raise PictureTooLarge
    if child.returncode != 0 or not child.stdout.startswith(b"\xff\xd8\xff"):
        raise PictureDamaged
    return child.stdout
