"""Windows over an entire calendar period, including what comes later in it: a plain group-by."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rules.window_kernels import ranks_of
from rules.window_order import group_codes

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


def whole_period(
    function: str,
    keys: list[Ints],
    period_start: Ints,
    values: Ints | None,
    where: Mask | None,
    targets: Mask | None,
    scale: int,
) -> NDArray[np.generic]:
    """An aggregate over all rows of the same keys and period, one value per target in row order; nan (or 0) where nothing is inside."""
    # One number a group: a table of every key is four times as large. What is missing is a key like any other here.
    codes, _ = group_codes([*(key + 1 for key in keys), ranks_of(period_start)[0]])
    frame = pl.DataFrame({"code": codes})
    inside = frame.with_columns(v=pl.Series(values) if values is not None else pl.lit(1, dtype=pl.Int64))
    if where is not None:
        inside = inside.filter(pl.Series(where))
    groups = inside.group_by("code").agg(_expression(function).alias("answer"))
    del inside
    wanted = frame if targets is None else frame.filter(pl.Series(targets))
    answer = wanted.join(groups, on="code", how="left", maintain_order="left")["answer"]
    if function in {"count", "distinct", "sum"}:
        answer = answer.fill_null(0)
    found = (
        answer.to_numpy()
        if function == "sum" and scale == 1
        else answer.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    )
    return found if scale == 1 or function in {"count", "distinct"} else found / scale


def _expression(function: str) -> pl.Expr:
    value = pl.col("v")
    if function == "count":
        return pl.len()
    if function == "mean":
        return value.sum().cast(pl.Float64) / pl.len()
    by_name = {
        "sum": value.sum,
        "median": value.median,
        "min": value.min,
        "max": value.max,
        "distinct": value.n_unique,
    }
    return by_name[function]()
