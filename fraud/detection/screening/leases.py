"""Leases: who works on a row, until when, and how to tell that the owner is gone.

A lease ends by the clock, or at once when its owner was a process of this machine that no longer exists or works on something else
by now: a night killed by hand or by the system, or cut off from the database, is taken up again without waiting. What a process works
on it shows by a lock on a file, which the system takes away from it however it ends. The token fences: work is stored only while the
row still carries it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache, wraps
from pathlib import Path
from typing import IO, ParamSpec, TypeVar

from django.conf import settings

from audit import clock
from fraud.detection.models import RunPart, ScreeningRun

#: How often a row is tried before it is set aside.
MAX_ATTEMPTS = 3

Row = TypeVar("Row", ScreeningRun, RunPart)
P = ParamSpec("P")
R = TypeVar("R")
#: What this process works on: token → the file it has locked.
_at_work: dict[str, IO[bytes]] = {}


class LeaseLost(Exception):
    """Somebody else has taken the row over; what was computed under the old token is thrown away."""


def new_token() -> str:
    """machine.process.start.random, at most 32 characters; locked until the work it was made for ends (`ends_its_leases`)."""
    pid = os.getpid()
    while True:
        token = f"{this_machine()}.{pid}.{_started(pid)}.{secrets.token_hex(3)}"[:32]
        path = _file_of(token)
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("wb")
        if _is_locked_as(file, path):
            _at_work[token] = file
            return token
        file.close()


def _is_locked_as(file: IO[bytes], path: Path) -> bool:
    """Lock a file just made; False where `forget_left` looked at it before it was locked, and perhaps took it away."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except (BlockingIOError, FileNotFoundError):
        return False


def forget_left() -> int:
    """Take away the files that killed processes left; how many. Nobody's who is alive, of whatever machine: theirs are locked."""
    gone = 0
    for path in _file_of("").glob("*"):
        with (
            suppress(OSError),
            path.open("rb") as file,
        ):  # locked, taken away by another, or in a home that is only read
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            path.unlink()
            gone += 1
    return gone


def ends_its_leases(work: Callable[P, R]) -> Callable[P, R]:
    """Around what takes leases: however it ends, also when the database could not be told, nobody waits for it any more."""

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        before = set(_at_work)
        try:
            return work(*args, **kwargs)
        finally:
            for token in set(_at_work) - before:
                _file_of(token).unlink(missing_ok=True)
                _at_work.pop(token).close()

    return run


def is_owner_gone(token: str) -> bool:
    """Whether the token's process ran on this machine and does not exist any more, or works on this no more; False where that cannot
    be known.
    """
    parts = token.split(".")
    if len(parts) != 4 or parts[0] != this_machine() or not parts[1].isdecimal():
        return False
    try:
        os.kill(int(parts[1]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _started(int(parts[1])) != parts[2] or not _is_at_work(token)


def _is_at_work(token: str) -> bool:
    try:
        with _file_of(token).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _file_of(token: str) -> Path:
    return Path(settings.HOME) / "leases" / token


def is_free(row: ScreeningRun | RunPart, now: datetime | None = None) -> bool:
    """No lease, an expired one, or one whose owner is gone."""
    if row.lease_until is None or not row.lease_token:
        return True
    return row.lease_until <= (now or clock.machine_now()) or is_owner_gone(row.lease_token)


def take(row: Row, token: str, **changes: object) -> bool:
    """Compare-and-set: put the lease on the row as it was read, with further changes; False when somebody was faster."""
    if not is_free(row):
        return False
    seen = {"pk": row.pk, "state": row.state, "lease_token": row.lease_token, "lease_until": row.lease_until}
    until = clock.machine_now() + timedelta(seconds=settings.LEASE_SECONDS)
    values = {**changes, "lease_token": token, "lease_until": until}
    return type(row).objects.filter(**seen).update(**values) == 1


def keep(row: Row, token: str, **changes: object) -> None:
    """Store changes while the lease holds and renew it. Raises LeaseLost."""
    until = clock.machine_now() + timedelta(seconds=settings.LEASE_SECONDS)
    if type(row).objects.filter(pk=row.pk, lease_token=token).update(**changes, lease_until=until) != 1:
        raise LeaseLost(str(row))


def release(row: Row, token: str, **changes: object) -> None:
    """Store changes and give the lease back. Raises LeaseLost."""
    values = {**changes, "lease_token": "", "lease_until": None}
    if type(row).objects.filter(pk=row.pk, lease_token=token).update(**values) != 1:
        raise LeaseLost(str(row))


@cache
def this_machine() -> str:
    """Eight digits for this boot of this machine: process numbers mean nothing elsewhere or after a restart."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    name = socket.gethostname() + (boot.read_text() if boot.exists() else "")
    return hashlib.sha256(name.encode()).hexdigest()[:8]


def _started(pid: int) -> str:
    """When a process started, in clock ticks since boot; it tells apart two processes that shared a number."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "0"
    return text.rpartition(")")[2].split()[19]
