"""Copying and loading a whole database, SQLite or PostgreSQL, and asking a copy in plain SQL."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from cases.backup.sets import Told, _

DUMPS: Final = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


class DatabaseProblem(Told):
    """The database, or a program it needs, did not do what was asked; the message is what it said."""


class Rows(Protocol):
    """A connection that answers plain SQL."""

    def execute(self, sql: str, /) -> Any: ...


def kind_of(database: Mapping[str, Any]) -> str:
    """`sqlite` or `postgresql`, of Django's settings of a database."""
    return "sqlite" if str(database["ENGINE"]).endswith("sqlite3") else "postgresql"


@contextmanager
def snapshot(database: Mapping[str, Any], target: Path) -> Iterator[Rows]:
    """Write the database as it is at one moment to `target`; yields a connection that sees exactly that moment.

    Nobody is kept from writing meanwhile. Raises DatabaseProblem, and OSError when the disk is full.
    """
    target.touch(mode=0o600)
    if kind_of(database) == "sqlite":
        _copy_sqlite(Path(str(database["NAME"])), target)
        with closing(sqlite3.connect(target)) as rows:
            yield rows
        return
    import psycopg

    with psycopg.connect(**_parameters(database)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        name = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert name is not None
        command = [
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={name[0]}",
            f"--file={target}",
        ]
        _run(command, database, target)
        yield connection


def load(database: Mapping[str, Any], dump: Path) -> None:
    """Load a dump into an empty PostgreSQL database, all of it or nothing. Raises DatabaseProblem."""
    _run(
        ["pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", str(dump)],
        database,
        dump,
    )


def empty(database: Mapping[str, Any]) -> None:
    """Take back what `load` put into a PostgreSQL database that was empty."""
    import psycopg

    with psycopg.connect(**_parameters(database)) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


@contextmanager
def opened(database: Mapping[str, Any], file: Path | None = None) -> Iterator[Rows]:
    """A connection that reads a database, or a SQLite file in its place. Raises DatabaseProblem."""
    if kind_of(database) == "sqlite":
        with closing(sqlite3.connect(file or str(database["NAME"]))) as lite:
            yield lite
        return
    import psycopg

    try:
        connection = psycopg.connect(**_parameters(database))
    except psycopg.OperationalError as error:
        raise DatabaseProblem(_("the database does not answer: %(why)s"), why=error) from None
    with connection:
        yield connection


def n_tables(database: Mapping[str, Any]) -> int:
    """How many tables there are; 0 for a SQLite file that does not exist, which stays so. Raises DatabaseProblem."""
    if kind_of(database) == "sqlite" and not Path(str(database["NAME"])).exists():
        return 0
    with opened(database) as rows:
        return len(tables_of(rows))


def tables_of(rows: Rows) -> list[str]:
    """The names of all tables."""
    sql = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
        if isinstance(rows, sqlite3.Connection)
        else "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    )
    return [str(row[0]) for row in rows.execute(sql).fetchall()]


def counts_of(rows: Rows) -> dict[str, int]:
    """Rows of each table."""
    return {
        name: int(rows.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0]) for name in tables_of(rows)
    }


def is_sound(file: Path) -> str:
    """What SQLite finds wrong with a file, "" for nothing."""
    try:
        with closing(sqlite3.connect(file)) as rows:
            said = str(rows.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        said = str(error)
    return "" if said == "ok" else said


def _copy_sqlite(source: Path, target: Path) -> None:
    """One step of SQLite's own copying: it reads one moment of the write-ahead log while others go on writing."""
    if not source.exists():
        raise DatabaseProblem(_("there is no database at %(file)s; is CLEANCARD_HOME right?"), file=source)
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as here,
            closing(sqlite3.connect(target)) as there,
        ):
            here.backup(there)
            # One file without companions: the copy is read where nobody may write beside it.
            there.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise DatabaseProblem(_("the database could not be copied: %(why)s"), why=error) from None
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _parameters(database: Mapping[str, Any]) -> dict[str, Any]:
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    return {there: str(database[here]) for here, there in names.items() if database.get(here)}


def _run(command: list[str], database: Mapping[str, Any], dump: Path) -> None:
    """A program of PostgreSQL; the password goes by the environment, where no list of processes shows it."""
    if shutil.which(command[0]) is None:
        raise DatabaseProblem(
            _("%(program)s is not installed: it comes with PostgreSQL's client programs (postgresql-client)"),
            program=command[0],
        )
    given = _parameters(database)
    names = {
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "host": "PGHOST",
        "port": "PGPORT",
        "dbname": "PGDATABASE",
    }
    env = {**os.environ, **{names[name]: value for name, value in given.items()}}
    if command[0] == "pg_restore":
        command = [*command[:-1], f"--dbname={given['dbname']}", command[-1]]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed program
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit {done.returncode}"]
        # The program's own words, in whatever language it speaks.
        raise DatabaseProblem(
            "%(program)s: %(said)s (%(file)s)", program=command[0], said=said[-1], file=dump.name
        )
