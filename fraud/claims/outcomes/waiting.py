"""Files of outcomes between their preview and the click that keeps them: below MEDIA_ROOT, one's own, a day at most."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from audit import clock
from audit.actor import Actor
from fraud.claims.importing.uploads import UploadTooLarge, incoming_folder

MAX_BYTES = 20 << 20
_KEPT = timedelta(days=1)
_TOKEN = re.compile(r"[0-9a-f]{64}", re.ASCII)


def keep_file(parts: Iterable[bytes], *, by: Actor) -> str:
    """Keep the bytes for this person; returns the token they are found by. Raises UploadTooLarge."""
    _forget_old()
    content = bytearray()
    for part in parts:
        content += part
        if len(content) > MAX_BYTES:
            raise UploadTooLarge(MAX_BYTES)
    token = sha256(content).hexdigest()
    _path(token, by).write_bytes(content)
    return token


def kept_file(token: str, *, by: Actor) -> Path | None:
    """The file of a token, or None where it is not there or somebody else's."""
    path = _path(token, by) if _TOKEN.fullmatch(token) else None
    return path if path is not None and path.exists() else None


def forget_file(token: str, *, by: Actor) -> None:
    """Remove the file of a token."""
    _path(token, by).unlink(missing_ok=True)


def _path(token: str, by: Actor) -> Path:
    return incoming_folder() / f"outcomes-{by.user_id}-{token}"


def _forget_old() -> None:
    for path in incoming_folder().glob("outcomes-*"):
        if clock.now() - datetime.fromtimestamp(path.stat().st_mtime, UTC) > _KEPT:
            path.unlink(missing_ok=True)
