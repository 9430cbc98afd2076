"""What shows that somebody works: a locked file each, taken away when its process is gone and never before."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import pytest

from fraud.detection.screening import leases
from fraud.detection.screening.leases import ends_its_leases, forget_left, new_token

_HOLDS = "import fcntl, sys, time; f = open(sys.argv[1], 'wb'); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); time.sleep(600)"


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path
    return tmp_path / "leases"


def test_what_killed_processes_left_is_taken_away_and_what_is_worked_on_stays(folder: Path) -> None:
    @ends_its_leases
    def works() -> tuple[str, int, set[str]]:
        ours = new_token()
        for left in ("ffffffff.1.1.abcdef", f"{leases.this_machine()}.{2**22 + 1}.0.abc"):
            (folder / left).touch()
        theirs = folder / "eeeeeeee.7.7.abcdef"  # a process of another boot or machine, and alive
        with subprocess.Popen(
            [sys.executable, "-c", _HOLDS, str(theirs)], stdout=subprocess.PIPE, text=True
        ) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "held\n"
            n = forget_left()
            kept = {path.name for path in folder.iterdir()}
            other.kill()
        return ours, n, kept

    ours, n, kept = works()
    assert n == 2
    assert kept == {ours, "eeeeeeee.7.7.abcdef"}
    assert forget_left() == 1  # the other was killed, as `kill -9` does it: its lock went with it
    assert list(folder.iterdir()) == []


def test_a_lease_made_while_somebody_tidies_is_not_lost(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between making the file and locking it nothing tells it from one that was left."""
    real, taken = fcntl.flock, []

    def tidied_first(file: IO[bytes], how: int) -> None:
        if how == fcntl.LOCK_EX | fcntl.LOCK_NB and not taken:
            taken.append(True)
            taken.append(forget_left())
        real(file, how)

    monkeypatch.setattr(leases.fcntl, "flock", tidied_first)

    @ends_its_leases
    def works() -> bool:
        return leases._is_at_work(new_token())

    assert works()
    assert taken == [True, 1]
    assert list(folder.iterdir()) == []


def test_a_home_that_can_only_be_read_is_left_as_it_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    (folder / "ffffffff.1.1.abcdef").touch()

    def refused(self: Path, **_options: Any) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "unlink", refused)
    assert forget_left() == 0
