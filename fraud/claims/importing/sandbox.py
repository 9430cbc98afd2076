"""Reading a delivered file in a process of its own, with limits on memory and time, so that no file can hurt the rest.

`stage_apart` starts ``python -m fraud.claims.importing.sandbox``, watches it and kills it when it grows or lasts too long.
The child holds no database connection and knows no Django; it gets the card key through its standard input.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fraud.claims.importing.parsing.values import Context
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.profile_json import read_spec
from fraud.claims.importing.reading.opening import open_table
from fraud.claims.importing.staging import StagedFile, stage

_ROOT = Path(__file__).resolve().parents[3]
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Bounds:
    """What reading one file may cost."""

    seconds: int = 60
    megabytes: int = 1_000


def stage_apart(
    *,
    path: Path,
    name: str,
    spec: Mapping[str, Any],
    context: Context,
    folder: Path,
    bounds: Bounds = Bounds(),
) -> StagedFile:
    """`stage` in a child process. `spec` is the profile's JSON. Raises FileQuarantined, also when the child was stopped."""
    task = {
        "path": str(path),
        "name": name,
        "spec": spec,
        "folder": str(folder),
        "received_at": context.received_at.isoformat(),
        "latest": context.latest.isoformat(),
        "zone": context.zone,
        "card_key": base64.b64encode(context.card_key).decode(),
        "is_history": context.is_history,
        "seconds": bounds.seconds,
    }
    answer = _ask_child(task, folder, bounds)
    if "error" in answer:
        raise FileQuarantined(answer["error"]["code"], **answer["error"]["params"])
    return StagedFile.load(folder)


def _ask_child(task: Mapping[str, Any], folder: Path, bounds: Bounds) -> dict[str, Any]:
    environment = {**os.environ, "POLARS_MAX_THREADS": "2", "PYTHONPATH": str(_ROOT)}
    child = subprocess.Popen(
        [sys.executable, "-m", "fraud.claims.importing.sandbox"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environment,
    )
    try:
        return _watch(child, json.dumps(task).encode(), bounds)
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()


def _watch(child: subprocess.Popen[bytes], task: bytes, bounds: Bounds) -> dict[str, Any]:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(task)
    child.stdin.close()
    deadline = time.monotonic() + bounds.seconds
    while child.poll() is None:
        if time.monotonic() > deadline or _resident_megabytes(child.pid) > bounds.megabytes:
            raise FileQuarantined("reader_stopped", seconds=bounds.seconds, megabytes=bounds.megabytes)
        time.sleep(_POLL_SECONDS)
    text = child.stdout.read()
    if child.returncode or not text:
        raise FileQuarantined("reader_stopped", seconds=bounds.seconds, megabytes=bounds.megabytes)
    return dict(json.loads(text))


def _resident_megabytes(pid: int) -> float:
    """Resident memory of a process; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


def answer_to(task: Mapping[str, Any]) -> dict[str, Any]:
    """What the child does: stage the file within the limits; {"staged": True}, or what was wrong with the file."""
    seconds = int(task["seconds"]) * 2  # processor time of two threads
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    path, spec = Path(task["path"]), read_spec(task["spec"])
    try:
        context = Context(
            received_at=datetime.fromisoformat(task["received_at"]),
            latest=datetime.fromisoformat(task["latest"]),
            zone=task["zone"],
            card_key=base64.b64decode(task["card_key"]),
            is_history=task["is_history"],
        )
        staged = stage(
            lambda: open_table(path, spec),
            name=task["name"],
            spec=spec,
            context=context,
            folder=Path(task["folder"]),
        )
        staged.save()
    except FileQuarantined as error:
        return {"error": error.as_json()}
    return {"staged": True}


def main() -> int:
    """The child: read the task, stage the file, print one JSON object."""
    print(json.dumps(answer_to(json.loads(sys.stdin.buffer.read()))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
