"""Which row failed where: the first problem of each row, kept as small numbers until the rejects are written."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.claims.importing.problems import Notes


@dataclass
class ProblemRows:
    """Problems of `height` rows; `add` keeps the first one a row."""

    height: int
    notes: Notes
    kinds: list[tuple[str, str, str]] = field(default_factory=lambda: [("", "", "")])  # column, code, params
    first: NDArray[np.int32] = field(init=False)

    def __post_init__(self) -> None:
        self.first = np.zeros(self.height, np.int32)

    def add(self, mask: pl.Series | NDArray[np.bool_], column: str, code: str, **params: Any) -> None:
        """Mark the rows of `mask` (null counts as false) unless they already have a problem."""
        rows = mask.fill_null(False).to_numpy() if isinstance(mask, pl.Series) else mask
        fresh = rows & (self.first == 0)
        if fresh.any():
            self.kinds.append((column, code, json.dumps(params, ensure_ascii=False)))
            self.first[fresh] = len(self.kinds) - 1

    def merge(self, other: ProblemRows) -> None:
        """Take over another list's problems of the same rows."""
        for kind, (column, code, params) in enumerate(other.kinds[1:], 1):
            self.add(other.first == kind, column, code, **json.loads(params))

    @property
    def good(self) -> NDArray[np.bool_]:
        """Rows without a problem."""
        return np.asarray(self.first == 0)

    def of(self, row: int) -> tuple[str, str, str]:
        """(column, code, params as JSON) of a row."""
        return self.kinds[int(self.first[row])]
