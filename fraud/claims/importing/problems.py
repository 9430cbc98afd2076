"""What can be wrong with a file or a row, and what was normalised: codes with parameters, never prose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from audit.redaction import redact

#: A row that was not taken. `amount_minor` and `currency` are filled where the amount itself could be read.
REJECT_SCHEMA: dict[str, Any] = {
    "line": pl.Int64,
    "column": pl.String,
    "code": pl.String,
    "params": pl.String,  # JSON
    "original": pl.String,
    "amount_minor": pl.Int64,
    "currency": pl.String,
}
ORIGINAL_LENGTH = 2_000


def _told(params: dict[str, Any]) -> dict[str, Any]:
    """Parameters as they may be told: they may name columns, sheets and cells, and no answer tells a card or resident number back."""
    return {name: redact(value) if isinstance(value, str) else value for name, value in params.items()}


class FileQuarantined(Exception):
    """The whole file is refused; nothing of it may be stored but this code with its parameters."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = _told(params)

    def as_json(self) -> dict[str, Any]:
        """The form stored in `ClaimFile.error`."""
        return {"code": self.code, "params": self.params}


class ProfileNotValid(ValueError):
    """An import profile that cannot work; `problems` are (place, code, params)."""

    def __init__(self, problems: list[tuple[str, str, dict[str, Any]]]) -> None:
        super().__init__("; ".join(f"{place}: {code}" for place, code, _ in problems))
        self.problems = problems


@dataclass
class Notes:
    """What was normalised or noticed, counted per (code, parameters)."""

    counts: dict[tuple[str, tuple[tuple[str, Any], ...]], int] = field(default_factory=dict)

    def add(self, code: str, n: int = 1, **params: Any) -> None:
        """Count `n` occurrences; nothing is noted for zero."""
        if n:
            key = (code, tuple(sorted(params.items())))
            self.counts[key] = self.counts.get(key, 0) + int(n)

    def as_json(self) -> list[dict[str, Any]]:
        """The form stored in `ClaimFile.notes`."""
        return [
            {"code": code, "params": {**_told(dict(params)), "n": n}}
            for (code, params), n in self.counts.items()
        ]


def reject_frame(rows: Iterable[dict[str, Any]] = ()) -> pl.DataFrame:
    """A frame of rejected rows; columns that are not given are null."""
    data = [{name: row.get(name) for name in REJECT_SCHEMA} for row in rows]
    return pl.DataFrame(data, schema=REJECT_SCHEMA)
