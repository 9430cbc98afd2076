"""A folder in which others put claim files: each is taken once it is whole, and then moved where its end can be seen."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import DatabaseError
from django.db.models import Max

from audit import clock
from audit.actor import Actor
from audit.permissions import require
from audit.redaction import redact
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.services import import_claim_file
from fraud.claims.models import ClaimFile, ImportProfile

_log = logging.getLogger(__name__)
TAKEN, REFUSED = "taken", "refused"
#: Ends of names under which programs write what is not whole yet.
_UNFINISHED = (".part", ".partial", ".tmp", ".filepart", ".crdownload", ".swp", "~")
_ENDS = {
    ClaimFile.State.IMPORTED: TAKEN,
    ClaimFile.State.REJECTED: REFUSED,
    ClaimFile.State.QUARANTINED: REFUSED,
    ClaimFile.State.CANCELLED: REFUSED,
}


@dataclass(frozen=True, slots=True)
class Taken:
    """One file of the folder: what became of it, and where it lies now (where it lay, if it is to be tried again).

    `is_known`: the same had been delivered before, so nothing was taken now.
    """

    file: ClaimFile
    path: Path
    seconds: float
    is_known: bool


def waiting_files(folder: Path, *, settled: int) -> list[Path]:
    """The files of a folder that nobody has written to for `settled` seconds, the oldest first; links and unfinished names are left alone."""
    latest = clock.now().timestamp() - settled
    found = [
        (entry.stat(follow_symlinks=False).st_mtime, entry.name)
        for entry in os.scandir(folder)
        if entry.is_file(follow_symlinks=False)
        and not entry.name.startswith(".")
        and not entry.name.lower().endswith(_UNFINISHED)
    ]
    return [folder / name for changed, name in sorted(found) if changed <= latest]


def take_folder(
    *, folder: Path, profile: ImportProfile, by: Actor, settled: int = 60, is_history: bool = False
) -> Iterator[Taken]:
    """Import what waits in a folder, one file after another, each read in a bounded process of its own.

    A file goes to `taken` or `refused` inside the folder, its reference before its name. One that was interrupted, or met a database
    that was away, stays and is tried again: the same file is never taken twice.
    Raises NotPermitted, ProfileNotValid.
    """
    require(by, "fraud.import_claims")
    for path in waiting_files(folder, settled=settled):
        newest = ClaimFile.objects.aggregate(pk=Max("pk", default=0))["pk"]
        started = time.monotonic()
        try:
            file = import_claim_file(
                path=path, name=path.name, profile=profile, by=by, is_history=is_history, apart=True
            )
        except (DatabaseError, OSError, FileQuarantined):
            _log.exception("folder.file_failed")
            continue
        end = _ENDS.get(ClaimFile.State(file.state))
        moved = _moved(path, folder / end, file.reference) if end else path
        yield Taken(file, moved, time.monotonic() - started, file.pk <= newest)


def _moved(path: Path, folder: Path, reference: str) -> Path:
    """The file in a folder of the ended ones, card and resident numbers struck out of its name; a name that is there already gets a number."""
    folder.mkdir(exist_ok=True)
    name = redact(path.name)
    target = folder / f"{reference} {name}"
    number = 2
    while target.exists():
        target = folder / f"{reference} ({number}) {name}"
        number += 1
    return path.rename(target)
