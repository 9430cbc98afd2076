"""What an experiment learns from, what it is recalibrated on and what it is tested on: three stretches of time in this order."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.detection.detectors.frames import Matrix, matrix
from fraud.detection.scoring.hits import Hits
from fraud.learning.training.catalogue import feature_choice
from fraud.learning.training.config import TrainingConfig
from fraud.learning.training.folds import folds
from fraud.learning.training.rows import microseconds, training_rows

Floats = NDArray[np.float64]
#: The stretch that calibration is learnt on, in days: long enough for some confirmed misuse.
CALIBRATION_DAYS = 28
_DAY = 86_400_000_000


class NotPossible(ValueError):
    """Something an experiment cannot do: a code and values as JSON, for whoever shows it says it in the reader's language."""

    def __init__(self, code: str, **values: float) -> None:
        super().__init__(json.dumps({"code": code, **values}))
        self.code, self.values = code, values


class TooLittleKnown(NotPossible):
    """Before the cut-off there is too little confirmed misuse to learn from and to recalibrate on."""


@dataclass(frozen=True)
class Stretch:
    """Rows of one stretch: features and hits X (n, d), outcome y (n,), weight (n,) with which each counts."""

    X: Matrix
    y: NDArray[np.bool_]
    weight: Floats

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True)
class Split:
    """Learnt from, recalibrated on; ``names`` (d,) of the columns."""

    names: tuple[str, ...]
    fit: Stretch
    calibrate: Stretch


def split(
    features: pl.DataFrame,
    hits: Hits,
    codes: tuple[str, ...],
    labels: pl.DataFrame,
    *,
    cut_off: datetime,
    config: TrainingConfig,
) -> Split:
    """The product's own training rows, with its weights; the last stretch before the cut-off is kept from the fit.

    Learnt from: claims a delay gap older than that stretch whose outcome was known when it began. Raises TooLittleKnown and
    NothingToTrainOn.
    """
    config = replace(feature_choice(features, config), n_blocks=1, block_days=CALIBRATION_DAYS)
    rows = training_rows(features, labels, cut_off=cut_off, config=config)
    parts = folds(rows, microseconds(cut_off) - config.delay_days * _DAY, config)
    if not parts:
        raise TooLittleKnown("too_little_known", least=config.min_fold_confirmed, days=CALIBRATION_DAYS)
    fold, names = parts[-1], config.tree_features or ()
    X = columns(features[rows.positions], names, hits[rows.positions])
    used = fold.train & ((rows.fit_weight > 0) | rows.y)
    return Split(
        (*names, *(f"rule:{code}" for code in codes)),
        Stretch(X[used], rows.y[used], rows.fit_weight[used]),
        Stretch(X[fold.block], rows.y[fold.block], rows.share[fold.block]),
    )


def columns(features: pl.DataFrame, names: tuple[str, ...], hits: Hits) -> Matrix:
    """Features and rule hits as one matrix (n, d)."""
    return np.concatenate([matrix(features, names), hits.astype(np.float32)], axis=1)
