"""Files sent in parts: begun, added to at the place that is known to both sides, finished into a claim file, or given up.

A part is written where the last one ended and counts once its row says so; the same part sent twice, or one from before the
connection broke, is answered with how much is there. Whoever begins the same file again goes on with it.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from audit import clock
from audit.actor import Actor
from audit.permissions import require
from audit.services import record
from audit.transactions import one_transaction
from fraud.claims.importing.scanning import refuse_in_name
from fraud.claims.importing.services import clean_name, digest_of
from fraud.claims.importing.uploads import MAX_UPLOAD_BYTES, UploadTooLarge, incoming_folder, take_whole
from fraud.claims.models import ImportProfile, UploadInParts

PART_BYTES = 8 << 20  # the most that one part may be
KEPT_FOR = timedelta(days=7)  # since the last part
_ACTION = "fraud.deliver_claims"


class UploadRefused(Exception):
    """A step of an upload that was not taken; what is there stays, unless it says otherwise."""

    code, status = "upload_refused", 409
    text: Any = _("This is not possible now.")

    def __init__(self, **details: Any) -> None:
        super().__init__(self.code)
        self.details = details

    @property
    def sentence(self) -> str:
        """The refusal in the active language."""
        return str(self.text) % self.details if self.details else str(self.text)


class UploadAbsent(UploadRefused):
    """No upload of the sender has this reference."""

    code, status = "not_found", 404
    text = _("There is nothing here, or it is not yours to see.")


class UploadElsewhere(UploadRefused):
    """The part begins where the upload does not end, or belongs to one that has ended."""

    code = "upload_elsewhere"
    text = _("%(received)d bytes have arrived. Send what follows them, with that number as offset.")


class UploadNotWhole(UploadElsewhere):
    """It cannot be finished yet."""

    code = "upload_not_whole"
    text = _("%(received)d of %(size)d bytes have arrived. Send the rest, then finish.")


class PartTooLarge(UploadRefused):
    """More than a part may be, or than was announced."""

    code, status = "part_too_large", 413
    text = _("At most %(limit)d bytes can follow here.")


class UploadDamaged(UploadRefused):
    """What arrived is not what was announced."""

    code, status = "upload_damaged", 422
    text = _(
        "What arrived is not the file that was announced (SHA-256). Nothing of it was kept; send it again."
    )


class NoRoom(UploadRefused):
    """The disk is full."""

    code, status = "no_room", 507
    text = _("There is no room for the file at present. What has arrived stays; go on later.")


@one_transaction()
def begin_upload(
    *,
    name: str,
    size_bytes: int,
    profile: ImportProfile,
    by: Actor,
    sha256: str = "",
    mark: str = "",
    is_history: bool = False,
    again: bool = False,
) -> UploadInParts:
    """The upload of a file of `size_bytes`; one that the same person began with the same facts goes on where it stopped.

    Raises NotPermitted, UploadTooLarge, FileQuarantined for a name that holds a card or resident number.
    """
    require(by, _ACTION)
    refuse_in_name(name)
    if is_history:  # what is never screened is not for a feed to say
        require(by, "fraud.import_claims")
    if size_bytes > MAX_UPLOAD_BYTES:
        raise UploadTooLarge(MAX_UPLOAD_BYTES)
    now = clock.now()
    facts = {
        "name": clean_name(name),
        "size_bytes": size_bytes,
        "sha256": sha256.lower(),
        "mark": mark,
        "profile": profile,
        "is_history": is_history,
        "again": again,
        "sent_by_id": by.person_id,
    }
    known = UploadInParts.objects.filter(file=None, **facts).first()
    if known is not None:
        return known
    upload = UploadInParts.objects.create(**facts, begun_at=now, touched_at=now)
    told = {"name": upload.name, "size_bytes": size_bytes, "profile": profile.name}
    record(action="upload.begun", by=by, subject=f"upload:{upload.reference}", after=told)
    return upload


def find_upload(reference: str, by: Actor) -> UploadInParts:
    """An upload of one's own. Raises NotPermitted, UploadAbsent for another's as for one that is not there."""
    require(by, _ACTION)
    found = UploadInParts.objects.select_related("profile", "file").filter(
        reference=reference, sent_by_id=by.user_id
    )
    upload = found.first()
    if upload is None:
        raise UploadAbsent
    return upload


@one_transaction()
def add_part(*, upload: UploadInParts, offset: int, part: bytes, by: Actor) -> UploadInParts:
    """Write what follows the first `offset` bytes. Raises UploadElsewhere, PartTooLarge, NoRoom, UploadAbsent."""
    row = _locked(upload, by)
    if row.file_id is not None or offset != row.n_bytes:
        raise UploadElsewhere(received=row.n_bytes)
    if len(part) > (limit := min(PART_BYTES, row.size_bytes - offset)):
        raise PartTooLarge(limit=limit)
    try:
        _write(_path(row), offset, part)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom from error
        raise
    row.n_bytes, row.touched_at = offset + len(part), clock.now()
    row.save(update_fields=["n_bytes", "touched_at"])
    return row


def _write(path: Path, offset: int, part: bytes) -> None:
    """What lies beyond the offset was never counted and is written over."""
    path.touch(mode=0o600)
    with path.open("r+b") as target:
        target.seek(offset)
        target.write(part)
        target.truncate()
        target.flush()
        os.fsync(target.fileno())


def finish_upload(*, upload: UploadInParts, by: Actor) -> UploadInParts:
    """Import what has arrived whole, as the page's form would; a second call changes nothing.

    Raises UploadNotWhole, UploadDamaged (nothing of it is kept then), UploadAbsent, ProfileNotValid.
    """
    row = find_upload(upload.reference, by)
    if row.file_id is not None:
        return row
    path = _path(row)
    if row.n_bytes != row.size_bytes or not path.exists():
        raise UploadNotWhole(received=row.n_bytes, size=row.size_bytes)
    sha256, size = digest_of(path)
    if size != row.size_bytes or (row.sha256 and row.sha256 != sha256):
        _start_over(row)
        raise UploadDamaged
    whole = _beside(path)
    try:
        file = take_whole(
            path=whole, name=row.name, profile=row.profile, by=by, is_history=row.is_history, again=row.again
        )
    finally:
        whole.unlink(missing_ok=True)
    UploadInParts.objects.filter(pk=row.pk).update(file=file, touched_at=clock.now())
    path.unlink(missing_ok=True)
    row.refresh_from_db()
    return row


@one_transaction()
def give_up(*, upload: UploadInParts, by: Actor) -> None:
    """Forget an upload that is not finished, with its bytes. Raises UploadAbsent."""
    row = _locked(upload, by)
    if row.file_id is not None:
        raise UploadAbsent
    record(action="upload.given_up", by=by, subject=f"upload:{row.reference}", after={"n_bytes": row.n_bytes})
    _path(row).unlink(missing_ok=True)
    row.delete()


def forget_uploads(now: datetime) -> int:
    """Remove what nobody has added to for a week, with its bytes, and the rows of finished ones; returns how many."""
    old = list(UploadInParts.objects.filter(touched_at__lt=now - KEPT_FOR))
    for row in old:
        _path(row).unlink(missing_ok=True)
        row.delete()
    return len(old)


def _locked(upload: UploadInParts, by: Actor) -> UploadInParts:
    require(by, _ACTION)
    row = UploadInParts.objects.select_for_update().filter(pk=upload.pk, sent_by_id=by.user_id).first()
    if row is None:
        raise UploadAbsent
    return row


@one_transaction()
def _start_over(row: UploadInParts) -> None:
    UploadInParts.objects.filter(pk=row.pk).update(n_bytes=0, touched_at=clock.now())
    _path(row).unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    """The same bytes under another name: the import takes those away, and whoever dies before the row knows of it finishes again."""
    other = path.with_name(f"{path.name}-{secrets.token_hex(8)}")
    try:
        os.link(path, other)
    except OSError:  # a file system without links
        other.touch(mode=0o600)
        shutil.copyfile(path, other)
    return other


def _path(row: UploadInParts) -> Path:
    """Where the bytes gather; named by the row, so that nothing a sender says leads anywhere."""
    return incoming_folder() / f"parts-{row.pk}"
