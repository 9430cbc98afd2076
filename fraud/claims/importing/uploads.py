"""Files that come through the page: kept aside until they are read, small ones imported at once, large ones by a process.

The process is the queue's doorbell only: the ClaimFile is the work row. One that was killed is started again from its
page, as long as the delivered bytes are still there; they are removed when the file has reached its final state.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from audit import clock
from audit.actor import Actor
from audit.permissions import require
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.profile_json import read_spec
from fraud.claims.importing.reading.opening import open_table
from fraud.claims.importing.running import FINAL_STATES, begin_again, close_file
from fraud.claims.importing.scanning import refuse_in_name
from fraud.claims.importing.services import Delivery, digest_of, get_ready, import_taken, receive_file
from fraud.claims.models import ClaimFile, ImportProfile

MAX_UPLOAD_BYTES = 600 << 20
AT_ONCE_BYTES = 4 << 20  # imported within the request


class UploadTooLarge(ValueError):
    """More bytes than are taken through the page; `limit` is how many are."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"at most {limit} bytes")
        self.limit = limit


def incoming_folder() -> Path:
    """Where delivered bytes wait; below MEDIA_ROOT, which no address leads to."""
    folder = Path(settings.MEDIA_ROOT) / "incoming"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def receive_upload(
    *,
    parts: Iterable[bytes],
    name: str,
    profile: ImportProfile,
    by: Actor,
    is_history: bool = False,
    again: bool = False,
) -> ClaimFile:
    """Take an uploaded file: its ClaimFile, imported or on the way. Raises UploadTooLarge, ProfileNotValid, NotPermitted."""
    require(by, "fraud.import_claims")
    path = keep_parts(parts)
    try:
        return take_whole(path=path, name=name, profile=profile, by=by, is_history=is_history, again=again)
    finally:
        path.unlink(missing_ok=True)


def take_whole(
    *, path: Path, name: str, profile: ImportProfile, by: Actor, is_history: bool = False, again: bool = False
) -> ClaimFile:
    """Take a file that lies whole in the folder of incoming files: imported at once, or moved aside for a process of its own.

    For callers who have asked who may deliver it. Raises ProfileNotValid.
    """
    spec = read_spec(profile.spec)
    sha256, size = digest_of(path)
    delivery = Delivery(name, sha256, size, lambda: open_table(path, spec), path)
    file = receive_file(delivery, profile, by, is_history, clock.now(), again=again)
    if file.state in FINAL_STATES:
        return file
    try:
        refuse_in_name(name)
    except FileQuarantined as error:
        close_file(file, by, ClaimFile.State.QUARANTINED, error.as_json())
        return file
    if size <= AT_ONCE_BYTES:
        done = import_taken(path=path, name=name, profile=profile, by=by, is_history=is_history, apart=True)
        get_ready()
        return done
    path.replace(waiting_path(file))
    start_process(file)
    return file


def waiting_path(file: ClaimFile) -> Path:
    """Where a large upload waits for its process."""
    return incoming_folder() / f"file-{file.pk}"


def is_waiting(file: ClaimFile) -> bool:
    """True when the bytes of an unfinished upload are still there, so that it can be started again."""
    return file.state not in FINAL_STATES and waiting_path(file).exists()


def start_process(file: ClaimFile) -> None:
    """Import a waiting upload in a process of its own, which outlives the request."""
    manage = Path(settings.BASE_DIR) / "manage.py"
    subprocess.Popen(  # noqa: S603 - our own interpreter, script and a number
        [sys.executable, str(manage), "import_upload", str(file.pk)],
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def resume_upload(*, file: ClaimFile, by: Actor) -> bool:
    """Start a stopped upload again; False when nothing of it waits. Raises NotPermitted."""
    require(by, "fraud.import_claims")
    if not is_waiting(file):
        return False
    begin_again(file)
    start_process(file)
    return True


def import_waiting(*, file: ClaimFile, by: Actor) -> ClaimFile:
    """Import a waiting upload; its bytes are removed once it is imported or quarantined."""
    assert file.profile is not None
    if file.state in FINAL_STATES:  # another process was faster
        return file
    path = waiting_path(file)
    done = import_taken(
        path=path, name=file.name, profile=file.profile, by=by, is_history=file.is_history, apart=True
    )
    if done.state in FINAL_STATES:
        path.unlink(missing_ok=True)
    return done


def keep_parts(parts: Iterable[bytes], *, most: int | None = None) -> Path:
    """The parts in a file of the incoming folder, its owner's alone; nothing is left of one that is too large or breaks off. Raises UploadTooLarge."""
    limit = MAX_UPLOAD_BYTES if most is None else most
    with tempfile.NamedTemporaryFile(dir=incoming_folder(), prefix="upload-", delete=False) as target:
        size = 0
        try:
            for part in parts:
                size += len(part)
                if size > limit:
                    raise UploadTooLarge(limit)
                target.write(part)
        except BaseException:
            Path(target.name).unlink()
            raise
    return Path(target.name)
