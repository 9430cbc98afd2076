"""Made-up claims for experiments: misuse is large and late at night; six weeks to learn from, two to test on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from fraud.learning.evaluation.comparison import Window
from fraud.learning.experiments.split import Stretch
from fraud.learning.training import TrainingConfig

NAMES = ("size", "hour", "noise")
START = datetime(2026, 1, 1, tzinfo=UTC)
CUT_OFF = START + timedelta(days=84)
CONFIG = TrainingConfig(
    window_days=84,
    delay_days=7,
    tree_features=NAMES,
    detector_features=NAMES,
    concepts={},
    unreviewed_weight=1.0,
)


def rows(n: int = 2000, seed: int = 0, share: float = 0.04) -> Stretch:
    """Rows whose misuse lies apart in size and hour; some values are missing."""
    rng = np.random.default_rng(seed)
    y = rng.random(n) < share
    X = rng.normal(size=(n, 3)).astype(np.float32)
    X[y, 0] += 2.0
    X[y, 1] += 1.5
    X[rng.random((n, 3)) < 0.02] = np.nan
    return Stretch(X, y, np.ones(n))


def window(stretch: Stretch, seed: int = 0) -> Window:
    """All outcomes known; thirty people, ten days."""
    rng = np.random.default_rng(seed)
    n = len(stretch)
    return Window(stretch.y, rng.integers(0, 30, n), rng.integers(0, 10, n), stretch.weight)


def frames(n: int = 3000, seed: int = 1) -> tuple[pl.DataFrame, pl.DataFrame, np.ndarray]:
    """Features and labels of claims over the weeks before the cut-off (outcomes known five days later), and one rule's hits."""
    made = rows(n, seed)
    rng = np.random.default_rng(seed)
    at = [START + timedelta(seconds=int(s)) for s in np.sort(rng.integers(0, 84 * 86_400, n))]
    utc = pl.Datetime("us", "UTC")
    columns = {name: made.X[:, j] for j, name in enumerate(NAMES)}
    features = pl.DataFrame({"claim_id": np.arange(n), "transacted_at": pl.Series(at, dtype=utc), **columns})
    labels = pl.DataFrame(
        {
            "claim_id": np.arange(n),
            "is_misuse": made.y,
            "known_at": pl.Series([moment + timedelta(days=5) for moment in at], dtype=utc),
            "weight": np.ones(n),
        }
    ).filter(pl.col("known_at") <= CUT_OFF)
    return features, labels, (made.X[:, :1] > 2.5)
