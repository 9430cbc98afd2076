"""Which paths become candidates: counted on later claims, held against lower bounds, chosen one after the other by what each adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.company.thresholds import CostMatrix
from fraud.detection.intervals import wilson
from fraud.learning.mining.paths import Path
from fraud.learning.mining.terms import Mask, Term, rows_of

#: One-sided 95 %.
_Z_ONE_SIDED = 1.6448536269514722
#: What a claim that nobody looked at counts as a genuine one, as while training.
UNREVIEWED = 0.2


@dataclass(frozen=True)
class MiningSettings:
    """How long candidates are looked for and what they must show.

    ``least_hits`` on the later claims; ``least_precision``: lower one-sided bound among hits with an outcome; ``price``: what a
    condition more must save, in the units of the cost matrix; ``most``: candidates at most.
    """

    n_trees: int = 60
    depth: int = 3
    least_hits: int = 15
    least_precision: float = 0.15
    price: float = 20.0
    most: int = 10
    seed: int = 0


@dataclass(frozen=True)
class Block:
    """Claims of one stretch of time that no rule flagged (n): features, outcome of misuse, whether there is an outcome at all, and the
    cardholder × merchant × week each belongs to."""

    features: pl.DataFrame
    misuse: Mask
    reviewed: Mask
    bundle: NDArray[np.int64]
    days: float

    def __len__(self) -> int:
        return self.features.height


@dataclass(frozen=True)
class Counts:
    """Hits of a path in a block, those with an outcome, misuse among them; bundles: cases they would make; days of the block."""

    hits: int
    reviewed: int
    misuse: int
    bundles: int
    days: float

    @classmethod
    def of(cls, hit: Mask, block: Block) -> Counts:
        """Counted."""
        reviewed = hit & block.reviewed
        bundles = len(np.unique(block.bundle[hit]))
        return cls(
            int(hit.sum()), int(reviewed.sum()), int((reviewed & block.misuse).sum()), bundles, block.days
        )

    @property
    def lower(self) -> float:
        """One-sided 95 % lower bound of the share of misuse among hits with an outcome."""
        return wilson(self.misuse, self.reviewed, _Z_ONE_SIDED).low

    @property
    def lower_of_all(self) -> float:
        """The same where hits nobody looked at count as genuine at a fifth."""
        return wilson(self.misuse, self.reviewed + UNREVIEWED * (self.hits - self.reviewed), _Z_ONE_SIDED).low

    def to_json(self) -> dict[str, Any]:
        """Plain values with precision and its two-sided 95 % interval."""
        found = wilson(self.misuse, self.reviewed)
        own = {"precision": self.misuse / self.reviewed if self.reviewed else None}
        bounds = {"low": found.low, "high": found.high} if self.reviewed else {"low": None, "high": None}
        a_night = self.bundles / self.days if self.days else 0.0
        return {**asdict(self), **own, **bounds, "lower": self.lower, "cases_a_night": a_night}


def break_even(cost: CostMatrix) -> float:
    """The share of misuse from which looking at a hit is cheaper than leaving it."""
    return (cost.fp - cost.tn) / ((cost.fp - cost.tn) + (cost.fn - cost.tp))


class TermRows:
    """The rows that meet each condition in a block, computed once."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self._kept: dict[Term, Mask] = {}

    def of(self, path: Path) -> Mask:
        """The rows (n,) of a path."""
        found = np.ones(len(self._block), dtype=bool)
        for term in path:
            if term not in self._kept:
                self._kept[term] = rows_of([term], self._block.features)
            found &= self._kept[term]
        return found


def worth_a_look(paths: Iterable[Path], learn: Block, settings: MiningSettings) -> list[Path]:
    """Paths that promise enough on the very claims they were learnt from; the others need not be counted later."""
    rows = TermRows(learn)
    kept = []
    for path in paths:
        hit = rows.of(path)
        reviewed = int((hit & learn.reviewed).sum())
        found = int((hit & learn.misuse).sum())
        if found and found >= settings.least_precision * reviewed:
            kept.append(path)
    return kept


def proven(
    paths: Sequence[Path], check: Block, cost: CostMatrix, settings: MiningSettings
) -> dict[Path, Mask]:
    """Paths that hold on later claims, with the rows each hits: enough hits, both lower bounds high enough."""
    rows, limit = TermRows(check), break_even(cost)
    kept = {}
    for path in paths:
        hit = rows.of(path)
        counts = Counts.of(hit, check)
        if (
            counts.hits >= settings.least_hits
            and counts.lower >= settings.least_precision
            and counts.lower_of_all >= limit
        ):
            kept[path] = hit
    return kept


def chosen(
    paths: Mapping[Path, Mask], check: Block, cost: CostMatrix, settings: MiningSettings
) -> list[tuple[Path, float]]:
    """Candidates with what each adds to those before it, best first: saved by new finds, less what new hits and conditions cost.

    What nobody looked at costs a look. What a candidate adds must itself lie over break-even with confidence.
    """
    covered = np.zeros(len(check), dtype=bool)
    left, found = dict(paths), list[tuple[Path, float]]()
    while left and len(found) < settings.most:
        best = max(left, key=lambda path: (_gain(path, left[path] & ~covered, check, cost, settings), path))
        new = left.pop(best) & ~covered
        gain = _gain(best, new, check, cost, settings)
        if gain <= 0:
            break
        if Counts.of(new, check).lower_of_all < break_even(cost):
            continue
        found.append((best, gain))
        covered |= new
    return found


def _gain(path: Path, new: Mask, check: Block, cost: CostMatrix, settings: MiningSettings) -> float:
    caught = int((new & check.misuse).sum())
    return (
        saved(caught, int(new.sum()) - caught, cost) - settings.price * len(path) if caught else -float("inf")
    )


def saved(caught: int, others: int, cost: CostMatrix) -> float:
    """What alerting so many misuses and so many other claims saves against leaving all of them."""
    return (cost.fn - cost.tp) * caught - (cost.fp - cost.tn) * others
