"""The form of a backup set on disk, without Django: files with their hashes under one sealed manifest.

A set is a folder `cleancard-<UTC time>`. It is written under another name and renamed when it is whole, the manifest last; so
whatever has no manifest is no set. The seal is the hash of the manifest: whoever wrote it down elsewhere knows the set again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from rules.language.korean import with_particles

FORMAT: Final = "cleancard-backup"
FORMAT_VERSION: Final = 1
MANIFEST: Final = "manifest.json"
HEADS: Final = "heads.json"
PREFIX: Final = "cleancard-"
UNFINISHED: Final = ".unfinished-"
_PIECE = 1 << 20


def _(text: str) -> str:
    """Marks a sentence for translators; whoever shows it translates it (`Told`)."""
    return text


class Told(Exception):
    """What went wrong, as an English sentence and its values, so that a command can say it in the terminal's language."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence, self.values = sentence, values

    def said(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language of `translate`."""
        return with_particles(
            translate(self.sentence) % self.values if self.values else translate(self.sentence)
        )


class SetRefused(Told):
    """A set that cannot be used; `code` is stable, the message says why and what would be right.

    Codes: no_set, unfinished, foreign, newer_format, damaged, wrong_seal, newer_schema, other_database, not_empty, keys, chain.
    """

    def __init__(self, code: str, sentence: str, **values: object) -> None:
        super().__init__(sentence, **values)
        self.code = code


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a set says of itself. Times are ISO 8601 in UTC, sizes bytes, hashes SHA-256 in hexadecimal."""

    made_at: str
    database: dict[str, str]  # "kind" (sqlite | postgresql), "file"
    migrations: list[str]  # "app.name", as applied
    tables: dict[str, int]  # rows by table
    n_entries: int  # of the audit log
    chain_faults: list[str]  # sentences; empty where every chain is whole
    keys: dict[str, dict[str, Any]]  # name → "fingerprint", "in_set"
    files: dict[str, dict[str, Any]]  # path below the set → "size", "sha256"
    missing: list[str]  # files the database names that were not there, or not as it knows them
    counts: dict[str, int] = field(default_factory=dict)  # evidence, models, uploads: for people

    @property
    def n_bytes(self) -> int:
        """Bytes of all files."""
        return sum(int(one["size"]) for one in self.files.values())


def fingerprint(name: str, key: str) -> str:
    """Sixteen hexadecimal digits by which a key is known again without telling it."""
    return hashlib.sha256(f"cleancard-key:{name}:{key}".encode()).hexdigest()[:16]


def copy_hashed(source: BinaryIO, target: Path) -> dict[str, Any]:
    """Copy to a new file that only its owner may read, down to the disk; its size and hash. Raises OSError when the disk is full."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while piece := source.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    return {"size": size, "sha256": digest.hexdigest()}


def hash_file(path: Path) -> dict[str, Any]:
    """Size and hash of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return {"size": size, "sha256": digest.hexdigest()}


def write_manifest(folder: Path, manifest: Manifest) -> str:
    """Seal a set; returns the seal. The manifest is its last file."""
    body = asdict(manifest)
    seal = _seal(body)
    text = json.dumps({"format": FORMAT, "format_version": FORMAT_VERSION, "seal": seal, **body}, indent=1)
    target = folder / MANIFEST
    with os.fdopen(
        os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    return seal


def read_manifest(folder: Path, *, seal: str = "") -> Manifest:
    """The manifest of a set. Raises SetRefused: no set, unfinished, foreign, newer, damaged, or not the one of this seal."""
    if not folder.is_dir():
        raise SetRefused(
            "no_set", _("%(folder)s is not a folder. Give the folder of a set, cleancard-…."), folder=folder
        )
    if not (folder / MANIFEST).is_file():
        raise SetRefused(
            "unfinished",
            _(
                "%(folder)s has no %(file)s: either it is no set, or a backup that did not finish. Take another set."
            ),
            folder=folder,
            file=MANIFEST,
        )
    try:
        raw = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if not isinstance(raw, dict) or raw.get("format") != FORMAT:
            raise SetRefused(
                "foreign", _("%(file)s was not written by a backup of this program."), file=folder / MANIFEST
            )
        if raw.get("format_version") != FORMAT_VERSION:
            raise SetRefused(
                "newer_format",
                _("the set has form %(form)s, this program reads %(own)s. Use the program that made it."),
                form=raw.get("format_version"),
                own=FORMAT_VERSION,
            )
        body = {
            name: value for name, value in raw.items() if name not in {"format", "format_version", "seal"}
        }
        manifest = Manifest(**body)
        known = str(raw["seal"])
    except (ValueError, TypeError, KeyError) as error:
        raise SetRefused(
            "damaged",
            _("%(file)s cannot be read: %(why)s. Take another set."),
            file=folder / MANIFEST,
            why=error,
        ) from None
    if _seal(body) != known:
        raise SetRefused(
            "damaged",
            _("%(file)s was changed after it was written. Take another set."),
            file=folder / MANIFEST,
        )
    if seal and seal.lower() != known:
        raise SetRefused(
            "wrong_seal", _("this is the set %(known)s, not %(asked)s."), known=known, asked=seal.lower()
        )
    return manifest


def check_files(folder: Path, manifest: Manifest) -> None:
    """Hold every file of a set against its hash. Raises SetRefused naming the first that is missing, changed or not of the set."""
    found = {path.relative_to(folder).as_posix() for path in all_files(folder)} - {MANIFEST}
    if missing := sorted(set(manifest.files) - found):
        raise SetRefused(
            "damaged",
            _("%(file)s is missing from the set (missing files: %(n)s). Take another set."),
            file=missing[0],
            n=len(missing),
        )
    if extra := sorted(found - set(manifest.files)):
        raise SetRefused(
            "damaged",
            _("%(file)s is not a file of the set (such files: %(n)s). Take it away, or take another set."),
            file=extra[0],
            n=len(extra),
        )
    for name, wanted in sorted(manifest.files.items()):
        size = (folder / name).stat().st_size
        if size != wanted["size"]:
            raise SetRefused(
                "damaged",
                _("%(file)s has %(size)s bytes, %(wanted)s were written. Take another set."),
                file=name,
                size=f"{size:,}",
                wanted=f"{wanted['size']:,}",
            )
        if hash_file(folder / name)["sha256"] != wanted["sha256"]:
            raise SetRefused(
                "damaged",
                _("%(file)s is not what was written (SHA-256 differs). Take another set."),
                file=name,
            )


def all_files(folder: Path) -> Iterator[Path]:
    """Every file and link below a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_dir():
            yield path


def whole_sets(folder: Path) -> list[Path]:
    """The finished sets in a folder, the oldest first."""
    return sorted(path for path in folder.glob(f"{PREFIX}*") if (path / MANIFEST).is_file())


def remove_set(folder: Path) -> None:
    """Take a set away, its manifest first: what is left of an interrupted removal is no set any more."""
    (folder / MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(folder)


def _seal(body: Mapping[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
