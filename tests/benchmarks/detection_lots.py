"""G12: does the interval of the misses, estimated from the product's own control sample, contain the truth?"""

import numpy as np
import polars as pl

from cases.selection import POPULATION
from cases.selection.drawing import control_sample
from fraud.learning.evaluation.intervals import misses_by_lot
from tests.benchmarks.detection_goals import COST_THRESHOLD, Figure
from tests.benchmarks.detection_scores import Scores

CHECKS, REPLICATIONS = 80, 600


def missed_by_lot(scores: Scores, replications: int = REPLICATIONS) -> list[Figure]:
    """The share of replications whose 95 % interval covers the misses there are; 80 checks on each day of the test weeks."""
    rest = np.flatnonzero(scores.probability <= COST_THRESHOLD)
    truth = scores.is_misuse[rest]
    frame = pl.DataFrame(
        {"claim_id": rest, "cardholder_id": scores.cardholder[rest], "merchant_id": 0, "week": "w"}
        | {"pattern": None, "probability": scores.probability[rest], "novelty": 0.0}
        | {"n_hits": scores.hits[rest].sum(axis=1), "n_untried": 0, "untried": None},
        schema=POPULATION,
    )
    nights = [frame.filter(pl.Series(scores.day[rest] == day)) for day in np.unique(scores.day)]
    found_by_alerts = float(scores.is_misuse.sum() - truth.sum())
    covered = [
        _covers(nights, scores, found_by_alerts, int(truth.sum()), f"R-{number}")
        for number in range(replications)
    ]
    return [
        Figure("G12", f"interval covers the misses, of {replications}", float(np.mean(covered)), 0.95, True)
    ]


def _covers(nights: list[pl.DataFrame], scores: Scores, found: float, missed: int, seed: str) -> bool:
    drawn = [
        bundle for at, night in enumerate(nights) for bundle in control_sample(night, CHECKS, f"{seed}/{at}")
    ]
    weights = [1 / bundle.inclusion_probability for bundle in drawn]
    is_misuse = [bool(scores.is_misuse[bundle.claims[0]]) for bundle in drawn]
    n = sum(night.height for night in nights)
    interval = misses_by_lot(found, n, weights, is_misuse).missed_interval
    return interval.low <= missed <= interval.high
