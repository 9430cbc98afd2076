"""One segment of columns: what it holds of each version of a claim, how it is read from the database, written to its file, and known to be whole."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.db import connection

from fraud.claims.bulk import read_frame
from fraud.claims.columns import COLUMNS
from fraud.claims.listed import whole_or_none

#: Columns that tell deliveries apart; neither features nor rules look at them, and segments do not hold them.
IDENTITY = frozenset({"external_id", "claim_no", "card_token", "card_last4"})
#: Rows that are compared with the database, of all segments together.
PROBES = 256
_AT = pl.Datetime("us", "UTC")
_OWN: dict[str, tuple[str, Any]] = {
    "claim_version": ("c.version", pl.Int64),
    "known_at": ("c.received_at", _AT),
    "row_hash": ("c.row_hash", pl.String),
    "own_department_id": ("c.department_id", pl.Int64),
    "own_country": ("c.country", pl.String),
}
#: Column → (SQL over `c`, type): the claim's own facts.
KEPT: dict[str, tuple[str, Any]] = {
    name: column for name, column in COLUMNS.items() if column[0].startswith("c.") and name not in IDENTITY
} | _OWN
_FACTS = ", ".join(sorted({sql.removeprefix("c.") for sql, _ in KEPT.values()} - {"id"}))


def write_segment(job: dict[str, str]) -> dict[str, Any]:
    """Read the versions of a stretch of payments from the database and write them; what a list says of the file, nothing where there are none.

    `job`: `first` and `until` of the payments (exclusive), `known_by` when they were received, each as ISO text. The file has a name of
    its own, so that nobody else writes it, and counts from when it is listed. Raises OSError.
    """
    first, until, known_by = (datetime.fromisoformat(job[name]) for name in ("first", "until", "known_by"))
    rows = received_versions(datetime.min.replace(tzinfo=UTC), known_by, (first, until))
    # a first one is an eighth of all or less
    return kept_rows(Path(settings.COLUMNS_DIR), rows, PROBES // 8) if rows.height else {}


def received_versions(
    after: datetime, until: datetime, paid: tuple[datetime, datetime] | None = None
) -> pl.DataFrame:
    """Versions received in (after, until], by claim: of all payments, or of those in [first, last)."""
    columns = ", ".join(f'{sql} AS "{name}"' for name, (sql, _) in KEPT.items())
    schema = {name: dtype for name, (_, dtype) in KEPT.items()}
    # Each table by itself: through a UNION every column of every row is copied once more. Claims first: one that is corrected
    # in between is read from both, none from neither.
    tables = ("fraud_claim c", f"(SELECT claim_id AS id, {_FACTS} FROM fraud_claimversion) c")
    at = connection.ops.adapt_datetimefield_value
    known = "c.received_at <= %s" if after.year == 1 else "c.received_at > %s AND c.received_at <= %s"
    params = [at(until)] if after.year == 1 else [at(after), at(until)]
    limits = ""
    if paid is not None:
        limits, params = " AND c.transacted_at >= %s AND c.transacted_at < %s", [*params, *map(at, paid)]
    found = [
        read_frame(f"SELECT {columns} FROM {table} WHERE {known}{limits}", params, schema=schema)
        for table in tables
    ]
    rows = pl.concat(found, rechunk=False)
    if found[1].height:
        rows = rows.unique(["claim_id", "claim_version"])
    return rows.sort("claim_id", "claim_version")


def kept_rows(folder: Path, rows: pl.DataFrame, n_probes: int) -> dict[str, Any]:
    """Write rows that come by claim: what a list says of their `file`, the `newest` claim, and some `probes` to compare with the database."""
    newest = int(rows["claim_id"][-1])  # they come by claim
    return {"file": write_file(folder, rows), "newest": newest, "probes": _probes(rows, n_probes)}


def write_file(folder: Path, rows: pl.DataFrame, *, is_daily: bool | None = None) -> dict[str, Any]:
    """Write rows into a file of its own: its name, digest, number of rows and times of payment. Raises OSError."""
    name = f"{secrets.token_hex(8)}.parquet"
    with whole_or_none(folder / name) as path:
        rows.write_parquet(path, compression="zstd", compression_level=1, row_group_size=131_072)
    first, last = rows["transacted_at"].min(), rows["transacted_at"].max()
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    return {
        "name": name,
        "digest": digest_of(folder / name),
        "rows": rows.height,
        "first": first.isoformat(),
        "last": last.isoformat(),
        "is_daily": rows.height < settings.COLUMNS_FROM // 2 if is_daily is None else is_daily,
    }


def is_whole(folder: Path, one: dict[str, Any]) -> bool:
    """Whether a listed file is what was written; a digest is worked out once while the file stays as it is. Raises OSError where it is gone."""
    path = folder / one["name"]
    state = path.stat()
    return _digest_once(str(path), state.st_size, state.st_mtime_ns) == one["digest"]


@lru_cache(maxsize=256)
def _digest_once(path: str, _size: int, _changed: int) -> str:
    return digest_of(Path(path))


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _probes(part: pl.DataFrame, n: int) -> list[list[Any]]:
    """About n rows to compare with the database, spread over a part."""
    rows = part.select("claim_id", "claim_version", "row_hash").gather_every(max(part.height // n, 1))
    return [list(row) for row in rows.iter_rows()]
