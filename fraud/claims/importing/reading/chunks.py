"""What a reader delivers: headers, then chunks of rows, then what it noticed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.claims.importing.problems import ORIGINAL_LENGTH, Notes, reject_frame


@dataclass
class Chunk:
    """Rows as delivered: text columns (or typed dates) under their headers, with each row's physical line (first = 1)."""

    frame: pl.DataFrame
    lines: NDArray[np.int64]
    rejects: pl.DataFrame = field(default_factory=reject_frame)

    def original(self, row: int, delimiter: str = ",") -> str:
        """The row as text again, for the list of rejected rows."""
        return join_fields(self.frame.row(row), delimiter)


class Table(Protocol):
    """A delivered table. `chunks` may be read once; `notes` is complete when it ended."""

    headers: list[str]
    notes: Notes
    encoding: str

    def chunks(self) -> Iterator[Chunk]: ...


def is_1904(table: Table) -> bool:
    """True for a workbook that counts its days from 1904."""
    return bool(getattr(table, "counts_from_1904", False))


def join_fields(values: Sequence[object], delimiter: str = ",") -> str:
    """Fields as one delimited line, quoted where needed and cut to the stored length."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(["" if v is None else v for v in values])
    return out.getvalue()[:ORIGINAL_LENGTH]
