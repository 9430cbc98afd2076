"""What windows say of a large night's claims, kept in files: worked out once, read by whoever scores a part.

A folder of `NIGHTS_DIR` holds one run's: the claims in the order of time, the columns of features that look back, and the answers of
the rules' windows. Nothing rests on it: deleting it costs only time. It is believed only while its key says that the same claims,
outcomes, rules and days were looked at, and every file has the digest it was written with.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
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
from fraud.claims.segments import digest_of
from rules.engine import Answer
from rules.language import nodes

log = logging.getLogger(__name__)
Rows = slice | NDArray[np.int64]
_MANIFEST, _CLAIMS, _ASIDE = "manifest.json", "claims", "aside"
#: Raised whenever what is kept, or how, changes.
_FORMAT = 2
_PAUSE = 0.2
#: Rows of a piece of a file: of a stretch only the pieces it touches are read.
_BATCH = 8_192


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


class Writer:
    """Writes a run's windows, file by file; they count from the moment they are listed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.digests: dict[str, str] = {}
        self.behind: list[str] = []
        self.answered: dict[nodes.Window, dict[str, str]] = {}

    def add_claims(self, claims: pl.DataFrame) -> None:
        """The claims the run looks at, in the order of time."""
        self._write(_CLAIMS, claims)

    def lay_aside(self, frame: pl.DataFrame) -> None:
        """Keep a frame that is not looked at for a while where it takes no memory."""
        frame.write_ipc(_path(self.folder, _ASIDE))

    def take_back(self) -> pl.DataFrame:
        """The frame that was laid aside."""
        path = _path(self.folder, _ASIDE)
        frame = pl.read_ipc(path)
        with suppress(OSError):  # a system that keeps files that are looked at: it goes with the folder
            path.unlink()
        return frame

    def add_behind(self, columns: pl.DataFrame) -> None:
        """Some columns of features, a row a claim."""
        self.behind.append(f"behind-{len(self.behind):02}")
        self._write(self.behind[-1], columns)
        faults.hit("windows.half_written")

    def add_answer(self, node: nodes.Window, answer: Answer) -> None:
        """A window's answer, a row a claim, or why it has none."""
        name = f"answer-{len(self.answered):02}"
        if isinstance(answer, str):
            self.answered[node] = {"name": "", "error": answer}
            return
        self.answered[node] = {"name": name, "error": ""}
        self._write(name, answer.alias("answer").to_frame())

    def list_files(self, key: str, windows: Iterable[nodes.Window]) -> None:
        """From here on the files count."""
        manifest = {
            "key": key,
            "files": self.digests,
            "behind": self.behind,
            "answers": [self.answered[node] for node in windows],
        }
        write_list(self.folder / _MANIFEST, manifest, before=lambda: faults.hit("windows.written"))
        faults.hit("windows.listed")

    def _write(self, name: str, frame: pl.DataFrame) -> None:
        path = _path(self.folder, name)
        frame.rechunk().write_ipc(path, record_batch_size=_BATCH)
        self.digests[name] = digest_of(path)


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
        claims = pl.read_ipc(_path(folder, _CLAIMS))
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


def begin(run_id: int) -> Writer:
    """An empty folder for a run's windows."""
    forget_windows(run_id)
    folder = folder_of(run_id)
    folder.mkdir(parents=True, mode=0o700)
    return Writer(folder)


def forget_windows(run_id: int) -> None:
    """Delete what is kept of this run and of those before it."""
    for folder in Path(settings.NIGHTS_DIR).glob("*"):
        number = folder.stem
        if number.isdecimal() and int(number) <= run_id and folder.is_dir():
            shutil.rmtree(folder, ignore_errors=True)
        elif number.isdecimal() and int(number) < run_id:
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
