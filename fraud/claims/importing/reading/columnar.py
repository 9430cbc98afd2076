"""Parquet: typed columns, read a row group at a time; numbers become text again so that one parser serves all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from fraud.claims.importing.problems import FileQuarantined, Notes
from fraud.claims.importing.profile import ProfileSpec
from fraud.claims.importing.reading.chunks import Chunk
from fraud.claims.importing.reading.limits import DEFAULT_LIMITS, Limits


class ColumnarTable:
    """A Parquet file. Dates keep their type; floats become their shortest exact text. Raises FileQuarantined."""

    encoding = "parquet"

    def __init__(self, path: Path, spec: ProfileSpec, limits: Limits = DEFAULT_LIMITS) -> None:
        self.notes = Notes()
        self._path = path
        self._limits = limits
        try:
            self._schema = pl.read_parquet_schema(path)
            self._rows = int(pl.scan_parquet(path).select(pl.len()).collect().item())
        except Exception as error:  # the reader raises its own kinds for damaged files
            raise FileQuarantined("file_damaged") from error
        if self._rows > limits.rows:
            raise FileQuarantined("too_many_rows", limit=limits.rows)
        if len(self._schema) > limits.columns:
            raise FileQuarantined("too_many_columns", limit=limits.columns)
        self.headers = list(self._schema)

    def chunks(self) -> Iterator[Chunk]:
        """Slices of the file; a row's line is its number in the file, first row = 1."""
        size = self._limits.chunk_rows
        for start in range(0, self._rows, size):
            frame = pl.scan_parquet(self._path).slice(start, size).select(*_as_text(self._schema)).collect()
            yield Chunk(frame, np.arange(start + 1, start + 1 + frame.height, dtype=np.int64))


def _as_text(schema: Mapping[str, Any]) -> Iterator[pl.Expr]:
    for name, dtype in schema.items():
        column = pl.col(name)
        if dtype in (pl.String, pl.Date) or isinstance(dtype, pl.Datetime):
            yield column
        elif dtype.is_float():
            # 15 significant digits are what a float keeps of a decimal number: 85.64999999999999 was 85.65.
            yield column.cast(pl.Float64).round_sig_figs(15).cast(pl.String).str.strip_suffix(".0")
        elif dtype.is_decimal():  # 12.500 is a number and no text: zeros at the end say nothing
            text = column.cast(pl.String)
            plain = text.str.strip_chars_end("0").str.strip_suffix(".")
            yield pl.when(text.str.contains(".", literal=True)).then(plain).otherwise(text).alias(name)
        elif dtype.is_nested() or dtype == pl.Binary:
            yield pl.lit(None, pl.String).alias(name)
        else:
            yield column.cast(pl.String)
