"""Importing a claim file: the one way in, for the command, the page and the interface alike."""

from __future__ import annotations

import hashlib
import re
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from audit import clock, faults
from audit.actor import Actor
from audit.permissions import require
from audit.redaction import redact
from audit.services import record
from audit.transactions import one_transaction
from fraud.claims.changes import tell_followers
from fraud.claims.importing.bounded import Bounds, warm
from fraud.claims.importing.locks import file_lock
from fraud.claims.importing.parsing.values import Context
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.profile import ProfileSpec
from fraud.claims.importing.profile_json import read_spec
from fraud.claims.importing.reading.opening import open_table
from fraud.claims.importing.running import (
    FINAL_STATES,
    ImportCancelled,
    Progress,
    begin_again,
    close_cancelled,
    close_file,
    stop_if_wanted,
    store_staged,
)
from fraud.claims.importing.sandbox import stage_apart
from fraud.claims.importing.staging import Open, StagedFile, stage
from fraud.claims.importing.storing import CHANGED_SINCE, ClaimStore, Stored
from fraud.claims.models import ClaimFile, ClaimVersion, ImportProfile

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What arrived: a file on disk, or rows that were sent as one."""

    name: str
    sha256: str
    size: int
    open: Open
    path: Path | None = None
    #: What was read of it while something else was done; None where that was for other circumstances.
    ahead: Callable[[Context], StagedFile | None] | None = None


def import_claim_file(
    *,
    path: Path,
    name: str,
    profile: ImportProfile,
    by: Actor,
    is_history: bool = False,
    received_at: datetime | None = None,
    apart: bool = False,
    again: bool = False,
    progress: Progress | None = None,
) -> ClaimFile:
    """Import a delivered file and return its `ClaimFile`: imported, quarantined with the reason in `error`, or cancelled meanwhile.

    The same content for the same version of a profile is the same ClaimFile: a second call changes nothing, unless `again` says
    that it is meant as news, or nothing of it was taken since it was refused. A call after a crash
    goes on where the first one stopped. While another process imports the file, its unfinished ClaimFile is returned.
    `apart` reads the file in a bounded child process (uploads). `progress` is called after each stored chunk.
    Raises NotPermitted, ProfileNotValid, and what the database raises (the file is then `failed` and can be started again).
    """
    require(by, "fraud.import_claims")
    return import_taken(
        path=path,
        name=name,
        profile=profile,
        by=by,
        is_history=is_history,
        received_at=received_at,
        apart=apart,
        again=again,
        progress=progress,
    )


def import_taken(*, path: Path, name: str, profile: ImportProfile, by: Actor, **more: Any) -> ClaimFile:
    """`import_claim_file` for a file that was taken from somebody who may deliver it."""
    spec = read_spec(profile.spec)
    digest, size = digest_of(path)
    delivery = Delivery(name, digest, size, lambda: open_table(path, spec), path)
    return import_delivery(delivery=delivery, spec=spec, profile=profile, by=by, **more)


def import_delivery(
    *,
    delivery: Delivery,
    spec: ProfileSpec,
    profile: ImportProfile,
    by: Actor,
    is_history: bool = False,
    received_at: datetime | None = None,
    apart: bool = False,
    again: bool = False,
    progress: Progress | None = None,
    stored: Stored | None = None,
) -> ClaimFile:
    """`import_claim_file` for a delivery that need not be a file on disk."""
    file = receive_file(delivery, profile, by, is_history, received_at or clock.now(), again=again)
    if file.state not in FINAL_STATES:
        with file_lock(file.pk) as held:
            if held:
                file.refresh_from_db()
                if file.state not in FINAL_STATES:
                    begin_again(file)
                    _import(delivery, spec, profile, file, by, apart, progress, stored)
                    tell_followers()
                    return file
    if stored is not None and file.state == ClaimFile.State.IMPORTED:
        _recall(delivery, spec, file, by, stored)
    return file


def _import(
    delivery: Delivery,
    spec: ProfileSpec,
    profile: ImportProfile,
    file: ClaimFile,
    by: Actor,
    apart: bool,
    progress: Progress | None,
    stored: Stored | None,
) -> None:
    """Stage and store a file whose lock is held; its final state tells the result."""
    try:
        with tempfile.TemporaryDirectory(prefix="cleancard-import-") as folder:
            staged = _stage(delivery, spec, file, Path(folder), profile.spec if apart else None)
            faults.hit("import.staged")
            store_staged(staged, spec, file, by, progress, stored)
    except FileQuarantined as error:
        close_file(file, by, ClaimFile.State.QUARANTINED, error.as_json())
    except ImportCancelled as wish:
        close_cancelled(file, by, wish.who)
    except Exception as error:
        close_file(
            file,
            by,
            ClaimFile.State.FAILED,
            {"code": "import_failed", "params": {"error": type(error).__name__}},
        )
        raise


def _recall(delivery: Delivery, spec: ProfileSpec, file: ClaimFile, by: Actor, stored: Stored) -> None:
    """What became of each row of a delivery that was imported before; nothing is written."""
    store = ClaimStore(file, spec.source_system, by)
    with tempfile.TemporaryDirectory(prefix="cleancard-import-") as folder:
        staged = _stage(delivery, spec, file, Path(folder), None)
        for number in range(staged.n_chunks):
            rows = store.compare(staged.chunk(number))
            told = pl.when("is_written").then(pl.lit(CHANGED_SINCE)).otherwise("outcome").alias("outcome")
            store.remember(rows.with_columns(told), stored)


def changed_since(file: ClaimFile) -> int:
    """How many claims of the file a later delivery has told of otherwise, or again."""
    same = {"sha256": file.sha256, "profile": file.profile_id}
    earlier = ClaimVersion.objects.filter(**{f"file__{name}": value for name, value in same.items()})
    earlier = earlier.exclude(**{f"claim__file__{name}": value for name, value in same.items()})
    return earlier.values("claim").distinct().count()


def digest_of(path: Path) -> tuple[str, int]:
    """(SHA-256 in hexadecimal, size in bytes) of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest(), path.stat().st_size


def clean_name(name: str) -> str:
    """A delivered file name as it may be stored and shown: no folders, no control characters, no card numbers."""
    plain = _CONTROLS.sub("", name.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    return redact(plain)[:200] or "unnamed"


def receive_file(
    delivery: Delivery,
    profile: ImportProfile,
    by: Actor,
    is_history: bool,
    received_at: datetime,
    *,
    again: bool = False,
) -> ClaimFile:
    """The ClaimFile of this content, made if it is new; two senders at once get the same one.

    `again`: the same content is meant as what is said now, whatever later deliveries said; one on its way is not begun twice.
    A delivery that was refused is none: what it was refused for may be gone (its name, the profile, a setting), so it is read anew.
    """
    known = _known_file(delivery, profile)
    is_news = again and known is not None and known.state == ClaimFile.State.IMPORTED
    if known is not None and not is_news and known.state != ClaimFile.State.QUARANTINED:
        return known
    zone = timezone.get_default_timezone()
    try:
        with one_transaction():
            file = ClaimFile.objects.create(
                reference=uuid.uuid4().hex[:20],
                name=clean_name(delivery.name),
                profile=profile,
                profile_version=profile.version,
                sha256=delivery.sha256,
                taken_as=known.taken_as + 1 if known is not None else 1,
                size_bytes=delivery.size,
                is_history=is_history,
                received_at=received_at,
                received_by=by.username,
                business_date=received_at.astimezone(zone).date(),
            )
            file.reference = f"F-{received_at.astimezone(zone).year}-{file.pk:06d}"
            file.save(update_fields=["reference"])
            record(
                action="file.received",
                by=by,
                subject=f"file:{file.reference}",
                after={
                    "name": file.name,
                    "profile": profile.name,
                    "sha256": file.sha256,
                    "size_bytes": file.size_bytes,
                },
            )
    except IntegrityError:
        same = ClaimFile.objects.filter(
            sha256=delivery.sha256, profile=profile, profile_version=profile.version
        )
        return same.latest("taken_as")
    return file


def _known_file(delivery: Delivery, profile: ImportProfile) -> ClaimFile | None:
    """The file of this content as this version of the profile reads it; one that never got to its end is read with it now.

    A corrected profile reads a refused file, and the rows that were refused of an imported one, again.
    """
    same = ClaimFile.objects.filter(sha256=delivery.sha256, profile=profile).order_by("-id")
    known = same.filter(profile_version=profile.version).first()
    if known is not None:
        return known
    unfinished = same.exclude(state__in=FINAL_STATES).first()
    if unfinished is not None:
        unfinished.profile_version = profile.version
        unfinished.save(update_fields=["profile_version"])
    return unfinished


def _stage(
    delivery: Delivery, spec: ProfileSpec, file: ClaimFile, folder: Path, apart: dict[str, Any] | None
) -> StagedFile:
    """`apart`: the profile's JSON, for reading in a child process."""
    context = reading_context(file.received_at, is_history=file.is_history)
    if delivery.ahead is not None and (read := delivery.ahead(context)) is not None:
        return read
    if apart is None or delivery.path is None:
        return stage(delivery.open, name=delivery.name, spec=spec, context=context, folder=folder)
    return stage_apart(
        path=delivery.path,
        name=delivery.name,
        spec=apart,
        context=context,
        folder=folder,
        bounds=reading_bounds(),
        going_on=lambda: stop_if_wanted(file),
    )


def reading_context(received_at: datetime, *, is_history: bool) -> Context:
    """What the values of a file that came then are read by."""
    return Context(
        received_at=received_at,
        latest=max(received_at, clock.now()) + timedelta(days=1),
        zone=settings.TIME_ZONE,
        card_key=settings.CARD_TOKEN_KEY.encode(),
        is_history=is_history,
    )


def get_ready() -> None:
    """Have a process ready that reads the next file; where uploads are expected."""
    if settings.IMPORT_KEEP_WARM:
        warm()


def reading_bounds() -> Bounds:
    """What reading one file in a process of its own may cost, by the settings."""
    return Bounds(
        seconds=getattr(settings, "IMPORT_MAX_SECONDS", Bounds().seconds),
        megabytes=getattr(settings, "IMPORT_MAX_MEGABYTES", Bounds().megabytes),
    )
