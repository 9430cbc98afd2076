"""Staged chunks into the database, one transaction each, and the file's way to its final state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db import IntegrityError

from audit import clock, faults
from audit.actor import Actor
from audit.services import record
from audit.transactions import one_transaction
from fraud.claims.bulk import write_rows
from fraud.claims.importing.accounting import Totals
from fraud.claims.importing.cancellations import link_file, unlinked_cancellations
from fraud.claims.importing.numbers import examples_of_matches
from fraud.claims.importing.problems import Notes, reject_frame
from fraud.claims.importing.profile import ProfileSpec
from fraud.claims.importing.staging import StagedFile
from fraud.claims.importing.storing import ClaimStore, Stored
from fraud.claims.models import Claim, ClaimFile, ClaimFileReject, EarlierLink

STORE_ROWS = 20_000  # rows a transaction: on SQLite nobody else writes meanwhile
Progress = Callable[[ClaimFile], None]
FINAL_STATES = (ClaimFile.State.IMPORTED, ClaimFile.State.REJECTED, ClaimFile.State.QUARANTINED)
#: States in which nothing is going on any more; what is not final goes on when it is sent again.
ENDED = (*FINAL_STATES, ClaimFile.State.CANCELLED)


class ImportCancelled(Exception):
    """Somebody wants the import to stop; `who` is their login."""

    def __init__(self, who: str) -> None:
        super().__init__(who)
        self.who = who


def begin_again(file: ClaimFile) -> None:
    """A file that was cancelled or failed waits again: its page shows that it is going on."""
    stopped = ClaimFile.objects.filter(
        pk=file.pk, state__in=(ClaimFile.State.CANCELLED, ClaimFile.State.FAILED)
    )
    if stopped.update(state=ClaimFile.State.RECEIVED, error=None, cancel_wanted_by=""):
        file.refresh_from_db()


def stop_if_wanted(file: ClaimFile) -> None:
    """Raise ImportCancelled where somebody asked for it."""
    if who := ClaimFile.objects.values_list("cancel_wanted_by", flat=True).get(pk=file.pk):
        raise ImportCancelled(who)


def store_staged(
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
        file,
        spec.source_system,
        by,
        timedelta(days=spec.labels.delay_days),
        keep_outcomes=keep,
        latest=date.fromisoformat(staged.latest) if staged.latest else None,
    )
    for number in range(staged.n_chunks):
        chunk = staged.chunk(number)
        for rows in chunk.iter_slices(STORE_ROWS):
            stop_if_wanted(file)
            _store_rows(store, rows, stored, file, staged)
            faults.hit("import.chunk")
            if progress is not None:
                progress(file)
    _finish(staged, store, stored, file, by)


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
        with one_transaction():
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
    changed = ("n_rows", "n_rejected", "n_accepted", "n_superseding", "n_duplicate", "rows_done", "error")
    file.save(update_fields=["state", "encoding", *changed])


def _finish(staged: StagedFile, store: ClaimStore, stored: Stored, file: ClaimFile, by: Actor) -> None:
    rejects = pl.concat([staged.rejects(), reject_frame(store.refused.values())]).sort("line")
    with one_transaction():
        _write_rejects(file, rejects)
        notes = Notes()
        link_file(file)
        linked = Claim.objects.filter(file=file, original_claim__isnull=False)
        notes.add("cancellations_linked", linked.count())
        found = Claim.objects.filter(linked_at=file.received_at, original_claim__file=file)
        notes.add("cancellations_found", found.exclude(file=file).count())
        lost = EarlierLink.objects.filter(superseded_at=file.received_at, claim__original_claim=None)
        notes.add("cancellations_lost", lost.exclude(claim__file=file).count())
        notes.add("cancellations_open", unlinked_cancellations(file).count())
        notes.add("cardholders_added", store.directory.n_people_added)
        n_matched, examples = examples_of_matches(store.directory.spellings)
        notes.add("employees_matched", n_matched, examples=examples)
        notes.add("older_versions", store.n_older)
        notes.add("merchants_added", store.directory.n_merchants_added)
        notes.add("labels_added", stored.labels)
        file.totals = stored.totals.as_json()
        file.notes = [*staged.notes, *notes.as_json()]
        file.n_rejected = rejects.height
        file.rows_done = file.n_rows
        faults.hit("import.finish")
        taken = file.n_rows > file.n_rejected or not file.n_rows
        close_file(file, by, ClaimFile.State.IMPORTED if taken else ClaimFile.State.REJECTED, None)


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


def close_cancelled(file: ClaimFile, by: Actor, who: str) -> None:
    """End an import that `who` wanted to stop: money back among what is stored is linked; what is missing can be taken later."""
    with one_transaction():
        link_file(file)
        close_file(file, by, ClaimFile.State.CANCELLED, {"code": "import_cancelled", "params": {"who": who}})


def close_file(file: ClaimFile, by: Actor, state: ClaimFile.State, error: dict[str, Any] | None) -> None:
    """Set the final state with its audit entry, in one transaction."""
    actions = {
        ClaimFile.State.IMPORTED: "file.imported",
        ClaimFile.State.REJECTED: "file.rejected",
        ClaimFile.State.QUARANTINED: "file.quarantined",
        ClaimFile.State.FAILED: "file.failed",
        ClaimFile.State.CANCELLED: "file.cancelled",
    }
    with one_transaction():
        file.state, file.error, file.finished_at = state, error, clock.now()
        file.cancel_wanted_by = ""
        file.save()
        counts = {
            name: getattr(file, name)
            for name in ("n_rows", "n_accepted", "n_duplicate", "n_superseding", "n_rejected")
        }
        record(
            action=actions[state],
            by=by,
            subject=f"file:{file.reference}",
            after={**counts, "totals": file.totals, **({"error": error} if error else {})},
        )
