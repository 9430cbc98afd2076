"""Which claims a training may see, what was known about them at the cut-off, and how much each counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.detection.scoring.formula import Floats
from fraud.learning.training.config import TrainingConfig

_MICROSECOND = timedelta(microseconds=1)


class NothingToTrainOn(ValueError):
    """No claim lies before the cut-off."""


@dataclass(frozen=True)
class TrainingRows:
    """Chosen rows of the feature frame, in time order.

    positions (n,) into the frame; at, known (n,) microseconds since 1970 (known = int64 max when nobody reviewed the claim);
    y (n,) misuse; reviewed (n,); by_lot (n,) reviewed since it was drawn, whatever anybody thought of it; share (n,) inverse sampling share times label weight; fit_weight (n,) weight while fitting trees.
    """

    positions: NDArray[np.int64]
    at: NDArray[np.int64]
    known: NDArray[np.int64]
    y: NDArray[np.bool_]
    reviewed: NDArray[np.bool_]
    by_lot: NDArray[np.bool_]
    share: Floats
    fit_weight: Floats

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def n_confirmed(self) -> int:
        """Confirmed misuse among the rows."""
        return int(self.y.sum())


NOT_REVIEWED = np.iinfo(np.int64).max


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment."""
    from datetime import UTC

    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // _MICROSECOND


def known_labels(labels: pl.DataFrame, cut_off: datetime) -> pl.DataFrame:
    """The outcome of each claim as known at the cut-off: later labels do not exist yet, the latest known one wins.

    Columns claim_id, is_misuse, known_at, weight, selection_probability (1.0 where the frame has none).
    """
    more = ("weight", "selection_probability")
    labels = labels.with_columns(pl.lit(1.0).alias(name) for name in more if name not in labels.columns)
    labels = labels.select("claim_id", "is_misuse", "known_at", pl.col(*more).fill_null(1.0))
    known = labels.filter(pl.col("known_at") <= cut_off)
    return known.sort("known_at", maintain_order=True).unique("claim_id", keep="last", maintain_order=True)


def training_rows(
    features: pl.DataFrame, labels: pl.DataFrame, *, cut_off: datetime, config: TrainingConfig
) -> TrainingRows:
    """Rows of the training window: every reviewed one, and a seeded sample of the others old enough to have been found out."""
    at, known, y, reviewed, by_lot, weight = _joined(features, known_labels(labels, cut_off))
    end, gap = microseconds(cut_off), config.delay_days * 86_400_000_000
    usable = (at < end) & (reviewed | (at < end - gap))
    usable &= at >= _window_start(at[usable & y], end - gap, config)
    if not usable.any():
        raise NothingToTrainOn("no claim before the cut-off is old enough to train on")
    keep, share = _sampled(usable, y, weight, config)
    positions = np.flatnonzero(keep)
    positions = positions[np.argsort(at[positions], kind="stable")]
    fit = (
        np.where(reviewed, 1.0, 0.0 if config.unreviewed_weight is None else config.unreviewed_weight) * share
    )
    p = positions
    return TrainingRows(p, at[p], known[p], y[p], reviewed[p], by_lot[p], share[p], fit[p])


def _joined(features: pl.DataFrame, labels: pl.DataFrame) -> tuple[NDArray, ...]:
    """Transaction time, known time, outcome, reviewed, drawn by lot and label weight per row of ``features``."""
    frame = features.select("claim_id", at=pl.col("transacted_at").dt.epoch("us")).join(
        labels.with_columns(known=pl.col("known_at").dt.epoch("us")),
        on="claim_id",
        how="left",
        maintain_order="left",
    )
    reviewed = frame.get_column("is_misuse").is_not_null().to_numpy()
    return (
        frame.get_column("at").to_numpy().astype(np.int64),
        frame.get_column("known").fill_null(NOT_REVIEWED).to_numpy().astype(np.int64),
        frame.get_column("is_misuse").fill_null(False).to_numpy().astype(bool),
        reviewed,
        frame.get_column("selection_probability").fill_null(1.0).to_numpy() < 1.0,
        frame.get_column("weight").fill_null(1.0).to_numpy().astype(np.float64),
    )


def _window_start(confirmed_at: NDArray[np.int64], end: int, config: TrainingConfig) -> int:
    """``reach_days`` back from the end, further until ``min_confirmed`` misuse claims are inside (or all there are)."""
    start = end - config.reach_days * 86_400_000_000
    ordered = np.sort(confirmed_at)[::-1]
    if len(ordered) < config.min_confirmed:
        return int(np.iinfo(np.int64).min)
    return min(start, int(ordered[config.min_confirmed - 1]))


def _sampled(
    usable: NDArray[np.bool_], y: NDArray[np.bool_], weight: Floats, config: TrainingConfig
) -> tuple[NDArray[np.bool_], Floats]:
    """Keep all misuse and at most ``max_negatives`` others, whose weight makes up for those left out."""
    negatives = np.flatnonzero(usable & ~y)
    share = weight.copy()
    keep = usable & y
    if len(negatives) > config.max_negatives:
        chosen = np.random.default_rng(config.seed).choice(negatives, config.max_negatives, replace=False)
        share[chosen] *= len(negatives) / config.max_negatives
        negatives = chosen
    keep[negatives] = True
    return keep, share
