"""A file while somebody finds out how it is to be read: kept for an hour at most, for one person, never with a number that may not be stored."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.core import signing

from audit import clock
from audit.actor import Actor
from fraud.claims.importing.services import clean_name
from fraud.claims.importing.uploads import incoming_folder, keep_parts

SECONDS = 3_600
_SALT = "fraud.claims.draft"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Draft:
    """A kept file; `ticket` brings it back for the same person."""

    path: Path
    name: str
    ticket: str

    def parts(self) -> Iterator[bytes]:
        """The bytes again."""
        with self.path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                yield block

    def drop(self) -> None:
        """Remove the file."""
        self.path.unlink(missing_ok=True)


def keep_draft(parts: Iterable[bytes], name: str, by: Actor) -> Draft:
    """Keep an uploaded file. Raises UploadTooLarge."""
    forget_drafts()
    token = secrets.token_hex(16)
    path = _path(token)
    keep_parts(parts).replace(path)
    shown = clean_name(name)
    ticket = signing.dumps({"token": token, "name": shown, "by": by.username}, salt=_SALT)
    return Draft(path, shown, ticket)


def find_draft(ticket: str, by: Actor) -> Draft | None:
    """The kept file of a ticket; None when it is somebody else's, too old or gone."""
    try:
        said = signing.loads(ticket, salt=_SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    path = _path(said["token"])
    if said["by"] != by.username or not path.exists():
        return None
    return Draft(path, said["name"], ticket)


def _path(token: str) -> Path:
    return incoming_folder() / f"draft-{token}"


def forget_drafts() -> int:
    """Remove what has waited for longer than an hour; rung by the sweep too, since nobody may send another. Returns how many."""
    now, n = clock.now().timestamp(), 0
    for path in incoming_folder().glob("draft-*"):
        if now - path.stat().st_mtime > SECONDS:
            path.unlink(missing_ok=True)
            n += 1
    return n
