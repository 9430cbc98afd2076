"""Reading in a process of its own, with limits on memory and time, so that no file can hurt the rest.

`ask_child` gives a task to ``python -m fraud.claims.importing.bounded``, watches it and kills it when it grows or lasts too long. The child
holds no database connection and knows no Django. Each child reads one file. Its imports take longer than most files: `warm` starts one
ahead, which waits for its task for some minutes and then ends by itself.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import resource
import select
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fraud.claims.importing.problems import FileQuarantined

_ROOT = Path(__file__).resolve().parents[3]
_POLL_SECONDS = 0.02
_ASK_EVERY = 25  # polls between two questions whether to go on
_IDLE_SECONDS = 600
#: What almost every task needs.
_USUAL = "fraud.claims.importing.sandbox"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What reading one file may cost."""

    seconds: int = 60
    megabytes: int = 1_000


USUAL = Bounds()
_log = logging.getLogger(__name__)


class _Died(Exception):
    """The child ended without an answer: of itself, as no task came, or by what it was given."""


Child = subprocess.Popen[bytes]
_spare: tuple[int, float, Child] | None = None  # process that started it, when, the child
_lock = threading.Lock()


def warm() -> None:
    """Start a child ahead, unless one of this process waits already; it ends with this process."""
    global _spare
    with _lock:
        if _usable() is None:
            _spare = (os.getpid(), time.monotonic(), _start())


def ask_child(
    module: str, task: Mapping[str, Any], bounds: Bounds, going_on: Callable[[], None] | None = None
) -> dict[str, Any]:
    """What `answer_to` of a module says to a task, asked in a child. `going_on` is called now and then and may raise to stop it.

    Raises FileQuarantined: `reader_stopped` where the child had to be killed or was by the system, `reader_failed` where the program itself failed.
    """
    given = json.dumps({**task, "module": module, "seconds": bounds.seconds}).encode()
    waited = _take()
    for child in (waited, None) if waited else (None,):
        try:
            return _ask(child or _start(), given, bounds, going_on)
        except _Died:  # one that waited may have died before: another is asked
            continue
    raise _stopped(bounds)


def _stopped(bounds: Bounds) -> FileQuarantined:
    return FileQuarantined("reader_stopped", seconds=bounds.seconds, megabytes=bounds.megabytes)


def _take() -> Child | None:
    global _spare
    with _lock:
        child, _spare = _usable(), None
        return child


def _usable() -> Child | None:
    """The child that waits, if this process started it and it is not about to end."""
    if _spare is None or _spare[0] != os.getpid():
        return None
    _, started, child = _spare
    return child if child.poll() is None and time.monotonic() - started < _IDLE_SECONDS - 30 else None


def _start() -> Child:
    environment = {**os.environ, "POLARS_MAX_THREADS": "2", "PYTHONPATH": str(_ROOT)}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "fraud.claims.importing.bounded"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=environment,
    )


def _ask(child: Child, task: bytes, bounds: Bounds, going_on: Callable[[], None] | None) -> dict[str, Any]:
    try:
        return _watch(child, task, bounds, going_on)
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
        assert child.stdout is not None
        child.stdout.close()


def _watch(child: Child, task: bytes, bounds: Bounds, going_on: Callable[[], None] | None) -> dict[str, Any]:
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(task)
        child.stdin.close()
    except BrokenPipeError as error:
        raise _Died from error
    deadline = time.monotonic() + bounds.seconds
    polls = 0
    while child.poll() is None:
        if time.monotonic() > deadline or _resident_megabytes(child.pid) > bounds.megabytes:
            raise _stopped(bounds)
        if going_on is not None and polls % _ASK_EVERY == 0:
            going_on()
        polls += 1
        time.sleep(_POLL_SECONDS)
    text = child.stdout.read()
    if child.returncode or not text:
        raise _Died
    answer: dict[str, Any] = json.loads(text)
    if "failed" in answer:
        _log.error("reading a file failed: %s", answer["failed"])
        raise FileQuarantined("reader_failed", error=answer["failed"])
    return answer


def _resident_megabytes(pid: int) -> float:
    """Resident memory of a process; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


def main() -> int:
    """The child: import what is usual, wait for the task, answer it with one JSON object."""
    importlib.import_module(_USUAL)
    ready, _, _ = select.select([sys.stdin.buffer], [], [], _IDLE_SECONDS)
    text = sys.stdin.buffer.read() if ready else b""
    if not text:
        return 1
    task = json.loads(text)
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + int(task["seconds"]) * 2  # processor time of two threads
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = importlib.import_module(task["module"]).answer_to(task)
    except MemoryError:
        return 1
    except Exception as error:
        answer = {"failed": _where(error)}
    print(json.dumps(answer))
    return 0


def _where(error: Exception) -> str:
    """The kind of an error and where it arose: never its words, which may hold what the file says."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    ours = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).is_relative_to(_ROOT)]
    frame = ours[-1] if ours else frame
    return f"{type(error).__name__}, {Path(frame.filename).name}:{frame.lineno}"


if __name__ == "__main__":
    sys.exit(main())
