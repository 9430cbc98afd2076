"""Files that wait between two steps, in the folder of incoming files: readable to their owner alone, and none for ever.

What may wait there, and how long, stands here for every kind; the sweep forgets it then, whether anybody sends another or not. What waits between
a preview and the click that confirms it was searched whole before (`trying.refuse_numbers`, the assistant's look).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from audit import clock
from fraud.claims.importing.uploads import incoming_folder

DRAFT, OUTCOMES = "draft-*", "outcomes-*"
#: Names of files → how long they wait. Parts that have a row are forgotten with it (`parts.forget_uploads`), what is half written by `audit.scratch`.
FORGOTTEN_AFTER: Final[Mapping[str, timedelta]] = {
    DRAFT: timedelta(hours=1),
    OUTCOMES: timedelta(days=1),
    "parts-*-*": timedelta(days=1),  # the second name of an upload whose process died
    "file-*": timedelta(days=7),  # confirmed; its import stopped, and anybody can start it again
}
_OWNER_ONLY = 0o600


def lay_aside(path: Path, place: Path) -> None:
    """Move a file of the incoming folder to the name under which it waits."""
    path.chmod(_OWNER_ONLY)
    path.replace(place)


def forget_laid_aside() -> int:
    """Remove what has waited too long; returns how many. What goes meanwhile is no fault."""
    now, n = clock.machine_now().timestamp(), 0
    for pattern, wait in FORGOTTEN_AFTER.items():
        for path in incoming_folder().glob(pattern):
            try:
                is_old = now - path.stat().st_mtime > wait.total_seconds()
            except FileNotFoundError:
                continue
            if is_old:
                path.unlink(missing_ok=True)
                n += 1
    return n
