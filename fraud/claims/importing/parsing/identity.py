"""What makes a row the same row again: hashes of canonical values, stable for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import polars as pl

from audit.people import number_key

_UNIT = "\x1f"
_PEOPLE = frozenset({"employee_no", "approver_no"})


def row_hashes(frame: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """32 hexadecimal digits a row over the named columns and their values.

    What is empty says nothing: a row with a blank column is the row without that column. Employee numbers are the same however
    they are spelled.
    """
    texts = [_named(name, pl.col(name), frame.schema[name]) for name in columns]
    joined = frame.select(pl.concat_str(texts, separator=_UNIT, ignore_nulls=True)).to_series()
    digests = [hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in joined]
    return pl.Series("row_hash", digests, dtype=pl.String)


def _named(name: str, column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """`name=value`, null where nothing is said."""
    text = (column.dt.epoch("us") if isinstance(dtype, pl.Datetime) else column).cast(pl.String)
    if name in _PEOPLE:
        text = text.map_batches(_keys, return_dtype=pl.String)
    return pl.when(text != "").then(pl.concat_str(pl.lit(f"{name}="), text))


def _keys(numbers: pl.Series) -> pl.Series:
    spellings = numbers.unique().drop_nulls().to_list()
    return numbers.replace_strict(
        spellings, [number_key(one) for one in spellings], default=None, return_dtype=pl.String
    )
