"""What one process of the web server worked out, for all of them: a file each in the home's folder of answers, few, and for minutes.

Whoever works something out holds its file locked. The others wait for that instead of working it out too; a process that dies lets go of it,
and the next one begins anew. Nothing rests on these files: deleting them costs only time.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from audit import clock

#: Seconds after which an answer is forgotten, and how many are kept at most; those that are being worked out stay.
KEEP, MOST = 600, 64


def answer_name(*key: Any) -> str:
    """The name of an answer: a hash of plain JSON that holds everything it depends on, its reader and the state of what it was read from too."""
    return hashlib.sha256(json.dumps(key, ensure_ascii=False).encode()).hexdigest()


def worked_out(name: str, work: Callable[[], Any]) -> Any:
    """The answer (plain JSON) of that name: the one that is there, or what `work` returns, which is then kept. Waits for whoever works on it.

    Raises what the work raises; nothing is kept then, and the next one tries.
    """
    with _held(name) as file:
        found = _read(file)
        if found is None:
            file.truncate(0)
            os.utime(file.fileno())  # since when it is worked on
            found = _write(file, work())
    _tidy()
    return found


def keep_answer_for_all(name: str, answer: Any) -> None:
    """Keep plain JSON under that name, in place of what was there."""
    with _held(name) as file:
        file.truncate(0)
        _write(file, answer)
    _tidy()


def answer_there(name: str) -> Any | None:
    """The answer of that name, which is then kept anew; None where there is none, or one that is being worked out."""
    with suppress(OSError), _path(name).open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        found = _read(file)
        if found is not None:
            os.utime(file.fileno())
        return found
    return None


def seconds_of_work(name: str) -> int:
    """Seconds since somebody began to work the answer out; 0 where nobody did."""
    with suppress(OSError):
        return max(round(clock.machine_now().timestamp() - _path(name).stat().st_mtime), 0)
    return 0


def _path(name: str) -> Path:
    return Path(settings.HOME) / "answers" / "shared" / f"{name}.json"


@contextmanager
def _held(name: str) -> Iterator[IO[str]]:
    """The file of that name, made if need be, and nobody else's meanwhile."""
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    while True:
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _is_there(file, path):  # it may have been tidied away between opening and holding it
                yield file
                return


def _is_there(file: IO[str], path: Path) -> bool:
    with suppress(FileNotFoundError):
        return os.fstat(file.fileno()).st_ino == path.stat().st_ino
    return False


def _read(file: IO[str]) -> Any | None:
    if clock.machine_now().timestamp() - os.fstat(file.fileno()).st_mtime > KEEP:
        return None
    file.seek(0)
    with suppress(ValueError):  # empty, or cut off by the end of a process
        return json.loads(file.read())["answer"]
    return None


def _write(file: IO[str], answer: Any) -> Any:
    text = json.dumps({"answer": answer}, ensure_ascii=False)
    file.seek(0)
    file.write(text)
    file.flush()
    return json.loads(text)["answer"]


def _tidy() -> None:
    found = []
    for path in _path("").parent.glob("*.json"):
        with suppress(OSError):
            found.append((path.stat().st_mtime, path))
    oldest = clock.machine_now().timestamp() - KEEP
    for number, (changed, path) in enumerate(sorted(found, reverse=True)):
        if number < MOST and changed >= oldest:
            continue
        with suppress(OSError), path.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
