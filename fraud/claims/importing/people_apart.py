"""Reading a personnel file in a bounded process of its own, as claim files are."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from fraud.claims.importing.bounded import Bounds, ask_child
from fraud.claims.importing.people_feeds import FEEDS
from fraud.claims.importing.people_reading import FeedRead, read_people
from fraud.claims.importing.problems import FileQuarantined

_FRAMES = ("rows.arrow", "ended.arrow", "rejects.arrow")


def read_people_apart(path: Path, feed: str, *, zone: str, delimiter: str, bounds: Bounds) -> FeedRead:
    """`read_people` in a child process. Raises FileQuarantined, also when the child was stopped."""
    with tempfile.TemporaryDirectory(prefix="cleancard-people-") as folder:
        task = {
            "path": str(path.resolve()),
            "feed": feed,
            "zone": zone,
            "delimiter": delimiter,
            "folder": folder,
        }
        answer = ask_child(__name__, task, bounds)
        if "error" in answer:
            raise FileQuarantined(answer["error"]["code"], **answer["error"]["params"])
        rows, ended, rejects = (pl.read_ipc((Path(folder) / name).read_bytes()) for name in _FRAMES)
        return FeedRead(rows, ended, rejects, answer["n_unapproved"], answer["notes"])


def answer_to(task: Mapping[str, Any]) -> dict[str, Any]:
    """What the child does: leave the frames in the task's folder; its notes and counts, or what was wrong with the file."""
    try:
        read = read_people(
            Path(task["path"]), FEEDS[task["feed"]], zone=task["zone"], delimiter=task["delimiter"]
        )
    except FileQuarantined as error:
        return {"error": error.as_json()}
    for name, frame in zip(_FRAMES, (read.rows, read.ended, read.rejects), strict=True):
        frame.write_ipc(Path(task["folder"]) / name)
    return {"notes": read.notes, "n_unapproved": read.n_unapproved}
