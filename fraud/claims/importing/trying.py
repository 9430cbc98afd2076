"""What a profile would make of a file: read whole, in a process of its own, as an import reads it; nothing is stored."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from django.conf import settings

from audit import clock
from audit.actor import Actor
from audit.permissions import require
from fraud.claims.importing.field_labels import FIELD_LABELS
from fraud.claims.importing.fields import FIELDS, Kind
from fraud.claims.importing.guessing.grid import UNKNOWN, Grid, read_grid
from fraud.claims.importing.parsing.values import Context
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.profile_json import read_spec
from fraud.claims.importing.sandbox import stage_apart
from fraud.claims.importing.scanning import NUMBERS
from fraud.claims.importing.services import get_ready, reading_bounds
from fraud.claims.importing.staging import StagedFile
from fraud.claims.importing.waiting import find_waiting
from rules.money import format_number

TRIED_ROWS = 20
MONEY = frozenset(name for name, info in FIELDS.items() if info.kind is Kind.AMOUNT)
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Trial:
    """A file as it would be read. `rows` are shown texts of `columns` (fields), amounts in their currency, times local.

    `reasons`: for every code of refusal its number of rows and the first examples (line, column, params, original).
    """

    n_rows: int
    n_taken: int
    n_repeated: int
    n_rejected: int
    totals: Mapping[str, Mapping[str, int]]
    columns: list[str]
    rows: list[list[str]]
    reasons: list[dict[str, Any]]
    notes: list[dict[str, Any]]


def try_file(*, path: Path, name: str, spec: Mapping[str, Any], by: Actor, rows: int = TRIED_ROWS) -> Trial:
    """Read a file with a profile that need not be saved. Raises ProfileNotValid, FileQuarantined, NotPermitted."""
    require(by, "fraud.import_claims")
    checked = read_spec(spec)
    now = clock.now()
    context = Context(now, now + timedelta(days=1), settings.TIME_ZONE, settings.CARD_TOKEN_KEY.encode())
    with tempfile.TemporaryDirectory(prefix="cleancard-try-") as folder:
        staged = stage_apart(
            path=path, name=name, spec=spec, context=context, folder=Path(folder), bounds=reading_bounds()
        )
        frame = staged.chunk(0).head(rows) if staged.n_chunks else pl.DataFrame()
        if checked.identity and "external_id" not in checked.columns:
            frame = frame.drop("external_id", strict=False)  # ours, made of the row's values
        columns, shown = _shown(frame, checked.zone or settings.TIME_ZONE)
        get_ready()
        return Trial(
            n_rows=staged.n_rows,
            n_taken=staged.n_rows - staged.n_rejected - staged.n_duplicate,
            n_repeated=staged.n_duplicate,
            n_rejected=staged.n_rejected,
            totals=staged.totals,
            columns=columns,
            rows=shown,
            reasons=_reasons(staged),
            notes=staged.notes,
        )


def refuse_numbers(path: Path, grid: Grid | None = None) -> None:
    """Raise FileQuarantined for a card or resident number anywhere in a file of which no profile is known: cells nobody reads, titles, names of sheets, properties.

    `grid`: how it is laid out, where that is known already.
    """
    grid = grid or _grid_of(path)
    if number := find_waiting(path, grid, bounds=reading_bounds()):
        raise FileQuarantined(number["code"], place=number["place"], n=number["n"])


def _grid_of(path: Path) -> Grid:
    """How a file is laid out; of one that shows no header, nothing: it is searched all the same, and whoever reads it says what is wrong."""
    try:
        return read_grid(path)
    except FileQuarantined as error:
        if error.code in NUMBERS:
            raise
        return Grid("", UNKNOWN, (), ())


def _shown(frame: pl.DataFrame, zone: str) -> tuple[list[str], list[list[str]]]:
    names = [_source(name) for name in FIELD_LABELS]
    columns = [
        field
        for field, name in zip(FIELD_LABELS, names, strict=True)
        if name in frame.columns and frame.get_column(name).null_count() < frame.height
    ]
    return columns, [[_cell(row, field, zone) for field in columns] for row in frame.iter_rows(named=True)]


def _source(field: str) -> str:
    """The column of a canonical row that shows a field."""
    return "card_last4" if field == "card_number" else field


def _cell(row: Mapping[str, Any], field: str, zone: str) -> str:
    value = row[_source(field)]
    if value is None:
        return ""
    if isinstance(value, int) and field in MONEY:
        currency = (row.get("original_currency") if field == "original_amount" else None) or row.get(
            "currency"
        )
        return format_number(value, currency) if currency else str(value)
    if hasattr(value, "astimezone"):
        local = value.astimezone(ZoneInfo(zone))
        timed = row.get("has_time") if field == "transacted_at" else local.strftime("%H:%M") != "00:00"
        return str(local.strftime("%Y-%m-%d %H:%M" if timed else "%Y-%m-%d"))
    return str(value)


def _reasons(staged: StagedFile) -> list[dict[str, Any]]:
    rejects = staged.rejects()
    reasons = []
    counts = rejects.group_by("code").len().sort(["len", "code"], descending=[True, False])
    for code, n in counts.rows():
        first = rejects.filter(pl.col("code") == code).head(_EXAMPLES)
        examples = [
            {**row, "params": json.loads(row["params"] or "{}")}
            for row in first.select("line", "column", "params", "original").to_dicts()
        ]
        reasons.append({"code": code, "n": n, "examples": examples})
    return reasons
