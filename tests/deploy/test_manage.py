"""`deploy/manage`: a command as the units run it, or a word why not; never with another database or login than theirs."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root works as another login"
)
#: Stands in for Python: says who it is, with which umask, what it was given, and what the file told.
STUB = """#!/bin/sh
echo "$(id -un) $(umask) $HOME"; pwd; for one in "$@"; do echo "<$one>"; done
echo "[$DATABASE_URL] [$SITE_NAME] [$EVIDENCE_SCAN_COMMAND]"
"""


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A checkout that other logins may read, with a Python of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "deploy").mkdir()
        shutil.copy(ROOT / "deploy/manage", folder / "deploy/manage")
        (folder / ".venv/bin").mkdir(parents=True)
        (folder / ".venv/bin/python").write_text(STUB)
        (folder / ".venv/bin/python").chmod(0o755)
        yield folder


def manage(checkout: Path, *words: str, login: str = "nobody") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(checkout / "deploy/manage"), *words],
        env={
            "PATH": os.environ["PATH"],
            "CLEANCARD_ENV": str(checkout / "cleancard.env"),
            "CLEANCARD_USER": login,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def told(checkout: Path, text: str) -> None:
    (checkout / "cleancard.env").write_text(text)
    (checkout / "cleancard.env").chmod(0o600)


def test_command_runs_as_the_units_do(checkout: Path) -> None:
    told(
        checkout,
        '# ours\n\nDATABASE_URL=postgresql://c:p$(touch run)=x@h/c?a=1 \nSITE_NAME="two words"\nEVIDENCE_SCAN_COMMAND=scan --no -',
    )
    done = manage(checkout, "nightly", "--reason", "two words")
    assert done.returncode == 0, done.stderr
    who, where, *rest = done.stdout.splitlines()
    assert who.split()[:2] == ["nobody", "0077"]
    assert "/root" not in who
    assert Path(where) == checkout
    assert rest == [
        "<manage.py>",
        "<nightly>",
        "<--reason>",
        "<two words>",
        "[postgresql://c:p$(touch run)=x@h/c?a=1] [two words] [scan --no -]",
    ]
    assert not (checkout / "run").exists()


def test_without_its_file_nothing_is_run(checkout: Path) -> None:
    done = manage(checkout, "nightly")
    assert (done.returncode, done.stdout) == (1, "")
    assert "cleancard.env is not there" in done.stderr


def test_line_that_sets_nothing_is_told_by_its_number_and_not_shown(checkout: Path) -> None:
    told(checkout, "DEBUG=0\nhunter2 secret\n")
    done = manage(checkout, "nightly")
    assert (done.returncode, done.stdout) == (1, "")
    assert "line 2" in done.stderr
    assert "hunter2" not in done.stderr


def test_login_that_is_not_there_is_told(checkout: Path) -> None:
    told(checkout, "DEBUG=0\n")
    done = manage(checkout, "nightly", login="no-such-login")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no login no-such-login" in done.stderr
