"""What a database says of itself, in plain SQL: the files it names, its migrations, its audit chains."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from audit.chain import FIELDS, Fault, first_fault
from cases.backup.databases import Rows, tables_of

_ENTRIES = f"SELECT {', '.join(chr(34) + name + chr(34) for name in (*FIELDS, 'hash'))} FROM audit_auditevent ORDER BY subject, seq"
#: An import is over in these; its delivered bytes are gone.
_ENDED = ("imported", "rejected", "quarantined", "cancelled")


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file below the home that the database knows: its path, its hash ("" where it keeps none), and whether it has to be there."""

    path: str
    sha256: str = ""


def evidence_files(rows: Rows) -> Iterator[NamedFile]:
    """Evidence by its row; what was erased by its period is not looked for."""
    erased = "WHERE erased_at IS NULL" if has_column(rows, "cases_evidence", "erased_at") else ""
    for key, sha256 in rows.execute(
        f"SELECT key, sha256 FROM cases_evidence {erased} ORDER BY id"
    ).fetchall():
        yield NamedFile(f"media/evidence/{key[:2]}/{key}", sha256)


def model_folders(rows: Rows) -> dict[str, str]:
    """Folder of every model version → the hash of its manifest."""
    return dict(rows.execute("SELECT folder, sha256 FROM fraud_modelversion ORDER BY id").fetchall())


def unfinished_uploads(rows: Rows) -> set[str]:
    """Names of the delivered bytes that an import still needs, also of files that are not all there yet."""
    ended = ", ".join(f"'{state}'" for state in _ENDED)
    found = rows.execute(f"SELECT id FROM fraud_claimfile WHERE state NOT IN ({ended})").fetchall()
    names = {f"file-{row[0]}" for row in found}
    if "fraud_uploadinparts" in tables_of(rows):
        half = rows.execute("SELECT id FROM fraud_uploadinparts WHERE file_id IS NULL").fetchall()
        names |= {f"parts-{row[0]}" for row in half}
    return names


def migrations_of(rows: Rows) -> list[str]:
    """The migrations that were applied, as `app.name`."""
    return sorted(
        f"{app}.{name}" for app, name in rows.execute("SELECT app, name FROM django_migrations").fetchall()
    )


def has_column(rows: Rows, table: str, column: str) -> bool:
    """Whether a table has a column: a set may be of an older version."""
    names = [part[0] for part in rows.execute(f'SELECT * FROM "{table}" WHERE 1 = 0').description]
    return column in names


def heads_of(rows: Rows) -> dict[str, tuple[int, str]]:
    """Length and last hash of every audit chain, as `verify_audit --head` writes them."""
    found = rows.execute("SELECT subject, seq, hash FROM audit_audithead ORDER BY subject").fetchall()
    return {subject: (int(seq), str(digest)) for subject, seq, digest in found}


def chain_faults(rows: Rows, heads: dict[str, tuple[int, str]]) -> tuple[int, list[Fault]]:
    """How many audit entries there are, and the first fault of every chain that does not lead to its head."""
    n, faults, left = 0, [], dict(heads)
    for subject, entries in _chains(rows):
        n += len(entries)
        fault = first_fault(subject, entries, left.pop(subject, None))
        if fault is None and subject not in heads:
            fault = Fault(subject, 0, "extra", f"{subject} has entries but no head")
        if fault is not None:
            faults.append(fault)
    for subject, (seq, _digest) in left.items():
        if seq:
            faults.append(Fault(subject, 1, "cut", f"{subject} has no entry; {seq} were recorded"))
    return n, faults


def _chains(rows: Rows) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The entries of one subject after the other."""
    subject = ""
    entries: list[dict[str, Any]] = []
    for row in rows.execute(_ENTRIES):
        entry = dict(zip((*FIELDS, "hash"), row, strict=True))
        for name in ("before", "after"):
            if isinstance(entry[name], str):  # SQLite keeps JSON as text
                entry[name] = json.loads(entry[name])
        if entry["subject"] != subject and entries:
            yield subject, entries
            entries = []
        subject = entry["subject"]
        entries.append(entry)
    if entries:
        yield subject, entries
