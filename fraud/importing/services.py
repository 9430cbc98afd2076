"""Importing a claim file: the one way in, for the command, the page and the interface alike."""

from __future__ import annotations

import hashlib
import re
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.actor import Actor
from audit.permissions import require
from audit.services import record
from fraud import faults
from fraud.bulk import write_rows
from fraud.importing.accounting import Totals
from fraud.importing.cancellations import link_cancellations, unlinked_cancellations
from fraud.importing.locks import file_lock
from fraud.importing.parsing.values import Context
from fraud.importing.problems import FileQuarantined, Notes
from fraud.importing.profile import ProfileSpec
from fraud.importing.profile_json import read_spec
from fraud.importing.reading.opening import open_table
from fraud.importing.sandbox import Bounds, stage_apart
from fraud.importing.scanning import redact
from fraud.importing.staging import Open, StagedFile, stage
from fraud.importing.storing import ClaimStore, Stored
from fraud.models import ClaimFile, ClaimFileReject, ImportProfile

STORE_ROWS = 20_000  # rows a transaction: on SQLite nobody else writes meanwhile
_FINAL = (ClaimFile.State.IMPORTED, ClaimFile.State.QUARANTINED)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
Progress = Callable[[ClaimFile], None]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What arrived: a file on disk, or rows that were sent as one."""

    name: str
    sha256: str
    size: int
    open: Open
    path: Path | None = None


def import_claim_file(
    *,
    path: Path,
    name: str,
    profile: ImportProfile,
    by: Actor,
    is_history: bool = False,
    received_at: datetime | None = None,
    apart: bool = False,
    progress: Progress | None = None,
) -> ClaimFile:
    """Import a delivered file and return its `ClaimFile`: imported, or quarantined with the reason in `error`.

    The same content for the same profile is the same ClaimFile: a second call changes nothing. A call after a crash
    goes on where the first one stopped. While another process imports the file, its unfinished ClaimFile is returned.
    `apart` reads the file in a bounded child process (uploads). `progress` is called after each stored chunk.
    Raises NotPermitted, ProfileNotValid, and what the database raises (the file is then `failed` and can be started again).
    """
    require(by, "fraud.import_claims")
    spec = read_spec(profile.spec)
    digest, size = _digest(path)
    delivery = Delivery(name, digest, size, lambda: open_table(path, spec), path)
    return import_delivery(
        delivery=delivery,
        spec=spec,
        profile=profile,
        by=by,
        is_history=is_history,
        received_at=received_at,
        apart=apart,
        progress=progress,
    )


def import_delivery(
    *,
    delivery: Delivery,
    spec: ProfileSpec,
    profile: ImportProfile,
    by: Actor,
    is_history: bool = False,
    received_at: datetime | None = None,
    apart: bool = False,
    progress: Progress | None = None,
    stored: Stored | None = None,
) -> ClaimFile:
    """`import_claim_file` for a delivery that need not be a file on disk."""
    file = _receive(delivery, profile, by, is_history, received_at or timezone.now())
    if file.state in _FINAL and stored is None:
        return file
    with file_lock(file.pk) as held:
        if not held:
            return file
        file.refresh_from_db()
        if file.state in _FINAL and stored is None:
            return file
        try:
            with tempfile.TemporaryDirectory(prefix="cleancard-import-") as folder:
                staged = _stage(delivery, spec, profile, file, Path(folder), apart)
                faults.hit("import.staged")
                _store(staged, spec, file, by, progress, stored)
        except FileQuarantined as error:
            _close(file, by, ClaimFile.State.QUARANTINED, error.as_json())
        except Exception as error:
            _close(
                file,
                by,
                ClaimFile.State.FAILED,
                {"code": "import_failed", "params": {"error": type(error).__name__}},
            )
            raise
    return file


def _digest(path: Path) -> tuple[str, int]:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest(), path.stat().st_size


def clean_name(name: str) -> str:
    """A delivered file name as it may be stored and shown: no folders, no control characters, no card numbers."""
    plain = _CONTROLS.sub("", name.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    return redact(plain)[:200] or "unnamed"


def _receive(
    delivery: Delivery, profile: ImportProfile, by: Actor, is_history: bool, received_at: datetime
) -> ClaimFile:
    """The ClaimFile of this content, made if it is new; two senders at once get the same one."""
    known = ClaimFile.objects.filter(sha256=delivery.sha256, profile=profile).first()
    if known is not None:
        return known
    zone = timezone.get_default_timezone()
    try:
        with transaction.atomic():
            file = ClaimFile.objects.create(
                reference=uuid.uuid4().hex[:20],
                name=clean_name(delivery.name),
                profile=profile,
                profile_version=profile.version,
                sha256=delivery.sha256,
                size_bytes=delivery.size,
                is_history=is_history,
                received_at=received_at,
                received_by=by.username,
                business_date=received_at.astimezone(zone).date(),
            )
            file.reference = f"F-{received_at.astimezone(zone).year}-{file.pk:06d}"
            file.save(update_fields=["reference"])
            record(
                action="file.received", by=by, subject=f"file:{file.reference}",
                after={"name": file.name, "profile": profile.name, "sha256": file.sha256, "size_bytes": file.size_bytes},
            )  # fmt: skip
    except IntegrityError:
        return ClaimFile.objects.get(sha256=delivery.sha256, profile=profile)
    return file


def _stage(
    delivery: Delivery, spec: ProfileSpec, profile: ImportProfile, file: ClaimFile, folder: Path, apart: bool
) -> StagedFile:
    context = Context(
        received_at=file.received_at,
        latest=max(file.received_at, datetime.now(UTC)) + timedelta(days=1),
        zone=settings.TIME_ZONE,
        card_key=settings.CARD_TOKEN_KEY.encode(),
        is_history=file.is_history,
    )
    if apart and delivery.path is not None:
        bounds = Bounds(
            seconds=getattr(settings, "IMPORT_MAX_SECONDS", Bounds().seconds),
            megabytes=getattr(settings, "IMPORT_MAX_MEGABYTES", Bounds().megabytes),
        )
        return stage_apart(
            path=delivery.path,
            name=delivery.name,
            spec=profile.spec,
            context=context,
            folder=folder,
            bounds=bounds,
        )
    return stage(delivery.open, name=delivery.name, spec=spec, context=context, folder=folder)


def _store(
    staged: StagedFile,
    spec: ProfileSpec,
    file: ClaimFile,
    by: Actor,
    progress: Progress | None,
    stored: Stored | None,
) -> None:
    """Chunk after chunk, each with its counters in one transaction; a file that was interrupted counts from nothing again."""
    keep = stored is not None
    stored = stored or Stored()
    stored.totals = Totals(staged.totals)
    _begin(file, staged)
    store = ClaimStore(
        file, spec.source_system, by, timedelta(days=spec.labels.delay_days), keep_outcomes=keep
    )
    earliest: datetime | None = None
    for number in range(staged.n_chunks):
        chunk = staged.chunk(number)
        for rows in chunk.iter_slices(STORE_ROWS):
            _store_rows(store, rows, stored, file, staged)
            faults.hit("import.chunk")
            first = rows.get_column("transacted_at").min()
            earliest = min(filter(None, (earliest, first)), default=None)  # type: ignore[type-var]
            if progress is not None:
                progress(file)
    _finish(staged, spec, store, stored, file, by, earliest)


def _store_rows(
    store: ClaimStore,
    rows: pl.DataFrame,
    stored: Stored,
    file: ClaimFile,
    staged: StagedFile,
    attempts: int = 3,
) -> None:
    """One transaction. Another delivery may add the same claims at this moment: then it is looked up again."""
    before = (stored.accepted, stored.duplicate, stored.superseding, stored.labels, stored.totals.as_json())
    try:
        with transaction.atomic():
            store.store(rows, stored)
            file.n_accepted = stored.accepted
            file.n_duplicate = staged.n_duplicate + stored.duplicate
            file.n_superseding = stored.superseding
            file.rows_done += rows.height
            file.save(update_fields=["n_accepted", "n_duplicate", "n_superseding", "rows_done"])
    except IntegrityError:
        store.directory.forget()
        stored.accepted, stored.duplicate, stored.superseding, stored.labels, sums = before
        stored.totals = Totals(sums)
        if attempts <= 1:
            raise
        file.refresh_from_db(fields=["rows_done"])
        _store_rows(store, rows, stored, file, staged, attempts - 1)


def _begin(file: ClaimFile, staged: StagedFile) -> None:
    file.state = ClaimFile.State.IMPORTING
    file.encoding = staged.encoding
    file.n_rows, file.n_rejected = staged.n_rows, staged.n_rejected
    file.n_accepted = file.n_superseding = 0
    file.n_duplicate = staged.n_duplicate
    file.rows_done = staged.n_rejected + staged.n_duplicate
    file.error = None
    file.save()


def _finish(
    staged: StagedFile,
    spec: ProfileSpec,
    store: ClaimStore,
    stored: Stored,
    file: ClaimFile,
    by: Actor,
    earliest: datetime | None,
) -> None:
    with transaction.atomic():
        _write_rejects(file, staged.rejects())
        notes = Notes()
        if earliest is not None:
            notes.add(
                "cancellations_linked", link_cancellations(source_system=spec.source_system, since=earliest)
            )
            notes.add("cancellations_open", unlinked_cancellations(file).count())
        notes.add("cardholders_added", store.directory.n_people_added)
        notes.add("merchants_added", store.directory.n_merchants_added)
        notes.add("labels_added", stored.labels)
        file.totals = stored.totals.as_json()
        file.notes = [*staged.notes, *notes.as_json()]
        file.rows_done = file.n_rows
        faults.hit("import.finish")
        _close(file, by, ClaimFile.State.IMPORTED, None)


def _write_rejects(file: ClaimFile, rejects: pl.DataFrame) -> None:
    ClaimFileReject.objects.filter(file=file).delete()
    frame = rejects.select(
        pl.lit(file.pk).alias("file_id"),
        "line",
        pl.col("column").fill_null("").str.slice(0, 80),
        "code",
        "params",
        pl.col("original").fill_null("").str.replace_all("\x00", "␀", literal=True),
    )
    write_rows("fraud_claimfilereject", frame.columns, frame)


def _close(file: ClaimFile, by: Actor, state: ClaimFile.State, error: dict[str, Any] | None) -> None:
    """Set the final state with its audit entry, in one transaction."""
    actions = {
        ClaimFile.State.IMPORTED: "file.imported",
        ClaimFile.State.QUARANTINED: "file.quarantined",
        ClaimFile.State.FAILED: "file.failed",
    }
    with transaction.atomic():
        file.state, file.error, file.finished_at = state, error, timezone.now()
        file.save()
        counts = {
            name: getattr(file, name)
            for name in ("n_rows", "n_accepted", "n_duplicate", "n_superseding", "n_rejected")
        }
        record(
            action=actions[state], by=by, subject=f"file:{file.reference}",
            after={**counts, "totals": file.totals, **({"error": error} if error else {})},
        )  # fmt: skip
