"""Features as other outcomes than those they were computed with would have made them."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.detection.features.label_history import label_events, label_features
from fraud.detection.features.rows import rows_of


def with_outcomes(
    claims: pl.DataFrame, features: pl.DataFrame, rows: NDArray[np.int64], labels: pl.DataFrame, zone: str
) -> pl.DataFrame:
    """Features of the claims at `rows` (ascending) where only `labels` are ever known: the label history is computed again, the rest stays."""
    targets = np.zeros(claims.height, dtype=bool)
    targets[rows] = True
    asked = rows_of(claims, targets, zone)
    history = label_features(asked, label_events(claims, labels, asked.category_codes))
    chosen = features[rows]
    columns = [
        pl.Series(name, values, nan_to_null=True).cast(chosen.schema[name])
        for name, values in history.items()
    ]
    return chosen.with_columns(columns)
