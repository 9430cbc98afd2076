"""Making a dossier: one function for page and interface. It leaves as an archive or as its document alone, and is kept in the audit log.

Nothing is held in memory but one file of evidence at a time: the archive grows in a temporary file.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import pgettext

from audit import clock
from audit.actor import Actor
from audit.models import AuditEvent
from audit.people import name_of
from audit.permissions import require
from audit.services import record
from audit.transactions import one_transaction
from cases.evidence import store
from cases.models import Case
from cases.papers.dossier.chain import head_of
from cases.papers.dossier.contents import Contents, ExportFacts, entry_name, gather, readable_files
from cases.papers.dossier.document import write_document
from cases.papers.dossier.script import verify_script
from cases.papers.dossier.verifier import CHAIN, MANIFEST, add_entry, canonical, manifest_of
from cases.services.conflicts import relations_of
from cases.services.errors import CaseNotFound
from cases.services.standing import subject_of_dossier
from cases.services.steps import stale
from fraud.claims.models import User

ACTION, EXPORTED = "cases.export_cases", "dossier.exported"
ZIP, PDF = "zip", "pdf"
KINDS = {ZIP: "application/zip", PDF: "application/pdf"}
#: Header of the answer: the digest that the audit log has of what left.
DIGEST = "X-Dossier-Digest"
_TRIES = 3


@dataclass(frozen=True)
class Dossier:
    """What leaves: an open file at its start, its name and kind, and the digest that the audit log has of it."""

    file: IO[bytes]
    name: str
    content_type: str
    digest: str


def export_dossier(*, case: Case, kind: str, reason: str, by: Actor, language: str) -> Dossier:
    """The dossier of a case for somebody who may see it: `zip` with everything, or `pdf` alone. The caller closes the file.

    Raises NotPermitted, CaseNotFound for everybody involved in the case, StaleCase when the case went on changing meanwhile.
    """
    for action in ("cases.view_case", ACTION):
        require(by, action)
    if relations_of(by, case).involvement:
        raise CaseNotFound
    user = User.objects.filter(pk=by.person_id).first()
    export = ExportFacts(clock.now(), by, name_of(user) or by.username, reason, language)
    contents = _at_rest(case, export)
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  the caller sends and closes it
    try:
        digest = write_archive(contents, file) if kind == ZIP else _document(contents, file)
        _record(contents, kind, digest)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return Dossier(file, f"{case.reference}.{kind}", KINDS[kind], digest)


def _at_rest(case: Case, export: ExportFacts) -> Contents:
    """The contents, read while nothing happened to the case."""
    files = readable_files(case, export.by)
    for _attempt in range(_TRIES):
        case = Case.objects.select_related(
            "cardholder__department", "merchant", "assignee", "run", "reopened_from"
        ).get(pk=case.pk)
        contents = gather(case, export, files)
        if head_of(case) == contents.head:
            return contents
    raise stale(case, case.version)


def _record(contents: Contents, kind: str, digest: str) -> None:
    with one_transaction():
        record(
            action=EXPORTED,
            by=contents.export.by,
            subject=subject_of_dossier(contents.case.reference),
            reason=contents.export.reason,
            after={
                "kind": kind,
                "digest": digest,
                "chain": contents.head,
                "left_out": [one.code for one in contents.left_out],
            },
        )


def recorded_export(reference: str, digest: str) -> AuditEvent | None:
    """The entry of the export that made this dossier, None where this company made none such."""
    found = AuditEvent.objects.filter(subject=subject_of_dossier(reference), action=EXPORTED)
    return next(
        (event for event in found.order_by("seq") if (event.after or {}).get("digest") == digest), None
    )


def _document(contents: Contents, file: IO[bytes]) -> str:
    """The document alone; its digest is that of its bytes."""
    write_document(contents, file)
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def write_archive(contents: Contents, file: IO[bytes]) -> str:
    """The archive with its manifest into a file; returns the manifest's digest."""
    with zipfile.ZipFile(file, "w") as archive:
        entries = [add_entry(archive, name, chunks()) for name, chunks in _entries(contents)]
        manifest = manifest_of(contents.case.reference, contents.head, entries)
        add_entry(archive, MANIFEST, [canonical(manifest)])
    return str(manifest["digest"])


def _entries(contents: Contents) -> Iterator[tuple[str, Callable[[], Iterable[bytes]]]]:
    """Name and content of every entry, in the order in which they lie in the archive."""
    export = {
        **contents.export.told(),
        "left_out": [{"code": one.code, "n": one.n, "said": one.said} for one in contents.left_out],
    }
    yield "README.txt", lambda: [_readme(contents).encode("utf-8")]
    yield "export.json", lambda: [_json(export)]
    yield "dossier.pdf", lambda: _made(contents)
    parts: dict[str, Any] = {
        "case": contents.told,
        "claims": contents.claims,
        "found": contents.found,
        "correspondence": contents.correspondence,
        "evidence": contents.evidence,
        "decisions": contents.decisions,
        "appeals": contents.appeals,
        "recovery": contents.ledger,
        "notes": contents.notes,
    }
    for name, part in parts.items():
        if part is not None:
            yield f"{name}.json", lambda part=part: [_json(part)]  # type: ignore[misc]
    for file in contents.files:
        yield entry_name(file), lambda file=file: [store.read(file.key)]  # type: ignore[misc]
    yield CHAIN, lambda: (canonical(entry) + b"\n" for entry in contents.chain)
    yield "verify.py", lambda: [verify_script()]


def _json(value: Any) -> bytes:
    """JSON that people can read, always spelt the same."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")


def _made(contents: Contents) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as made:
        write_document(contents, made)
        made.seek(0)
        yield from _read(made)


def _read(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(1 << 16):
        yield chunk


def _readme(contents: Contents) -> str:
    lines = [
        pgettext("dossier", "Dossier of case %(reference)s") % {"reference": contents.case.reference},
        "",
        pgettext(
            "dossier",
            "dossier.pdf is for reading; the .json files hold the same as data, evidence/ the files that were handed in.",
        ),
        pgettext(
            "dossier",
            "chain.jsonl is the case's audit chain, one entry a line; manifest.json lists every entry with its SHA-256.",
        ),
        pgettext(
            "dossier",
            "Whether nothing was altered, added, removed or reordered, Python tells without anything else:",
        ),
        "",
        f"    python3 verify.py {contents.case.reference}.zip",
        "",
        pgettext(
            "dossier",
            "Take verify.py from a copy you trust, and hold the digest it prints against the company's audit log: whoever can make the whole archive anew can also make a new manifest.",
        ),
        "",
    ]
    return "\n".join(lines)
