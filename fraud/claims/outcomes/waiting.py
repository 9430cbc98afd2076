"""Files of outcomes between their preview and the click that keeps them: searched whole, below MEDIA_ROOT, one's own, a day at most."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from audit.actor import Actor
from fraud.claims.importing.laid_aside import forget_laid_aside, lay_aside
from fraud.claims.importing.services import digest_of, get_ready
from fraud.claims.importing.trying import refuse_numbers
from fraud.claims.importing.uploads import incoming_folder, keep_parts

MAX_BYTES = 20 << 20
_TOKEN = re.compile(r"[0-9a-f]{64}", re.ASCII)


def keep_file(parts: Iterable[bytes], *, by: Actor) -> str:
    """Keep the bytes for this person; returns the token they are found by.

    Raises UploadTooLarge, and FileQuarantined for a card or resident number anywhere in them; then nothing of them is kept.
    """
    forget_laid_aside()
    path = keep_parts(parts, most=MAX_BYTES)
    try:
        refuse_numbers(path)
        token, _ = digest_of(path)
        lay_aside(path, _path(token, by))
    finally:
        path.unlink(missing_ok=True)
        get_ready()
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
