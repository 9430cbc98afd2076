"""What takes long and is the same for all: made once, kept in pytest's cache until the code changes.

Migrated databases, to be copied: Django takes some ten seconds for an empty one, and every process and every company under test begins
with one. The small model of nights under test: a process that does not train need not load what trains.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".pytest_cache" / "cleancard-databases"
NAME = "cleancard.sqlite3"
_TEMPLATE = "migrated"


def migrate(home: Path, url: str = "") -> None:
    """`manage.py migrate` in a process of its own: into the file in `home`, or into the database at `url`."""
    env = {**os.environ, "CLEANCARD_HOME": str(home), "DATABASE_URL": url, "CLEANCARD_DEMO": "0"}
    env["DJANGO_SETTINGS_MODULE"] = "fraud.project.settings"
    # Not looking for circles meanwhile saves a sixth, not checking pages and settings a tenth.
    code = "import gc, sys; gc.disable(); from django.core.management import execute_from_command_line; execute_from_command_line(sys.argv)"
    command = [sys.executable, "-c", code, "migrate", "--no-input", "--skip-checks", "--verbosity", "0"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


def put_migrated_file(place: Path) -> None:
    """An empty migrated SQLite database at `place`, whose folder may be new."""
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(migrated_file(), place)


def new_migrated_database(server: str, name: str) -> str:
    """An empty migrated database on a PostgreSQL server; returns its URL."""
    import psycopg

    from tests.servers import new_database

    with psycopg.connect(server) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_TEMPLATE]).fetchone()
    if found is None:
        url = new_database(server, "migrating")
        with tempfile.TemporaryDirectory() as home:
            migrate(Path(home), url)
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "migrating" RENAME TO "{_TEMPLATE}"')
    return new_database(server, name, _TEMPLATE)


@cache
def migrated_file() -> Path:
    """The file to copy."""
    return made_once("migrated.sqlite3", _make_migrated)


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """What `make` puts at a place, a file or a folder; the first process to need it makes it while the others wait."""
    kept = FOLDER / f"{_state_of_the_code()}-{name}"
    with _alone(name):
        if not kept.exists():
            for older in FOLDER.glob(f"*-{name}"):  # of other code, or of a run that was cut off
                shutil.rmtree(older) if older.is_dir() else older.unlink()
            new = kept.with_name(f"{os.getpid()}-{name}")
            make(new)
            new.rename(kept)
    return kept


def _make_migrated(place: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        migrate(Path(home))
        _settle(Path(home) / NAME)
        shutil.copyfile(Path(home) / NAME, place)


def _settle(file: Path) -> None:
    """Everything into the one file: what the write-ahead log still holds would not be copied."""
    import sqlite3

    connection = sqlite3.connect(file)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


@contextmanager
def _alone(name: str) -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{name}.lock").open("w") as lock:  # none of the names that go when something is made anew
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@cache
def _state_of_the_code() -> str:
    """What it can depend on: every module of ours, every library by version, and how tests make it."""
    digest = hashlib.sha256()
    sources = [path for app in ("audit", "rules", "fraud", "cases") for path in (ROOT / app).rglob("*.py")]
    makers = [Path(__file__), *sorted((ROOT / "tests").glob("night_*.py"))]
    for path in [*sorted(sources), *makers, *sorted((ROOT / "requirements").glob("*.lock"))]:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:24]
