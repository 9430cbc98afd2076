"""Scores of a fold's test week: the published tree on its 15 features, and the product's hybrid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.detection.detectors.frames import matrix
from fraud.detection.detectors.tree import TreeDetector, TreeSettings
from fraud.detection.scoring.hybrid import HybridModel
from fraud.learning.evaluation.daily import card_precision_at
from fraud.learning.evaluation.metrics import average_precision, roc_auc
from fraud.learning.training import TrainingConfig, train_hybrid
from tests.benchmarks.detection_data import Labelled, Split, split_of
from tests.benchmarks.detection_rules import RULE_BOOK, with_watch_list

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: the book's XGBoost row: 100 trees of depth 3, learning rate 0.1, everything else the library's default of its time
PUBLISHED = TreeSettings(
    n_trees=100,
    max_depth=3,
    eta=0.1,
    max_bin=4096,
    base_score=0.5,
    subsample=1.0,
    colsample_bytree=1.0,
    min_child_weight=1.0,
)
_BOOK_NIGHT_HOUR = 6
_BOOK_WINDOWS = (1, 7, 30)
#: days of claims before the cut-off that a training reads: its window, the delay and room for `min_confirmed`
_TRAINING_DAYS = 100


@dataclass(frozen=True)
class Scores:
    """What was said about the test rows of one or several folds."""

    is_misuse: Mask
    cardholder: NDArray[np.int64]
    day: NDArray[np.int64]
    rank: Floats
    probability: Floats
    tree_probability: Floats
    tree_alone: Floats  # log-odds of trees on the same features, without rules and detectors
    hits: Mask

    @classmethod
    def joined(cls, folds: Sequence[Self]) -> Self:
        """The folds' rows together; their test weeks do not overlap, so a day stays one day."""
        columns = zip(*(vars(fold).values() for fold in folds), strict=True)
        return cls(*(np.concatenate(column) for column in columns))


@dataclass(frozen=True)
class Ranking:
    """How well a ranking finds misuse, as the book measures it."""

    auc: float
    average_precision: float
    card_precision: float


def ranking_of(data: Labelled, split: Split, score: Floats) -> Ranking:
    """AUC, average precision and card precision at 100 of a test week's scores."""
    rows = split.test
    truth, cards, days = data.is_misuse[rows], data.cardholder[rows], data.day[rows]
    return Ranking(
        roc_auc(truth, score), average_precision(truth, score), card_precision_at(truth, score, cards, days)
    )


def published_features(features: pl.DataFrame) -> tuple[NDArray[np.float32], list[str]]:
    """The book's 15 features out of the product's.

    Customer windows include the claim itself; merchant windows are shifted back by the delay, which
    is what counting outcomes by the day they became known gives.
    """
    amount = pl.col("amount") / 100
    columns = [
        amount.alias("amount"),
        pl.col("is_weekend"),
        (pl.col("hour") <= _BOOK_NIGHT_HOUR).alias("night"),
    ]
    for days in _BOOK_WINDOWS:
        count = pl.col(f"n_claims_cardholder_{days}d") + 1
        total = pl.col(f"total_amount_cardholder_{days}d") / 100 + amount
        columns += [
            count.alias(f"customer_count_{days}d"),
            (total / count).alias(f"customer_mean_{days}d"),
            pl.col(f"n_known_labels_merchant_{days}d").alias(f"merchant_count_{days}d"),
            pl.col(f"known_misuse_rate_merchant_{days}d").fill_null(0).alias(f"merchant_risk_{days}d"),
        ]
    chosen = features.select(column.cast(pl.Float32) for column in columns)
    return np.ascontiguousarray(chosen.to_numpy()), chosen.columns


def published_ranking(data: Labelled, start: date) -> Ranking:
    """The published tree trained on one week."""
    split = split_of(data, start)
    train, names = published_features(data.features[split.train])
    test, _ = published_features(data.features[split.test])
    weight = np.ones(len(split.train))
    tree = TreeDetector(PUBLISHED).fit(train, names, data.is_misuse[split.train], weight)
    return ranking_of(data, split, tree.margin(test))


def hybrid_scores(data: Labelled, hits: Mask, start: date, config: TrainingConfig) -> tuple[Scores, Ranking]:
    """The product's hybrid trained on what was known when the test week began, as it ranks that week."""
    split = split_of(data, start)
    rows = training_rows_of(data, split)
    trained = trained_on(data.features[rows], hits[rows], data.labels, split, config)
    scored = trained.score(with_watch_list(data.features[split.test]), hits[split.test])
    z = scored["z"].to_numpy()
    scores = Scores(
        is_misuse=data.is_misuse[split.test],
        cardholder=data.cardholder[split.test],
        day=data.day[split.test],
        rank=z,
        probability=scored["hybrid_probability"].to_numpy(),
        tree_probability=scored["tree_probability"].to_numpy(),
        tree_alone=tree_alone(trained, data.features[split.test]),
        hits=hits[split.test],
    )
    return scores, ranking_of(data, split, z)


def training_rows_of(data: Labelled, split: Split) -> NDArray[np.int64]:
    """Rows that a training before the fold's test week reads."""
    first_test = (split.cut_off.date() - data.first_day).days
    return np.flatnonzero((data.day < first_test) & (data.day >= first_test - _TRAINING_DAYS))


def trained_on(
    features: pl.DataFrame, hits: Mask, labels: pl.DataFrame, split: Split, config: TrainingConfig
) -> HybridModel:
    """The product's training on these rows and outcomes."""
    weights = [weight for weight, _ in RULE_BOOK.values()]
    rows = with_watch_list(features)
    return train_hybrid(
        rows, hits, list(RULE_BOOK), weights, labels, cut_off=split.cut_off, config=config
    ).model


def tree_alone(model: HybridModel, features: pl.DataFrame) -> Floats:
    """Log-odds (n,) of the trees that read features only, with the same outcomes and settings; 0 where nothing could be learnt."""
    if model.base_trees is None:
        return np.zeros(features.height)
    return model.base_trees.margin(matrix(features, model.tree_features))
