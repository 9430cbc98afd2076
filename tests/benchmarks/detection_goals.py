"""Detection goals as figures: what was measured, what is asked for, whether it holds."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from fraud.company.thresholds import CostMatrix
from fraud.learning.evaluation.bootstrap import paired_difference
from fraud.learning.evaluation.costs import confusion
from fraud.learning.evaluation.daily import top_per_day
from fraud.learning.evaluation.metrics import brier, calibration_error
from tests.benchmarks.detection_scores import Mask, Ranking, Scores

#: misuse probability from which opening a case is cheaper than leaving it: 5 / (5 + 95)
COST_THRESHOLD = 0.05
_TREE_ALONE = 0.5
_SEATS = 100
#: "pruned" rules: only claims whose rules weigh at least this much together
_PRUNED_WEIGHT = 3.0


@dataclass(frozen=True)
class Figure:
    """One measured number of a goal; `at_least` says on which side of the target it must lie.

    `why_not`: why there is no number (nan) on this data.
    """

    goal: str
    what: str
    value: float
    target: float
    at_least: bool
    why_not: str = ""

    @property
    def holds(self) -> bool:
        return self.value >= self.target if self.at_least else self.value <= self.target

    def line(self) -> str:
        """The figure for a reader."""
        if self.why_not:
            return f"{self.goal:4s}{self.what:52s} not measured: {self.why_not}"
        sign = ">=" if self.at_least else "<="
        verdict = "holds" if self.holds else "MISSED"
        return f"{self.goal:4s}{self.what:52s}{self.value:9.4f}  {sign} {self.target:<8.4f}{verdict}"

    def as_json(self) -> dict[str, object]:
        value = None if self.why_not else self.value
        return asdict(self) | {"value": value, "holds": self.holds}


def not_measured(goal: str, what: str, why: str) -> Figure:
    """A goal that has no number on this data, and why."""
    return Figure(goal, what, float("nan"), float("nan"), True, why)


def _mean(rankings: Sequence[Ranking]) -> Ranking:
    columns = zip(*(vars(ranking).values() for ranking in rankings), strict=True)
    return Ranking(*(float(np.mean(column)) for column in columns))


def published_tree(rankings: Sequence[Ranking]) -> list[Figure]:
    """G1: the published XGBoost row is reached with the product's features and trees."""
    mean = _mean(rankings)
    return [
        Figure("G1", "published tree: average precision", mean.average_precision, 0.685, True),
        Figure("G1", "published tree: card precision at 100", mean.card_precision, 0.300, True),
    ]


def above_published(rankings: Sequence[Ranking]) -> list[Figure]:
    """G2: the hybrid is above the published XGBoost (.687 / .303 / .872)."""
    mean = _mean(rankings)
    return [
        Figure("G2", "hybrid: average precision", mean.average_precision, 0.750, True),
        Figure("G2", "hybrid: card precision at 100", mean.card_precision, 0.311, True),
        Figure("G2", "hybrid: area under the curve", mean.auc, 0.881, True),
    ]


def independent_filters(scores: Scores, weights: NDArray[np.float64]) -> dict[str, Mask]:
    """Two filters side by side, as companies run them: rules, or the tree alone, whichever says so."""
    tree = scores.tree_probability >= _TREE_ALONE
    return {
        "any rule or tree": scores.hits.any(axis=1) | tree,
        "pruned rules or tree": (scores.hits @ weights >= _PRUNED_WEIGHT) | tree,
    }


def place_in_day(score: NDArray[np.float64], day: NDArray[np.int64]) -> NDArray[np.int64]:
    """Place of each row among its day's rows, 0 for the highest score; ties by row."""
    order = np.lexsort((np.arange(len(score)), -score, day))
    first = np.flatnonzero(np.diff(day[order], prepend=np.int64(-1)))
    sizes = np.diff(np.append(first, len(order)))
    place = np.empty(len(score), dtype=np.int64)
    place[order] = np.arange(len(order)) - np.repeat(first, sizes)
    return place


def fewer_alerts(scores: Scores, weights: NDArray[np.float64]) -> list[Figure]:
    """G3: change of daily alerts when one queue has to reach the recall of independent filters."""
    place = place_in_day(scores.rank, scores.day)
    seats_needed = np.sort(place[scores.is_misuse]) + 1
    n_days = len(np.unique(scores.day))
    figures = []
    for (name, alerted), target in zip(
        independent_filters(scores, weights).items(), (-0.80, -0.65), strict=True
    ):
        found = int((alerted & scores.is_misuse).sum())
        seats = float(seats_needed[max(found - 1, 0)])
        change = seats / (alerted.sum() / n_days) - 1
        figures.append(
            Figure("G3", f"change of alerts at the recall of {name}", float(change), target, False)
        )
    return figures


def more_recall(scores: Scores, weights: NDArray[np.float64]) -> list[Figure]:
    """G4: recall gained when one queue gets each day as many alerts as independent filters had."""
    place = place_in_day(scores.rank, scores.day)
    figures = []
    for (name, alerted), target in zip(
        independent_filters(scores, weights).items(), (0.06, 0.05), strict=True
    ):
        per_day = np.bincount(scores.day, alerted)
        queue = place < per_day[scores.day]
        gain = confusion(scores.is_misuse, queue).recall - confusion(scores.is_misuse, alerted).recall
        figures.append(Figure("G4", f"recall gained at the alerts of {name}", gain, target, True))
    return figures


def lower_cost(scores: Scores, weights: NDArray[np.float64]) -> list[Figure]:
    """G5: change of cost per 1,000 claims at the cost threshold against the union."""
    cost = CostMatrix(tp=5, fp=5, fn=100, tn=0)
    union = independent_filters(scores, weights)["any rule or tree"]
    before = confusion(scores.is_misuse, union).cost_per_1000(cost)
    after = confusion(scores.is_misuse, scores.probability > COST_THRESHOLD).cost_per_1000(cost)
    return [Figure("G5", "change of cost against any rule or tree", after / before - 1, -0.40, False)]


def not_below_one_tree(scores: Scores) -> list[Figure]:
    """G6: recall of the best 100 a day against the tree alone in one queue, with the lower bound over draws of cardholders."""

    def recall(rank: NDArray[np.float64]) -> Callable[[NDArray[np.float64]], float]:
        chosen = top_per_day(rank, scores.day, _SEATS)
        return lambda weight: float(
            weight @ (scores.is_misuse & chosen) / max(weight @ scores.is_misuse, 1e-9)
        )

    found = paired_difference(recall(scores.tree_alone), recall(scores.rank), scores.cardholder)
    return [
        Figure("G6", "recall at 100 against one tree in one queue", found.value, 0.0, True),
        Figure("G6", "the same, lower bound", found.low, -0.005, True),
    ]


def even_days(scores: Scores) -> list[Figure]:
    """G13: the day with most alerts against the day with fewest, over the test weeks."""
    alerts = np.bincount(scores.day - scores.day.min(), scores.probability > COST_THRESHOLD)
    alerts = alerts[np.unique(scores.day) - scores.day.min()]
    return [Figure("G13", "most alerts of a day / fewest", float(alerts.max() / alerts.min()), 2.0, False)]


def calibrated(scores: Scores) -> list[Figure]:
    """G9: the probability means what it says."""
    return [
        Figure("G9", "Brier score", brier(scores.is_misuse, scores.probability), 0.0025, False),
        Figure(
            "G9", "calibration error", calibration_error(scores.is_misuse, scores.probability), 0.0012, False
        ),
    ]
