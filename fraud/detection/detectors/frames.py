"""From a feature frame to the float32 matrix every detector reads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.detection.detectors.errors import FeaturesMissing

Matrix = NDArray[np.float32]


def matrix(frame: pl.DataFrame, names: Sequence[str]) -> Matrix:
    """Columns ``names`` of ``frame`` as a C-ordered float32 array (n, d); null becomes nan, yes/no becomes 1/0.

    Raises FeaturesMissing naming every absent column.
    """
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise FeaturesMissing(missing)
    out = np.empty((frame.height, len(names)), dtype=np.float32)
    fill_matrix(frame, names, out)
    return out


def fill_matrix(frame: pl.DataFrame, names: Sequence[str], out: Matrix) -> None:
    """Write the columns into the first ``len(names)`` columns of ``out`` (rows as in ``frame``), null as nan."""
    for j, name in enumerate(names):
        column = frame.get_column(name).cast(pl.Float32, strict=True)
        out[:, j] = (
            column.to_numpy() if column.null_count() == 0 else column.fill_null(float("nan")).to_numpy()
        )
