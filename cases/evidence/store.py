"""Where evidence lies: below MEDIA_ROOT under random keys, reached only through the services."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from django.conf import settings


def path_of(key: str) -> Path:
    """The file of a key (hexadecimal). Raises ValueError for anything else, so that no key is ever a path."""
    if not key or any(sign not in "0123456789abcdef" for sign in key):
        raise ValueError("an evidence key is hexadecimal")
    return Path(settings.MEDIA_ROOT) / "evidence" / key[:2] / key


def write(key: str, content: bytes, *, suffix: str = "") -> Path:
    """Write whole or not at all: a temporary file beside, flushed, renamed. Raises OSError when the disk is full."""
    target = path_of(key).with_suffix(suffix)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target


def read(key: str, *, suffix: str = "") -> bytes:
    """The stored bytes. Raises FileNotFoundError."""
    return path_of(key).with_suffix(suffix).read_bytes()


def remove(key: str) -> None:
    """Take a file and its previews away: only for one whose row was never stored, or that may never be shown."""
    path = path_of(key)
    for found in [path, *path.parent.glob(f"{key}.*.jpg")]:
        found.unlink(missing_ok=True)


def page_suffix(number: int) -> str:
    """The ending under which the preview of a page (from 1) lies beside its file."""
    return f".{number}.jpg"
