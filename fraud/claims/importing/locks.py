"""One import of a file at a time, and none left behind by a process that died: the lock ends with its holder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection

_SPACE = 0x636C6D  # distinguishes these advisory locks from others of the database


@contextmanager
def file_lock(file_id: int) -> Iterator[bool]:
    """True for the one holder of a claim file's lock, False for everybody else, without waiting."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_SPACE, file_id])
            held = bool(cursor.fetchone()[0])
        try:
            yield held
        finally:
            if held:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_SPACE, file_id])
        return
    path = Path(settings.HOME) / "locks" / f"claim-file-{file_id}.lock"
    with folder_lock(path) as held:
        try:
            yield held
        finally:
            if held:  # or every import would leave an empty file for good
                path.unlink(missing_ok=True)


@contextmanager
def folder_lock(path: Path) -> Iterator[bool]:
    """True for the one process on this machine that holds the lock at `path`, False for others, without waiting."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        with path.open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            if _is_still_there(handle, path):
                yield True
                return


def _is_still_there(handle: IO[str], path: Path) -> bool:
    """False where the one who held the lock took the file away before we had it: the next one would lock another file."""
    try:
        return os.path.samestat(os.fstat(handle.fileno()), path.stat())
    except FileNotFoundError:
        return False
