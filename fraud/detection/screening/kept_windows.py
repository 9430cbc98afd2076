"""What windows say of a large night's claims, kept in files: worked out once, read by whoever scores a part.

A folder of `NIGHTS_DIR` holds one run's: the claims in the order of time, the columns of features that look back, and the answers of
the rules' windows. Nothing rests on it: deleting it costs only time. It is believed only while its key says that the same claims,
outcomes, rules and days were looked at, and every file has the digest it was written with.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from django.conf import settings
from numpy.typing import NDArray

from audit import faults
from fraud.claims.importing.locks import folder_lock
from fraud.claims.listed import NoList, read_list, whole_or_none, write_list
from fraud.claims.segment_files import digest_of
from fraud.detection.models import ScreeningRun
from rules.engine import Answer
from rules.language import nodes

log = logging.getLogger(__name__)
Rows = slice | NDArray[np.int64]
_MANIFEST, _PLAN, _PENDING, _CLAIMS = "manifest.json", "plan.json", "pending.json", "claims"
#: A file as it was written: `name` and `digest`; of a window without an answer `error`.
File = Mapping[str, str]
#: Which rows of what is laid down are the run's own claims.
ASKED = "is_asked"
#: Raised whenever what is kept, or how, changes.
_FORMAT = 3
_PAUSE = 0.2
#: Rows of a piece of a file: of a stretch only the pieces it touches are read.
_BATCH = 8_192


class NothingLaid(RuntimeError):
    """What windows are worked out from is not on this machine, or not any more."""


@dataclass(frozen=True)
class KeptWindows:
    """A run's windows: `claims` (claim_id, transacted_at) in the order of time, and by rows of it what was worked out."""

    folder: Path
    claims: pl.DataFrame
    manifest: Mapping[str, Any]

    def behind(self, rows: Rows) -> pl.DataFrame:
        """What features say of earlier claims and outcomes (`look_back`)."""
        return pl.concat([self._read(name, rows) for name in self.manifest["behind"]], how="horizontal")

    def answers(self, rows: Rows, windows: Iterable[nodes.Window]) -> dict[nodes.Window, Answer]:
        """The answer of each window, or why it has none."""
        told = zip(windows, self.manifest["answers"], strict=True)
        return {
            node: one["error"] if one["error"] else self._read(one["name"], rows).to_series()
            for node, one in told
        }

    def between(self, since: datetime | None, until: datetime | None) -> slice:
        """Rows of a stretch of time, its end left out; None is no limit."""
        at, n = self.claims["transacted_at"], self.claims.height
        first = 0 if since is None else int(at.search_sorted(since, side="left"))
        return slice(first, n if until is None else max(first, int(at.search_sorted(until, side="left"))))

    def rows_of(self, claim_ids: Iterable[int]) -> NDArray[np.int64]:
        """Rows of some claims, in the order of time; those the run does not look at are left out."""
        wanted = pl.Series(list(claim_ids), dtype=pl.Int64)
        return np.flatnonzero(self.claims["claim_id"].is_in(wanted.implode()).to_numpy())

    def note(self, name: str, told: Mapping[str, Any], rows: pl.DataFrame) -> None:
        """Keep what was found while a part was judged, for whoever ends the run."""
        try:
            with whole_or_none(_path(self.folder, name)) as path:
                rows.rechunk().write_ipc(path)
            write_list(
                self.folder / f"{name}.json", {"told": told, "rows": digest_of(_path(self.folder, name))}
            )
        except OSError as error:
            log.warning("screening.note_not_written", extra={"why": str(error)})

    def noted(self, name: str) -> tuple[dict[str, Any], pl.DataFrame] | None:
        """What was noted of a part; None where nothing was, or nothing to be believed."""
        try:
            note = read_list(self.folder / f"{name}.json")
            if note["rows"] != digest_of(_path(self.folder, name)):
                return None
            return dict(note["told"]), pl.read_ipc(_path(self.folder, name))
        except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
            return None

    def _read(self, name: str, rows: Rows) -> pl.DataFrame:
        path = _path(self.folder, name)
        if isinstance(rows, slice):
            return pl.scan_ipc(path).slice(rows.start, rows.stop - rows.start).collect()
        return pl.read_ipc(path)[rows.tolist()]


@dataclass(frozen=True)
class Laid:
    """What windows are worked out from, laid down for whoever works a piece of them out."""

    folder: Path
    plan: Mapping[str, Any]

    def claims(self) -> pl.DataFrame:
        """The narrow columns of everything windows reach; `ASKED` marks the run's own claims."""
        return pl.read_ipc(_path(self.folder, self.plan["claims"]["name"]))

    def told(self) -> pl.DataFrame:
        """What was known of outcomes."""
        return pl.read_ipc(_path(self.folder, self.plan["told"]["name"]))

    def forget(self) -> None:
        """Free the room; whoever still reads has them until it ends."""
        for name in ("claims", "told"):
            with suppress(OSError):  # a system that keeps files that are looked at: they go with the folder
                _path(self.folder, self.plan[name]["name"]).unlink()


def lay_down(folder: Path, key: str, claims: pl.DataFrame, told: pl.DataFrame) -> Laid:
    """Lay down what windows are worked out from under the key they will have."""
    plan = {"key": key, "claims": put(folder, "aside", claims), "told": put(folder, "told", told)}
    write_list(folder / _PLAN, plan)
    return Laid(folder, plan)


def laid_down(run_id: int, key: str) -> Laid:
    """What was laid down under this key. Raises NothingLaid where it is not there as it was written."""
    folder = folder_of(run_id)
    try:
        plan = read_list(folder / _PLAN)
        files = [plan["claims"], plan["told"]]
        if plan["key"] == key and all(digest_of(_path(folder, f["name"])) == f["digest"] for f in files):
            return Laid(folder, plan)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NothingLaid(str(error)) from error
    raise NothingLaid(f"what windows are worked out from is not there under {key}")


def put(folder: Path, name: str, frame: pl.DataFrame) -> dict[str, str]:
    """Write rows into a file that nobody else writes: its name and its digest."""
    name = f"{name}-{secrets.token_hex(4)}"
    path = _path(folder, name)
    frame.rechunk().write_ipc(path, record_batch_size=_BATCH)
    return {"name": name, "digest": digest_of(path)}


def list_files(
    folder: Path, key: str, claims: pl.DataFrame, behind: Iterable[File], answers: Iterable[File]
) -> None:
    """From here on the files count: those of features, and of each window in the order of `RunRules.windows`."""
    behind, answers = list(behind), list(answers)
    own = put(folder, _CLAIMS, claims)
    files = [own, *behind, *(one for one in answers if not one.get("error"))]
    manifest = {
        "key": key,
        "files": {one["name"]: one["digest"] for one in files},
        "claims": own["name"],
        "behind": [one["name"] for one in behind],
        "answers": [{"name": one.get("name", ""), "error": one.get("error", "")} for one in answers],
    }
    write_list(folder / _MANIFEST, manifest, before=lambda: faults.hit("windows.written"))
    faults.hit("windows.listed")


def keep_pending(run_id: int, seen: str, pending: pl.DataFrame) -> None:
    """Keep which claims a large night looks at, found while so much (`seen`) was known, for the processes that help with it."""
    folder = folder_of(run_id)
    try:
        write_list(folder / _PENDING, {"seen": seen, "claims": put(folder, "pending", pending)})
    except (OSError, pl.exceptions.PolarsError) as error:
        log.warning("screening.pending_not_kept", extra={"why": str(error)})


def kept_pending(run_id: int, seen: Callable[[], str]) -> pl.DataFrame | None:
    """Which claims a large night looks at; None where nobody kept them, or not while exactly this was known."""
    folder = folder_of(run_id)
    try:
        told = read_list(folder / _PENDING)
        path = _path(folder, told["claims"]["name"])
        if told["claims"]["digest"] != digest_of(path) or told["seen"] != seen():
            return None
        return pl.read_ipc(path)
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        return None


def kept_windows(run_id: int, key: str) -> KeptWindows | None:
    """What is kept of a run under this key; None where there is nothing, or nothing to be believed."""
    folder = folder_of(run_id)
    try:
        manifest = read_list(folder / _MANIFEST)
        if manifest["key"] != key or any(
            digest_of(_path(folder, n)) != d for n, d in manifest["files"].items()
        ):
            log.warning("screening.windows_stale", extra={"run": run_id})
            return None
        claims = pl.read_ipc(_path(folder, manifest["claims"]))
    except (FileNotFoundError, NoList):
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, pl.exceptions.PolarsError):
        log.warning("screening.windows_damaged", extra={"run": run_id})
        return None
    return KeptWindows(folder, claims, manifest)


@contextmanager
def alone(run_id: int) -> Iterator[None]:
    """One process of the machine at a time works a run's windows out; the others wait for it."""
    while True:
        with folder_lock(Path(settings.NIGHTS_DIR) / f"{run_id:012}.lock") as held:
            if held:
                yield
                return
        time.sleep(_PAUSE)


def begin(run_id: int) -> Path:
    """An empty folder for a run's windows."""
    forget_windows(run_id)
    folder = folder_of(run_id)
    folder.mkdir(parents=True, mode=0o700)
    return folder


def forget_windows(run_id: int) -> None:
    """Delete what is kept of this run, and of those before it that have ended: a look back may end beside a night that is at work."""
    before = ScreeningRun.objects.filter(pk__lt=run_id).exclude(state__in=ScreeningRun.ENDED)
    at_work = set(before.values_list("pk", flat=True))
    for folder in Path(settings.NIGHTS_DIR).glob("*"):
        number = int(folder.stem) if folder.stem.isdecimal() else run_id + 1
        if number > run_id or number in at_work:
            continue
        if folder.is_dir():
            shutil.rmtree(folder, ignore_errors=True)
        elif number < run_id:
            folder.unlink(missing_ok=True)  # its lock


def folder_of(run_id: int) -> Path:
    """Where a run's windows lie."""
    return Path(settings.NIGHTS_DIR) / f"{run_id:012}"


def key_of(*parts: object) -> str:
    """What the windows were worked out from, in one text."""
    return hashlib.blake2b(repr((_FORMAT, *parts)).encode(), digest_size=16).hexdigest()


def frame_digest(frame: pl.DataFrame) -> str:
    """A frame's rows in one number, whatever their order."""
    return f"{frame.height}.{int(frame.hash_rows().cast(pl.UInt64).sum() or 0)}" if frame.height else "0"


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.arrow"
