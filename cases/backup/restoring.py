"""Putting a set back: everything is checked before anything is touched, and the database comes last.

A home that holds a company is never written over. What an interrupted restore left is known by its staging folder beside no
database, and taken away by the next one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext_noop as _

from audit.actor import Actor
from audit.faults import hit
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from cases.backup import contents, databases
from cases.backup.making import KEYS
from cases.backup.sets import (
    HEADS,
    Manifest,
    SetRefused,
    check_files,
    copy_hashed,
    fingerprint,
    read_manifest,
)
from fraud.detection.models import RunPart, ScreeningRun

STAGING = ".restoring"
#: Whose migrations say how new a set is; a library that is used no more leaves its own behind.
OWN_APPS = ("audit", "rules", "fraud", "cases")
#: What a company keeps in its home beside database and keys.
FOLDERS = ("media", "models")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back; with migrations pending, `begin_again` has to wait for them."""

    name: str
    manifest: Manifest
    pending: list[str]  # migrations this program has and the set has not: `migrate` applies them


def check_set(*, folder: Path, seal: str = "", with_damage: bool = False) -> Manifest:
    """Everything that can be known of a set without writing anything. Raises SetRefused."""
    manifest = read_manifest(folder, seal=seal)
    _check_program(manifest)
    check_files(folder, manifest)
    if manifest.database["kind"] == "sqlite":
        file = folder / manifest.database["file"]
        if why := databases.is_sound(file):
            raise SetRefused(
                "damaged", _("the database of the set is damaged: %(why)s. Take another set."), why=why
            )
        with databases.opened({"ENGINE": "sqlite3"}, file) as rows:
            _check_contents(rows, folder, manifest, with_damage)
    elif manifest.chain_faults and not with_damage:
        raise _broken(manifest.chain_faults)
    return manifest


def restore_backup(*, folder: Path, seal: str = "", with_damage: bool = False) -> Restored:
    """Put a set into this home, which must be empty, and its database.

    `with_damage`: also a set whose audit chains were broken when it was made. Raises SetRefused before anything is written,
    DatabaseProblem and OSError when it could not be finished; then the home is empty as before.
    """
    home = Path(settings.HOME)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    database: Any = settings.DATABASES["default"]
    _take_back(home, database)
    manifest = check_set(folder=folder, seal=seal, with_damage=with_damage)
    _check_place(home, database, manifest)
    with _or_nothing(home, database):
        _stage(folder, home, manifest)
        hit("restore.staged")
        _switch_files(home)
        hit("restore.switched")
        _switch_database(home, database, folder, manifest, with_damage)
    return Restored(folder.name, manifest, _pending(manifest))


@one_transaction()
def begin_again(restored: Restored, *, by: Actor) -> None:
    """Free what was being worked on when the set was made, since nobody works on it here, and say in the audit log what was put back."""
    for table in (ScreeningRun, RunPart):
        table.objects.exclude(lease_token="").update(lease_token="", lease_until=None)
    record(
        action="backup.restored",
        by=by,
        subject=CONFIG,
        after={"set": restored.name, "made_at": restored.manifest.made_at},
    )


def _check_program(manifest: Manifest) -> None:
    """Raises SetRefused for a set of a newer program."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    own = {name for name in manifest.migrations if name.partition(".")[0] in OWN_APPS}
    if unknown := sorted(own - known):
        raise SetRefused(
            "newer_schema",
            _(
                "the set was made by another version of the program: it has %(name)s (migrations this one lacks: %(n)s). Install the version that made it, or a newer one."
            ),
            name=unknown[0],
            n=len(unknown),
        )


def _pending(manifest: Manifest) -> list[str]:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    return sorted(known - set(manifest.migrations))


def _check_contents(rows: databases.Rows, folder: Path, manifest: Manifest, with_damage: bool) -> None:
    """Rows by table, and every audit chain up to the head the set keeps. Raises SetRefused."""
    if (found := databases.counts_of(rows)) != manifest.tables:
        table = next(
            name
            for name in sorted({**found, **manifest.tables})
            if found.get(name) != manifest.tables.get(name)
        )
        raise SetRefused(
            "damaged",
            _("%(table)s has %(n)s rows, %(wanted)s were written. Take another set."),
            table=table,
            n=f"{found.get(table, 0):,}",
            wanted=f"{manifest.tables.get(table, 0):,}",
        )
    raw = json.loads((folder / HEADS).read_text(encoding="utf-8"))
    heads = {subject: (int(seq), str(digest)) for subject, (seq, digest) in raw.items()}
    faults = contents.chain_faults(rows, heads)[1]
    if faults and not with_damage:
        raise _broken([fault.sentence for fault in faults])


def _broken(sentences: list[str]) -> SetRefused:
    return SetRefused(
        "chain",
        _(
            "damaged audit chains of the set, also when it was made: %(n)s; first: %(first)s. Take an earlier set, or give --with-damage to keep this one with what is wrong in it."
        ),
        n=len(sentences),
        first=sentences[0],
    )


def _check_place(home: Path, database: Any, manifest: Manifest) -> None:
    """Raises SetRefused for a home or database that holds something, another kind of database, and keys that do not fit."""
    kind = databases.kind_of(database)
    if kind != manifest.database["kind"]:
        raise SetRefused(
            "other_database",
            _(
                "the set is of %(kind)s, and DATABASE_URL names %(other)s. Give an empty database of the same kind (for SQLite leave DATABASE_URL out)."
            ),
            kind=manifest.database["kind"],
            other=kind,
        )
    if n := databases.n_tables(database):
        raise SetRefused(
            "not_empty",
            _(
                "the database has %(n)s tables already; a set is only put into an empty one. Set CLEANCARD_HOME (and DATABASE_URL) to a new place, or move the old ones away first."
            ),
            n=n,
        )
    for name in FOLDERS:
        if any((home / name).rglob("*")):
            raise SetRefused(
                "not_empty",
                _(
                    "%(folder)s is not empty; a set is only put into an empty home. Set CLEANCARD_HOME to a new folder, or move the old one away first."
                ),
                folder=home / name,
            )
    key = manifest.keys["card-token-key"]
    mine, given = (
        str(settings.CARD_TOKEN_KEY),
        os.environ.get("CARD_TOKEN_KEY") or os.environ.get("CARD_TOKEN_KEY_FILE"),
    )
    if fingerprint("card-token-key", mine) != key["fingerprint"] and (given or not key["in_set"]):
        said = (
            _(
                "CARD_TOKEN_KEY is not the one of this set: cards would not be known again. Put the right key into %(file)s or into CARD_TOKEN_KEY, or leave CARD_TOKEN_KEY out: the set has it."
            )
            if key["in_set"]
            else _(
                "CARD_TOKEN_KEY is not the one of this set: cards would not be known again. Put the right key into %(file)s or into CARD_TOKEN_KEY: the set was made without keys."
            )
        )
        raise SetRefused("keys", said, file=home / "card-token-key")


@contextmanager
def _or_nothing(home: Path, database: Any) -> Iterator[None]:
    staging = home / STAGING
    staging.mkdir(mode=0o700)
    try:
        yield
    except BaseException:
        _take_back(home, database)
        raise
    shutil.rmtree(staging)


def _take_back(home: Path, database: Any) -> None:
    """Take away what an interrupted restore left. The database is its last step: where that is there, only the staging is left over."""
    staging = home / STAGING
    if not staging.is_dir():
        return
    if not databases.n_tables(database):
        for name in FOLDERS:
            shutil.rmtree(home / name, ignore_errors=True)
    shutil.rmtree(staging)


def _stage(folder: Path, home: Path, manifest: Manifest) -> None:
    """Copy every file beside where it belongs, on the same disk, and hold the copy against its hash. Raises SetRefused."""
    for name, wanted in manifest.files.items():
        with (folder / name).open("rb") as source:
            written = copy_hashed(source, home / STAGING / name)
        if written != wanted:
            raise SetRefused("damaged", _("%(file)s changed while it was read. Take another set."), file=name)


def _switch_files(home: Path) -> None:
    """Rename what was staged to where it belongs."""
    staging = home / STAGING
    for name in FOLDERS:
        if (staging / name).is_dir():
            if (home / name).is_dir():
                _remove_empty(home / name)
            os.replace(staging / name, home / name)
    for name in KEYS:
        if (staging / "keys" / name).is_file():
            os.replace(staging / "keys" / name, home / name)


def _switch_database(home: Path, database: Any, folder: Path, manifest: Manifest, with_damage: bool) -> None:
    """The last step: without a database there is no company. Raises SetRefused, and then the database is empty again."""
    staged = home / STAGING / manifest.database["file"]
    if manifest.database["kind"] == "postgresql":
        databases.load(database, staged)
        try:
            with databases.opened(database) as rows:
                _check_contents(rows, folder, manifest, with_damage)
        except BaseException:
            databases.empty(database)
            raise
        return
    target = Path(str(database["NAME"]))
    target.parent.mkdir(parents=True, exist_ok=True)
    for companion in ("-wal", "-shm"):
        target.with_name(target.name + companion).unlink(missing_ok=True)
    if (
        os.stat(staged).st_dev != os.stat(target.parent).st_dev
    ):  # the database lies on another disk: beside it first
        beside = target.with_name(target.name + STAGING)
        shutil.copyfile(staged, beside)
        staged = beside
    staged.chmod(0o600)
    os.replace(staged, target)


def _remove_empty(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir()
    folder.rmdir()
