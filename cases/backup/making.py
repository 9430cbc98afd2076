"""Making a set: the database of one moment, then every file it names, then the manifest; under its own name only when it is whole."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from itertools import chain, count
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor
from audit.faults import hit
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from cases.backup import contents, databases
from cases.backup.sets import (
    HEADS,
    PREFIX,
    UNFINISHED,
    Manifest,
    copy_hashed,
    fingerprint,
    hash_file,
    remove_set,
    whole_sets,
    write_manifest,
)

#: Secrets by the name of their file in the home.
KEYS = {"secret-key": "SECRET_KEY", "card-token-key": "CARD_TOKEN_KEY"}
_MODEL_MANIFEST = "manifest.json"


class BackupFailed(RuntimeError):
    """No set was made, and nothing of one is left; the message says why."""


@dataclass(frozen=True, slots=True)
class Made:
    """A finished set."""

    folder: Path
    manifest: Manifest
    seal: str
    removed: list[str]  # older sets that were taken away


@dataclass(slots=True)
class _Copied:
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


def make_backup(*, into: Path, by: Actor, with_keys: bool = True, keep: int | None = None) -> Made:
    """Write a set below `into` while everything else goes on; `keep`: how many sets may lie there afterwards.

    Raises BackupFailed, for a full disk as well: then nothing that could be taken for a set is left.
    """
    try:
        into.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone_in(into):
            name = _free_name(into)
            part = into / f"{UNFINISHED}{name}"
            part.mkdir(mode=0o700)
            try:
                manifest = _fill(part, with_keys)
                hit("backup.copied")
                seal = write_manifest(part, manifest)
                _to_disk(part)
                part.rename(into / name)
                _to_disk(into, deep=False)
            except BaseException:
                shutil.rmtree(part, ignore_errors=True)
                raise
            removed = _forget_older(into, keep)
    except (OSError, databases.DatabaseProblem) as error:
        why = str(error)
        raise BackupFailed(_("%(why)s. No set was made; nothing was changed.") % {"why": why}) from error
    with one_transaction():
        record(
            action="backup.made",
            by=by,
            subject=CONFIG,
            after={"set": name, "seal": seal, "n_files": len(manifest.files)},
        )
    return Made(into / name, manifest, seal, removed)


def _free_name(into: Path) -> str:
    """The name of a set made now; a second one of the same second (asked for twice, or after an interruption) has a number behind."""
    name = f"{PREFIX}{clock.now().astimezone(UTC):%Y%m%dT%H%M%SZ}"
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(one for one in names if not (into / one).exists())


@contextmanager
def _alone_in(into: Path) -> Iterator[None]:
    """One backup at a time below a folder; what an interrupted one left is taken away. Raises BackupFailed."""
    with (into / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            busy = _("Another backup writes to %(folder)s now. Wait until it has ended; no set was made.")
            raise BackupFailed(busy % {"folder": into}) from None
        for left in into.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def _fill(part: Path, with_keys: bool) -> Manifest:
    database: Any = settings.DATABASES["default"]
    kind = databases.kind_of(database)
    with ExitStack() as held:
        # An import that ends while we copy takes its bytes away: held open, they can still be read.
        uploads = _open_uploads(held, {})
        with databases.snapshot(database, part / databases.DUMPS[kind]) as rows:
            hit("backup.snapshot")
            copied = _Copied()
            _copy_evidence(part, rows, copied)
            _copy_models(part, rows, copied)
            _copy_uploads(part, _open_uploads(held, uploads), contents.unfinished_uploads(rows), copied)
            heads = contents.heads_of(rows)
            n_entries, faults = contents.chain_faults(rows, heads)
            migrations, tables = contents.migrations_of(rows), databases.counts_of(rows)
    _write(part / HEADS, json.dumps(heads, indent=1))
    keys = _copy_keys(part, copied, with_keys)
    for name in (databases.DUMPS[kind], HEADS):
        copied.files[name] = hash_file(part / name)
    return Manifest(
        made_at=clock.now().isoformat(timespec="seconds"),
        database={"kind": kind, "file": databases.DUMPS[kind]},
        migrations=migrations,
        tables=tables,
        n_entries=n_entries,
        chain_faults=[fault.sentence for fault in faults],
        keys=keys,
        files=dict(sorted(copied.files.items())),
        missing=sorted(copied.missing),
        counts=copied.counts,
    )


def _copy_evidence(part: Path, rows: databases.Rows, copied: _Copied) -> None:
    """Every file of evidence and its previews. What is not there, or not what was sent, is told and keeps no set from being made."""
    n = 0
    for named in contents.evidence_files(rows):
        source = Path(settings.MEDIA_ROOT) / Path(named.path).relative_to("media")
        if not source.is_file():
            copied.missing.append(named.path)
            continue
        for file in [source, *sorted(source.parent.glob(f"{source.name}.*.jpg"))]:
            _copy(file, part, f"{Path(named.path).parent.as_posix()}/{file.name}", copied)
        n += 1
        if copied.files[named.path]["sha256"] != named.sha256:
            copied.missing.append(named.path)
    copied.counts["evidence"] = n


def _copy_models(part: Path, rows: databases.Rows, copied: _Copied) -> None:
    folders = contents.model_folders(rows)
    for folder, sha256 in folders.items():
        source = Path(settings.MODELS_DIR) / folder
        for file in sorted(source.iterdir()) if source.is_dir() else ():
            if file.is_file():
                _copy(file, part, f"models/{folder}/{file.name}", copied)
        known = copied.files.get(f"models/{folder}/{_MODEL_MANIFEST}", {})
        if known.get("sha256") != sha256:
            copied.missing.append(f"models/{folder}/{_MODEL_MANIFEST}")
    copied.counts["models"] = len(folders)


def _open_uploads(held: ExitStack, known: dict[str, BinaryIO]) -> dict[str, BinaryIO]:
    """Every delivered file that waits for its import, open; those that came since are added."""
    folder = Path(settings.MEDIA_ROOT) / "incoming"
    for path in sorted([*folder.glob("file-*"), *folder.glob("parts-*")]):
        if path.name not in known:
            try:
                known[path.name] = held.enter_context(path.open("rb"))
            except FileNotFoundError:
                continue
    return known


def _copy_uploads(part: Path, uploads: dict[str, BinaryIO], wanted: set[str], copied: _Copied) -> None:
    for name in sorted(set(uploads) & wanted):
        path = f"media/incoming/{name}"
        copied.files[path] = copy_hashed(uploads[name], part / path)
    copied.counts["uploads"] = len(set(uploads) & wanted)


def _copy_keys(part: Path, copied: _Copied, with_keys: bool) -> dict[str, dict[str, Any]]:
    """The keys that lie in the home; one that the environment gives is only noted."""
    told = {}
    for name, setting in KEYS.items():
        path, key = Path(settings.HOME) / name, str(getattr(settings, setting))
        in_set = with_keys and path.is_file() and path.read_text(encoding="utf-8").strip() == key
        if in_set:
            _copy(path, part, f"keys/{name}", copied)
        told[name] = {"fingerprint": fingerprint(name, key), "in_set": in_set}
    return told


def _copy(source: Path, part: Path, name: str, copied: _Copied) -> None:
    with source.open("rb") as file:
        copied.files[name] = copy_hashed(file, part / name)


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


def _to_disk(folder: Path, *, deep: bool = True) -> None:
    """Names of files are kept by their folder: that has to reach the disk as well."""
    for path in [folder, *(p for p in folder.rglob("*") if p.is_dir())] if deep else [folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _forget_older(into: Path, keep: int | None) -> list[str]:
    if keep is None:
        return []
    older = whole_sets(into)[: -max(keep, 1)]
    for one in older:
        remove_set(one)
    return [one.name for one in older]
