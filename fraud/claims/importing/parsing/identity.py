"""What makes a row the same row again: hashes of canonical values, stable for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import polars as pl

_UNIT = "\x1f"


def row_hashes(frame: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """32 hexadecimal digits a row over the named columns and their values; absent values are empty."""
    texts = [pl.concat_str(pl.lit(f"{name}="), _text(pl.col(name), frame.schema[name])) for name in columns]
    joined = frame.select(pl.concat_str(texts, separator=_UNIT)).to_series()
    digests = [hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in joined]
    return pl.Series("row_hash", digests, dtype=pl.String)


def _text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.Datetime):
        return column.dt.epoch("us").cast(pl.String).fill_null("")
    return column.cast(pl.String).fill_null("")
