"""A block of claims as files, for the process that mines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from fraud.learning.mining.choosing import Block
from fraud.learning.mining.terms import minable


def write_block(folder: Path, name: str, block: Block) -> None:
    """Of the features only what a candidate may ask for, and the claims' numbers."""
    names = ["claim_id", "currency", *minable(block.features)]
    own = {"misuse": block.misuse, "reviewed": block.reviewed, "bundle": block.bundle}
    frame = block.features.select(names).with_columns(
        *(pl.Series(f"block:{key}", values) for key, values in own.items()),
        pl.lit(block.days, dtype=pl.Float64).alias("block:days"),
    )
    frame.write_parquet(folder / f"{name}.parquet")


def read_block(folder: Path, name: str) -> Block:
    """What ``write_block`` wrote; no days where it holds no claim."""
    frame = pl.read_parquet(folder / f"{name}.parquet")
    days = float(frame["block:days"][0]) if frame.height else 0.0
    misuse, reviewed = (frame[f"block:{key}"].to_numpy().astype(bool) for key in ("misuse", "reviewed"))
    bundle = frame["block:bundle"].to_numpy().astype(np.int64)
    features = frame.drop(column for column in frame.columns if column.startswith("block:"))
    return Block(features, misuse, reviewed, bundle, days)
