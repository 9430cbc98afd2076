"""A file while somebody finds out how it is to be read: kept for an hour at most, for one person, never with a number that may not be stored."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.core import signing

from audit.actor import Actor
from fraud.claims.importing.laid_aside import DRAFT, FORGOTTEN_AFTER, forget_laid_aside, lay_aside
from fraud.claims.importing.services import clean_name
from fraud.claims.importing.uploads import incoming_folder, keep_parts

SECONDS = int(FORGOTTEN_AFTER[DRAFT].total_seconds())
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
    forget_laid_aside()
    token = secrets.token_hex(16)
    path = _path(token)
    lay_aside(keep_parts(parts), path)
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
