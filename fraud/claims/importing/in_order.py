"""Several claim files one after another: while one is stored, the next is read in a process of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from audit.actor import Actor
from audit.permissions import require
from fraud.claims.importing.bounded import Bounds
from fraud.claims.importing.parsing.values import Context
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.profile_json import read_spec
from fraud.claims.importing.reading.opening import open_table
from fraud.claims.importing.running import FINAL_STATES
from fraud.claims.importing.sandbox import stage_apart
from fraud.claims.importing.services import Delivery, digest_of, import_delivery, reading_context
from fraud.claims.importing.staging import StagedFile
from fraud.claims.models import ClaimFile, ImportProfile

#: Starting a process takes as long as reading a file of this size.
WORTH_BYTES = 1_500_000
_PATIENT = Bounds(seconds=600, megabytes=2_000)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file on disk, as it is called and when it came."""

    path: Path
    name: str
    received_at: datetime


def import_in_order(
    *, files: Sequence[Arrived], profile: ImportProfile, by: Actor, is_history: bool = False
) -> Iterator[ClaimFile]:
    """`import_claim_file` for each, in their order, with the same results; raises what it raises."""
    require(by, "fraud.import_claims")
    spec = read_spec(profile.spec)

    with tempfile.TemporaryDirectory(prefix="cleancard-ahead-") as folder, ThreadPoolExecutor(1) as reader:
        reading: Future[StagedFile] | None = None
        for number, arrived in enumerate(files):
            context = reading_context(arrived.received_at, is_history=is_history)
            ahead = _what_was_read(reading, context) if reading is not None else None
            reading = None
            if number + 1 < len(files) and _is_worth_it(files[number + 1], profile):
                following = files[number + 1]
                place = Path(folder) / str(number + 1)
                place.mkdir()
                reading = reader.submit(
                    stage_apart,
                    path=following.path,
                    name=following.name,
                    spec=profile.spec,
                    context=reading_context(following.received_at, is_history=is_history),
                    folder=place,
                    bounds=_PATIENT,
                )
            digest, size = digest_of(arrived.path)
            opened = partial(open_table, arrived.path, spec)
            yield import_delivery(
                delivery=Delivery(arrived.name, digest, size, opened, arrived.path, ahead),
                spec=spec,
                profile=profile,
                by=by,
                is_history=is_history,
                received_at=arrived.received_at,
            )


def _is_worth_it(arrived: Arrived, profile: ImportProfile) -> bool:
    """Whether a file is large and was not imported before; one that was refused is read anew."""
    if arrived.path.stat().st_size < WORTH_BYTES:
        return False
    same = ClaimFile.objects.filter(
        sha256=digest_of(arrived.path)[0], profile=profile, state__in=FINAL_STATES
    )
    return not same.exclude(state=ClaimFile.State.QUARANTINED).exists()


def _what_was_read(reading: Future[StagedFile], read_for: Context) -> Callable[[Context], StagedFile | None]:
    def staged(context: Context) -> StagedFile | None:
        if (context.received_at, context.is_history) != (read_for.received_at, read_for.is_history):
            return None  # an import that was begun before under another time
        try:
            return reading.result()
        except FileQuarantined as refusal:
            if refusal.code in {"reader_stopped", "reader_failed"}:  # a small machine: it is read here
                return None
            raise

    return staged
