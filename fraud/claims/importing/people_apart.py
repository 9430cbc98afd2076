"""Reading a personnel file in a bounded process of its own, as claim files are."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from fraud.claims.importing.bounded import Bounds, ask_child
from fraud.claims.importing.people_feeds import FEEDS
from fraud.claims.importing.people_reading import read_people
from fraud.claims.importing.problems import FileQuarantined

_ROWS, _REJECTS = "rows.arrow", "rejects.arrow"


def read_people_apart(
    path: Path, feed: str, *, zone: str, delimiter: str, bounds: Bounds
) -> tuple[pl.DataFrame, pl.DataFrame]:
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
        rows, rejects = (pl.read_ipc((Path(folder) / name).read_bytes()) for name in (_ROWS, _REJECTS))
        return rows, rejects


def answer_to(task: Mapping[str, Any]) -> dict[str, Any]:
    """What the child does: leave the frames in the task's folder; {"read": True}, or what was wrong with the file."""
    try:
        rows, rejects = read_people(
            Path(task["path"]), FEEDS[task["feed"]], zone=task["zone"], delimiter=task["delimiter"]
        )
    except FileQuarantined as error:
        return {"error": error.as_json()}
    rows.write_ipc(Path(task["folder"]) / _ROWS)
    rejects.write_ipc(Path(task["folder"]) / _REJECTS)
    return {"read": True}
