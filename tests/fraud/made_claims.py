"""Small made-up feature frames with planted misuse, shared by the tests of detectors, scores, training and the registry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.detection.detectors import TreeSettings
from fraud.learning.training import TrainedModel, TrainingConfig, train_hybrid

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 90
CUT_OFF = START + timedelta(days=DAYS)
NAMES = ("amount", "amount_ratio_self_30d", "hour", "n_repeated_3d", "f4", "f5")
CONCEPTS = {
    "amount": "amount",
    "amount_ratio_self_30d": "habit",
    "hour": "time",
    "n_repeated_3d": "repetition",
    "f4": "time",
}
CODES, WEIGHTS = ("LARGE", "TWICE", "NOISE"), (3.0, 4.0, 1.0)


@dataclass(frozen=True)
class Made:
    """Claims in time order with their truth."""

    features: pl.DataFrame
    hits: NDArray[np.bool_]
    labels: pl.DataFrame
    y: NDArray[np.bool_]


def made_claims(n: int = 4000, *, rate: float = 0.03, seed: int = 0, delay_days: int = 7) -> Made:
    """n claims over 90 days; misuse has larger amounts and more repetitions; every outcome is known after the delay."""
    rng = np.random.default_rng(seed)
    y = rng.random(n) < rate
    amount = np.exp(rng.normal(10, 1, n) + 1.5 * y).astype(np.int64)
    values = {
        "amount": amount,
        "amount_ratio_self_30d": (amount / 30_000).astype(np.float32),
        "hour": rng.integers(8, 22, n),
        "n_repeated_3d": rng.poisson(0.1 + 1.5 * y),
        "f4": rng.standard_normal(n).astype(np.float32),
        "f5": rng.standard_normal(n).astype(np.float32),
    }
    at = np.sort(rng.integers(0, DAYS * 86_400_000_000, n)) + int(START.timestamp()) * 1_000_000
    frame = pl.DataFrame(values).with_columns(
        claim_id=pl.Series(np.arange(n)),
        transacted_at=pl.Series(at).cast(pl.Datetime("us", "UTC")),
        currency=pl.lit("KRW"),
        f4=pl.when(pl.Series(rng.random(n) < 0.05)).then(None).otherwise(pl.col("f4")),
    )
    hits = np.stack([amount > 150_000, values["n_repeated_3d"] >= 2, rng.random(n) < 0.01], axis=1)
    labels = frame.select(
        "claim_id", known_at=pl.col("transacted_at") + timedelta(days=delay_days)
    ).with_columns(is_misuse=pl.Series(y), weight=pl.lit(1.0))
    return Made(frame, hits, labels, y)


def quick_config(**changes: object) -> TrainingConfig:
    """Twenty small trees and few detector rows: seconds become tenths."""
    own: dict[str, object] = {
        "tree_features": NAMES,
        "detector_features": NAMES,
        "concepts": CONCEPTS,
        "detector_rows": 2000,
        "trees": TreeSettings(n_trees=20, max_bin=256),
    }
    return TrainingConfig(**{**own, **changes})  # type: ignore[arg-type]


@lru_cache
def trained(n_labels: int | None = None) -> tuple[Made, TrainedModel]:
    """A hybrid trained on made claims: all outcomes, or only the first ``n_labels`` (0: none)."""
    made = made_claims()
    labels = made.labels if n_labels is None else made.labels.head(n_labels)
    return made, train_hybrid(
        made.features, made.hits, CODES, WEIGHTS, labels, cut_off=CUT_OFF, config=quick_config()
    )
