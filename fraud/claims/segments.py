"""Claims in columns beside the database: what a version of a claim says never changes, so it need not be read from rows each night.

Parquet files (segments) in `COLUMNS_DIR` hold every version of every claim that was received up to a moment, the watermark; what
became known later is read from the database. Nothing rests on them: deleting the folder costs only time. They are believed
only while the database has as many versions as they do, of claims no newer, and the same rows where a few hundred are
compared; while each file, and their list, has the digest it was written with; and while both were written by the same schema.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.db import connection

from audit import faults
from fraud.claims.bulk import in_list, read_frame
from fraud.claims.importing.locks import folder_lock
from fraud.claims.listed import NoList, read_list, write_list
from fraud.claims.models import ClaimFile
from fraud.claims.received import once_a_look, received_by
from fraud.claims.segment_files import (
    KEPT,
    PROBES,
    is_whole,
    kept_rows,
    received_versions,
    write_file,
    write_segment,
)

log = logging.getLogger(__name__)
#: Days of payments in a segment, and segments of single nights that are made one.
SEGMENT_DAYS, MANY = 45, 40
#: Segments of single nights that are looked through for single claims, newest first.
LOOKED_THROUGH = 8
_MANIFEST = "manifest.json"
_SCHEMA = hashlib.sha256(repr(sorted((n, s, str(t)) for n, (s, t) in KEPT.items())).encode()).hexdigest()


@dataclass(frozen=True)
class Segments:
    """Segments that agree with the database: all versions received by `watermark`."""

    folder: Path
    watermark: datetime
    files: tuple[dict[str, Any], ...]  # name, digest, rows, first and last transaction
    manifest: dict[str, Any] = field(default_factory=dict)

    def read(
        self,
        names: Sequence[str],
        known_by: datetime,
        first: datetime,
        until: datetime,
        made: Callable[[pl.DataFrame], pl.DataFrame] = lambda part: part,
    ) -> pl.DataFrame:
        """`names` of the versions that held at `known_by`, of payments from `first` until before `until`, in no order.

        `made` is done to the rows of each file before they come together.
        """
        inside = pl.col("transacted_at").is_between(first, until, closed="left")
        holds, over = inside & (pl.col("known_at") <= known_by), _over_by(known_by)
        told = []
        for one in self.files:
            if one["first"] >= until.isoformat() or one["last"] < first.isoformat():
                continue
            columns = [*dict.fromkeys([*names, *_ALWAYS])]
            # Scanned, rows of other days are not unpacked: a part of a large night wants a few days of forty-five.
            part = pl.scan_parquet(self.folder / one["name"]).filter(holds).select(columns).collect()
            if not over.is_empty():
                part = part.join(over, on=["claim_id", "claim_version"], how="anti")
            told.append(made(part.select(names)))
        return pl.concat(told or [made(pl.DataFrame(schema={name: KEPT[name][1] for name in names}))])

    def newest(self, names: Sequence[str], known_by: datetime, claim_ids: pl.Series) -> pl.DataFrame:
        """`names` of the versions of these claims that held at `known_by`, as far as the latest nights brought them, in no order.

        Whoever asks for claims of last nights finds them in small files; of all others there is nothing here.
        """
        over, told = _over_by(known_by), []
        left = claim_ids.unique()
        for one in [one for one in reversed(self.files) if one["is_daily"]][:LOOKED_THROUGH]:
            if left.is_empty():
                break
            columns = [*dict.fromkeys([*names, *_ALWAYS])]
            part = pl.read_parquet(self.folder / one["name"], columns=columns)
            part = part.filter(pl.col("known_at") <= known_by, pl.col("claim_id").is_in(left.implode()))
            part = part.join(over, on=["claim_id", "claim_version"], how="anti")
            left = left.filter(~left.is_in(part["claim_id"].implode()))
            told.append(part.select(names))
        return pl.concat(told or [pl.DataFrame(schema={name: KEPT[name][1] for name in names})])

    def starts(self) -> list[datetime]:
        """Moments at which a stretch of payments begins: cut there, no file of many days is read twice."""
        return sorted(datetime.fromisoformat(one["first"]) for one in self.files if not one["is_daily"])

    def span(self) -> tuple[datetime, datetime] | None:
        """The first and the last payment's time; None where there is none."""
        if not self.files:
            return None
        ends = (min(one["first"] for one in self.files), max(one["last"] for one in self.files))
        return datetime.fromisoformat(ends[0]), datetime.fromisoformat(ends[1])


_ALWAYS = ("claim_id", "claim_version", "known_at", "transacted_at")


def usable_segments() -> Segments | None:
    """The segments, if they agree with the database; else None, and everything is read from the database."""
    folder = Path(settings.COLUMNS_DIR)
    try:
        manifest = read_list(folder / _MANIFEST)
        watermark = datetime.fromisoformat(manifest["watermark"])
        agrees = manifest["schema"] == _SCHEMA and all(is_whole(folder, one) for one in manifest["files"])
        if (
            not agrees
            or manifest["received"] != received_by(watermark)
            or not once_a_look(repr(manifest["probes"]), lambda: _probes_hold(manifest["probes"]))
        ):
            log.warning("claims.segments_stale", extra={"folder": str(folder)})
            return None
    except FileNotFoundError:
        return None
    except NoList:
        log.warning("claims.segments_stale", extra={"folder": str(folder)})
        return None
    except (OSError, ValueError, KeyError, TypeError):
        log.warning("claims.segments_damaged", extra={"folder": str(folder)})
        return None
    return Segments(folder, watermark, tuple(manifest["files"]), manifest)


def has_none_yet() -> bool:
    """Whether the company is to have columns and nothing was ever kept: whatever else is to be found out, they are to be made."""
    return has_columns() and not (Path(settings.COLUMNS_DIR) / _MANIFEST).exists()


#: Has each job done by `write_segment`, here or elsewhere; what came of it in the order of the jobs, None where nothing did.
Share = Callable[[Sequence[dict[str, str]]], Sequence[dict[str, Any] | None]]


def advance_segments(known_by: datetime, share: Share = lambda jobs: [None for _ in jobs]) -> None:
    """Bring the segments up to what was known at a moment, and rebuild them where they cannot be believed.

    Does nothing in a company too small to gain by it, while another process is at it, or where nothing can be written. Those of all claims are
    made by whom `share` finds; whatever nobody made, or cannot be found as it was made, is made here.
    """
    if not has_columns():
        return
    folder = Path(settings.COLUMNS_DIR)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with folder_lock(folder / "lock") as held:
            if held:
                try:
                    _advance(folder, known_by, share)
                except OSError:  # a full disk is not left fuller
                    found = usable_segments()
                    _forget_all_but(folder, found.files if found else ())
                    raise
    except OSError as error:
        log.warning("claims.segments_not_written", extra={"why": str(error)})


def _advance(folder: Path, known_by: datetime, share: Share) -> None:
    until = min(known_by, _before_unfinished())
    found = usable_segments()
    after = found.watermark if found else datetime.min.replace(tzinfo=UTC)
    if found and until <= after:
        return
    before: dict[str, Any] = found.manifest if found else {"received": [0, 0], "probes": []}
    files, received, probes = list(found.files if found else ()), list(before["received"]), []
    for told in _since(folder, after, until) if found else _from_the_start(folder, until, share):
        files.append(told["file"])
        received = [received[0] + told["file"]["rows"], max(received[1], told["newest"])]
        probes += told["probes"]
    daily = [one for one in files if one["is_daily"]]
    if len(daily) > MANY:
        merged = pl.concat(pl.read_parquet(folder / one["name"]) for one in daily)
        files = [one for one in files if not one["is_daily"]] + [write_file(folder, merged, is_daily=False)]
    manifest = {
        "schema": _SCHEMA,
        "watermark": until.isoformat(),
        "files": files,
        "received": received,
        "probes": _thinned(before["probes"] + probes),
    }
    write_list(folder / _MANIFEST, manifest, before=lambda: faults.hit("columns.written"))
    faults.hit("columns.listed")
    _forget_all_but(folder, files)


def _forget_all_but(folder: Path, files: Sequence[dict[str, Any]]) -> None:
    kept = {one["name"] for one in files}
    for path in folder.glob("*.parquet"):
        if path.name not in kept:
            path.unlink(missing_ok=True)


def _thinned(probes: list[list[Any]]) -> list[list[Any]]:
    return probes[:: -(-len(probes) // (2 * PROBES))] if len(probes) > 2 * PROBES else probes


def _since(folder: Path, after: datetime, until: datetime) -> Iterator[dict[str, Any]]:
    rows = received_versions(after, until)
    if rows.height:
        yield kept_rows(folder, rows, PROBES // 16)  # a night is next to nothing


def _from_the_start(folder: Path, until: datetime, share: Share) -> Iterator[dict[str, Any]]:
    jobs = [
        {"first": first.isoformat(), "until": last.isoformat(), "known_by": until.isoformat()}
        for first, last in _spans()
    ]
    for job, told in zip(jobs, share(jobs), strict=True):
        done = told if told is not None and _is_there(folder, told) else write_segment(job)
        if done:
            yield done


def _is_there(folder: Path, told: dict[str, Any]) -> bool:
    """Whether what was told of a stretch is so: without claims, or in a file with the digest it was written with."""
    try:
        return not told or is_whole(folder, told["file"])
    except OSError:
        return False


def _spans() -> Iterator[tuple[datetime, datetime]]:
    """Stretches of SEGMENT_DAYS that hold every payment."""
    ends = read_frame(
        "SELECT min(at) AS first, max(until) AS last FROM ("
        "SELECT min(transacted_at) AS at, max(transacted_at) AS until FROM fraud_claim UNION ALL "
        "SELECT min(transacted_at) AS at, max(transacted_at) AS until FROM fraud_claimversion) AS ends",
        schema=dict.fromkeys(("first", "last"), pl.Datetime("us", "UTC")),
    ).row(0)
    first, last = ends
    while first is not None and first <= last:
        yield first, first + timedelta(days=SEGMENT_DAYS)
        first += timedelta(days=SEGMENT_DAYS)


def _probes_hold(probes: list[list[Any]]) -> bool:
    """Whether each of the rows that were written down says the same in the database."""
    if not probes:
        return True
    condition, params = in_list([row[0] for row in probes])
    found = read_frame(
        f"SELECT id, version, row_hash FROM fraud_claim WHERE id {condition} UNION ALL "
        f"SELECT claim_id AS id, version, row_hash FROM fraud_claimversion WHERE claim_id {condition}",
        [*params, *params],
        schema={"id": pl.Int64, "version": pl.Int64, "row_hash": pl.String},
    )
    return {tuple(row) for row in probes} <= set(found.rows())


def _over_by(known_by: datetime) -> pl.DataFrame:
    """`claim_id, claim_version` that had been superseded by then."""
    return read_frame(
        "SELECT claim_id, version AS claim_version FROM fraud_claimversion WHERE superseded_at <= %s",
        [connection.ops.adapt_datetimefield_value(known_by)],
        schema={"claim_id": pl.Int64, "claim_version": pl.Int64},
    )


def _before_unfinished() -> datetime:
    """Just before the first delivery that is still being stored: its rows come one part at a time."""
    waiting = ClaimFile.objects.filter(state__in=[ClaimFile.State.RECEIVED, ClaimFile.State.IMPORTING])
    first = waiting.order_by("received_at").values_list("received_at", flat=True).first()
    return first - timedelta(microseconds=1) if first else datetime.max.replace(tzinfo=UTC)


def has_columns() -> bool:
    """Whether the company is large enough to gain by what is kept beside the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM fraud_claim")
        return int(cursor.fetchone()[0] or 0) >= settings.COLUMNS_FROM
