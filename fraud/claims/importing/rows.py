"""Claims sent as rows instead of a file: the same parsing, checks and idempotency, with an answer for each row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from audit.actor import Actor
from audit.permissions import require
from fraud.claims.importing.headers import plain
from fraud.claims.importing.problems import Notes, reject_frame
from fraud.claims.importing.profile_json import read_spec
from fraud.claims.importing.reading.chunks import Chunk
from fraud.claims.importing.scanning import refuse_in_headers
from fraud.claims.importing.services import Delivery, import_delivery
from fraud.claims.importing.storing import CHANGED_SINCE, Stored
from fraud.claims.models import ClaimFile, ImportProfile

MAX_ROWS = 10_000


class TooManyRows(ValueError):
    """More rows in one request than are taken; `limit` is how many are."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"at most {limit} rows")
        self.limit = limit


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of a row: accepted, duplicate, superseding or rejected, then with column, code and parameters."""

    index: int
    outcome: str
    external_id: str = ""
    column: str = ""
    code: str = ""
    params: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class RowsResult:
    """The delivery's ClaimFile and one result a row, in their order; none where the whole delivery was quarantined."""

    file: ClaimFile
    rows: list[RowResult]


class RowsTable:
    """Rows of a request as a delivered table: names are headers, a row's line is its place (first = 1)."""

    encoding = "rows"

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.notes = Notes()
        self.headers = list(dict.fromkeys(str(name) for row in rows for name in row))
        refuse_in_headers(self.headers)
        self._rows = rows

    def chunks(self) -> Iterator[Chunk]:
        """One chunk of text columns."""
        broken = [
            n for n, row in enumerate(self._rows) if not all(_is_text(v, name) for name, v in row.items())
        ]
        taken = [n for n in range(len(self._rows)) if n not in set(broken)]
        columns = {name: [_text(self._rows[n].get(name)) for n in taken] for name in self.headers}
        frame = pl.DataFrame(columns, schema=dict.fromkeys(self.headers, pl.String))
        rejects = [
            {"line": n + 1, "column": "", "code": _fault(self._rows[n]), "params": "{}", "original": ""}
            for n in broken
        ]
        yield Chunk(frame, np.asarray(taken, np.int64) + 1, reject_frame(rejects))


def import_rows(
    *,
    rows: Sequence[Mapping[str, Any]],
    profile: ImportProfile,
    by: Actor,
    received_at: datetime | None = None,
    again: bool = False,
) -> RowsResult:
    """Take claims of one request; values are texts, whole numbers, yes/no or null under the profile's column names.

    The same rows sent again are answered as before and change nothing, with the code `changed_since` where a later delivery
    says something else; `again` takes them as what is said now. Raises TooManyRows, NotPermitted, ProfileNotValid.
    """
    require(by, "fraud.deliver_claims")
    if len(rows) > MAX_ROWS:
        raise TooManyRows(MAX_ROWS)
    spec = read_spec(profile.spec)
    content = json.dumps([dict(row) for row in rows], sort_keys=True, default=str).encode(
        "utf-8", "surrogatepass"
    )
    digest = hashlib.sha256(b"rows\n" + content).hexdigest()
    delivery = Delivery(f"rows-{digest[:12]}", digest, len(content), lambda: RowsTable(rows))
    stored = Stored()
    file = import_delivery(
        delivery=delivery,
        spec=spec,
        profile=profile,
        by=by,
        received_at=received_at,
        again=again,
        stored=stored,
    )
    if file.state == ClaimFile.State.QUARANTINED:
        return RowsResult(file, [])
    rejected = {
        reject.line: RowResult(reject.line - 1, "rejected", "", reject.column, reject.code, reject.params)
        for reject in file.rejects.all()
    }
    results = []
    for index in range(len(rows)):
        outcome, external_id = stored.outcomes.get(index + 1) or ("duplicate", "")  # repeats a row before it
        told = RowResult(index, outcome, external_id)
        if outcome == CHANGED_SINCE:
            told = RowResult(index, "duplicate", external_id, code=CHANGED_SINCE)
        results.append(rejected.get(index + 1) or told)
    return RowsResult(file, results)


#: Columns whose value may also be a list of objects, kept as JSON text.
_LISTS = frozenset({plain("attendees"), plain("참석자"), plain("참석자명단")})


def _is_text(value: Any, name: str = "") -> bool:
    if isinstance(value, list):
        return plain(name) in _LISTS and _is_text(_text(value))
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
    return value is None or isinstance(value, (bool, int, Decimal))


def _fault(row: Mapping[str, Any]) -> str:
    texts = [value for value in row.values() if isinstance(value, str)]
    if any("\x00" in text for text in texts):
        return "nul_byte"
    if any("\ud800" <= char <= "\udfff" for text in texts for char in text):
        return "lone_surrogate"
    return "value_type"


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value).lower() if isinstance(value, bool) else str(value)
