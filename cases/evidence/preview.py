"""What a PDF says, and previews of pictures and of PDF pages: found in a child process that may neither run long nor grow large."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from cases.evidence.kinds import PDF, Inflated, KindNotAllowed, Sniffed, kind_of, sniff
from cases.evidence.pdf_words import TooManyPages

_CHILD = Path(__file__).with_name("preview_child.py")
SECONDS = 30
_TOO_LARGE, _MIXED, _TOO_MANY, _NO_DECODER = 4, 5, 6, 7
_JPEG = b"\xff\xd8\xff"


class PictureDamaged(ValueError):
    """It cannot be decoded."""


class PictureTooLarge(ValueError):
    """More pixels or frames than a photograph of a receipt has."""


@dataclass(frozen=True, slots=True)
class Previews:
    """Clean JPEGs of the first pages, and how many pages the file has (1 for a picture, 0 where nobody could tell)."""

    pages: tuple[bytes, ...] = ()
    n_pages: int = 0


def picture_preview(content: bytes) -> Previews:
    """One JPEG of at most 1600 pixels a side without any metadata; none of a HEIC picture where no decoder is installed.

    Raises PictureDamaged and PictureTooLarge.
    """
    child = _run(content, "picture")
    if child.returncode == _NO_DECODER:
        return Previews()
    found = _pages_of(child)
    if not found.pages:
        raise PictureDamaged
    return found


def pdf_previews(content: bytes) -> Previews:
    """The first ten pages as JPEGs of at most 1600 pixels a side; none where the PDF cannot be drawn (it may be encrypted)."""
    try:
        return _pages_of(_run(content, "pdf"))
    except (PictureDamaged, PictureTooLarge):
        return Previews()


def look(content: bytes) -> Sniffed:
    """What the content is; what takes time to find out is found in the child. Raises KindNotAllowed, Inflated, TooManyPages, PictureDamaged."""
    if kind_of(content) != PDF:
        return sniff(content)
    child = _run(content, "look")
    if child.returncode == _TOO_LARGE:
        raise Inflated
    if child.returncode == _MIXED:
        raise KindNotAllowed("mixed")
    if child.returncode == _TOO_MANY:
        raise TooManyPages
    if child.returncode != 0:
        raise PictureDamaged
    said = json.loads(child.stdout)
    return Sniffed(PDF, tuple(said["flags"]), said["text"])


def _pages_of(child: subprocess.CompletedProcess[bytes]) -> Previews:
    if child.returncode == _TOO_LARGE:
        raise PictureTooLarge
    if child.returncode != 0:
        raise PictureDamaged
    return _unpack(child.stdout)


def _run(content: bytes, kind: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - our own script, no shell, nothing of the user on the command line
            [sys.executable, "-I", str(_CHILD), kind],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            env={"PATH": os.environ.get("PATH", ""), "OMP_NUM_THREADS": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PictureDamaged from error


def _unpack(answer: bytes) -> Previews:
    """Read the child's answer; whatever is not a JPEG of the announced length is damage. Raises PictureDamaged."""
    n_pages, at, pages = int.from_bytes(answer[:4], "big"), 4, []
    while at < len(answer):
        size = int.from_bytes(answer[at : at + 4], "big")
        page = answer[at + 4 : at + 4 + size]
        if len(page) != size or not page.startswith(_JPEG):
            raise PictureDamaged
        pages.append(page)
        at += 4 + size
    return Previews(tuple(pages), n_pages)
