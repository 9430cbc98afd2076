"""Databases that are migrated already: made once, kept in pytest's cache until the code changes, then copied.

Django takes some ten seconds to migrate an empty database, and every process and every company under test begins with one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
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
    command = [sys.executable, "manage.py", "migrate", "--no-input", "--skip-checks", "--verbosity", "0"]
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
    """The file to copy; the first process to need it makes it while the others wait."""
    kept = FOLDER / f"{_state_of_the_code()}.sqlite3"
    with _alone():
        if not kept.exists():
            for older in FOLDER.glob("*.sqlite3"):
                older.unlink()
            with tempfile.TemporaryDirectory() as home:
                migrate(Path(home))
                _settle(Path(home) / NAME)
                shutil.copyfile(Path(home) / NAME, kept.with_suffix(".new"))
            kept.with_suffix(".new").rename(kept)
    return kept


def _settle(file: Path) -> None:
    """Everything into the one file: what the write-ahead log still holds would not be copied."""
    import sqlite3

    connection = sqlite3.connect(file)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


@contextmanager
def _alone() -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _state_of_the_code() -> str:
    """What the tables can depend on: every module and template of ours, every library by version."""
    digest = hashlib.sha256()
    sources = [path for app in ("audit", "rules", "fraud", "cases") for path in (ROOT / app).rglob("*.py")]
    for path in [*sorted(sources), *sorted((ROOT / "requirements").glob("*.lock"))]:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:24]
