"""G7: how the hybrid, the tree alone and the rules alone order claims where only few misuses are confirmed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np
import polars as pl

from fraud.learning.evaluation.metrics import average_precision
from fraud.learning.training import TrainingConfig
from tests.benchmarks.detection_data import Labelled, Split, split_of, with_known
from tests.benchmarks.detection_goals import Figure
from tests.benchmarks.detection_rules import RULE_BOOK, with_watch_list, with_watched_hits
from tests.benchmarks.detection_scores import Mask, trained_on, training_rows_of, tree_alone

#: Confirmed misuse → how much better than the tree alone the order has to be.
ASKED = {10: 0.60, 30: 0.12, 100: 0.0}
#: Labels are few: the product's defaults, with fewer genuine claims to be quick.
FEW = TrainingConfig(max_negatives=50_000)
_FRESH_DAYS = 77


def few_confirmed(data: Labelled, split: Split, n: int) -> pl.DataFrame:
    """`n` outcomes, all misuse, drawn from those known at the cut-off of the last eleven weeks; nothing else is known."""
    old = pl.lit(split.cut_off).dt.offset_by(f"-{_FRESH_DAYS}d")
    known = data.labels.filter(
        pl.col("is_misuse"), pl.col("known_at") <= split.cut_off, pl.col("known_at") > old
    )
    return known.sample(min(n, known.height), seed=n).sort("claim_id")


def few_labels(
    data: Labelled,
    hits: Mask,
    starts: Sequence[date],
    config: TrainingConfig,
    say: Callable[[str], None],
    asked: Mapping[int, float] = ASKED,
) -> list[Figure]:
    """Average precision against the tree alone and against rules alone, mean over the folds."""
    figures, least = [], np.inf
    for n, target in asked.items():
        hybrid, tree, rules = np.mean([_ordered(data, hits, start, n, config) for start in starts], axis=0)
        say(f"{n} confirmed: AP hybrid {hybrid:.4f}, tree alone {tree:.4f}, rules alone {rules:.4f}")
        figures.append(
            Figure("G7", f"{n} confirmed: AP against the tree alone", hybrid / tree - 1, target, True)
        )
        least = min(least, hybrid / rules - 1)
    return [*figures, Figure("G7", "least AP against rules alone at these numbers", float(least), 0.0, True)]


def _ordered(
    data: Labelled, hits: Mask, start: date, n: int, config: TrainingConfig
) -> tuple[float, float, float]:
    """Average precision of hybrid, tree alone and rules alone in the test week of a fold."""
    split = split_of(data, start)
    labels, rows = few_confirmed(data, split, n), training_rows_of(data, split)
    learnt, asked = with_known(data, rows, labels), with_known(data, split.test, labels)
    model = trained_on(learnt, with_watched_hits(hits[rows], learnt), labels, split, config)
    told = with_watched_hits(hits[split.test], asked)
    z = model.score(with_watch_list(asked), told)["z"].to_numpy()
    weights = np.array([weight for weight, _ in RULE_BOOK.values()], dtype=np.float64)
    truth = data.is_misuse[split.test]
    ways = (z, tree_alone(model, asked), told @ weights)
    hybrid, tree, rules = (average_precision(truth, way) for way in ways)
    return hybrid, tree, rules
