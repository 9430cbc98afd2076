"""Which outcomes such a company has: only what its two old filters flagged, and tips; late, and some of them wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
from numpy.random import Generator
from numpy.typing import NDArray

from tests.benchmarks.strangers.company import Company
from tests.benchmarks.strangers.status_quo import (
    TREE_THRESHOLD,
    old_book,
    plain_facts,
    simple_tree,
    tree_matrix,
    tree_probability,
)

Ints = NDArray[np.int64]
#: `source` and `inclusion` say how a claim came to be looked at; whoever trains may use them.
LABELS: dict[str, pl.DataType] = {
    "claim_id": pl.Int64(),
    "is_misuse": pl.Boolean(),
    "known_at": pl.Datetime("us", "UTC"),
    "weight": pl.Float64(),
    "source": pl.String(),
    "inclusion": pl.Float64(),
}
#: The tree of then was trained once, this far into the history.
_TREE_FROM = 0.45


def moment(company: Company, day: int) -> datetime:
    """Midnight UTC of a day of the company."""
    first = datetime.combine(company.traits.start, datetime.min.time(), UTC)
    return first + timedelta(days=int(day))


def labels_of(
    company: Company, rows: Ints, misuse: NDArray, known: Ints, source: str, inclusion: NDArray | float = 1.0
) -> pl.DataFrame:
    """Outcomes of claims at positions `rows`, known at 18:00 of days `known`."""
    moments = [moment(company, day) + timedelta(hours=18) for day in known]
    return pl.DataFrame(
        {
            "claim_id": company.claims["claim_id"].to_numpy()[rows],
            "is_misuse": np.asarray(misuse, dtype=bool),
            "known_at": pl.Series(moments, dtype=pl.Datetime("us", "UTC")),
            "weight": np.ones(len(rows)),
            "source": [source] * len(rows),
            "inclusion": np.broadcast_to(np.asarray(inclusion, dtype=np.float64), (len(rows),)),
        },
        schema=LABELS,
    )


def known_outcomes(company: Company) -> pl.DataFrame:
    """Everything that became known without the product: reviews of the old filters' alerts in the history, tips for ever."""
    rng, habit, cut_off = company.traits.rng("outcomes"), company.traits.habit, company.traits.cut_off
    facts = plain_facts(company)
    matrix, flagged = tree_matrix(facts), old_book(company, facts).any
    history = company.arrived(0, cut_off)
    first = _reviewed(company, rng, np.flatnonzero(flagged & history))
    begin = round(cut_off * _TREE_FROM)
    early = company.arrived(0, begin)
    known = first.filter(pl.col("known_at") <= moment(company, begin))
    y = np.isin(company.claims["claim_id"].to_numpy(), known.filter("is_misuse")["claim_id"].to_numpy())
    says = tree_probability(simple_tree(matrix[early], y[early]), matrix)
    also = (says >= TREE_THRESHOLD) & company.arrived(begin, cut_off) & ~flagged
    second = _reviewed(company, rng, np.flatnonzero(also))
    everything = pl.concat([first, second, _tips(company, rng, habit.tips, habit.tip_delay)])
    return everything.sort("known_at", maintain_order=True).unique(
        "claim_id", keep="first", maintain_order=True
    )


def _reviewed(company: Company, rng: Generator, rows: Ints) -> pl.DataFrame:
    """The share of flagged claims that somebody looked at, with the delay and the errors of the house."""
    habit = company.traits.habit
    rows = rows[rng.random(len(rows)) < habit.reviewed]
    wrong = rng.random(len(rows)) < habit.wrong
    # a genuine claim is rarely called misuse: somebody has to sign for that
    wrong &= company.truth[rows] | (rng.random(len(rows)) < 0.1)
    known = company.delivered[rows] + rng.integers(*habit.delay, len(rows))
    return labels_of(company, rows, company.truth[rows] ^ wrong, known, "review")


def _tips(company: Company, rng: Generator, share: float, delay: int) -> pl.DataFrame:
    """Misuse that somebody told of, whether anything flagged it or not."""
    told = np.flatnonzero(company.truth & (rng.random(len(company.truth)) < share))
    known = company.delivered[told] + 1 + rng.integers(0, delay, len(told))
    return labels_of(company, told, company.truth[told], known, "tip")
