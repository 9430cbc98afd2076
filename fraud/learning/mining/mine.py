"""From claims that no rule flagged to candidates: learnt on the older ones, proven and chosen on later ones, shown on the latest."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fraud.company.thresholds import CostMatrix
from fraud.learning.mining.choosing import (
    UNREVIEWED,
    Block,
    Counts,
    MiningSettings,
    chosen,
    proven,
    saved,
    worth_a_look,
)
from fraud.learning.mining.grid import grid_of
from fraud.learning.mining.paths import Path, dumped_trees, paths_of
from fraud.learning.mining.terms import Mask, rows_of, text_of
from rules.language import parse, to_text

STEPS = ("cuts", "trees", "proof", "choice", "latest")
#: Claims that a candidate names at most, of those it would have caught and of those it would have hit for nothing.
_NAMED = 50


@dataclass(frozen=True)
class Mined:
    """Candidates with what each adds (cost units of the later claims), and how many paths were looked at, promised enough and held."""

    candidates: list[tuple[Path, float]]
    n_paths: int
    n_promising: int
    n_proven: int


def mine(learn: Block, check: Block, *, currency: str, cost: CostMatrix, settings: MiningSettings) -> Mined:
    """Candidates from the older claims ``learn`` that hold on the later ones ``check``; none without misuse in both.

    Outcomes of claims younger than ``check`` play no part.
    """
    steps = mining(learn, check, currency=currency, cost=cost, settings=settings)
    try:
        while True:
            next(steps)
    except StopIteration as over:
        found: Mined = over.value
        return found


def mining(
    learn: Block, check: Block, *, currency: str, cost: CostMatrix, settings: MiningSettings
) -> Generator[str, None, Mined]:
    """The same step by step: each of STEPS but the last as it begins, and the candidates as what is returned."""
    if not learn.misuse.any() or not check.misuse.any():
        return Mined([], 0, 0, 0)
    yield "cuts"
    grid = grid_of(learn.features, learn.misuse, currency)
    if not grid.cuts:
        return Mined([], 0, 0, 0)
    weight = np.where(learn.reviewed, 1.0, UNREVIEWED)
    yield "trees"
    trees = dumped_trees(
        grid.matrix(learn.features),
        learn.misuse,
        weight,
        n_trees=settings.n_trees,
        depth=settings.depth,
        seed=settings.seed,
    )
    paths = paths_of(trees, grid)
    yield "proof"
    promising = worth_a_look(paths, learn, settings)
    held = proven(promising, check, cost, settings)
    yield "choice"
    return Mined(chosen(held, check, cost, settings), len(paths), len(promising), len(held))


def told(mined: Mined, check: Block, latest: Block, cost: CostMatrix) -> dict[str, Any]:
    """The candidates as plain values: text, figures on both stretches, claims of the latest one; and all of them together."""
    rows, together = [], np.zeros(len(latest), dtype=bool)
    for path, gain in mined.candidates:
        hit = rows_of(path, latest.features)
        rows.append(
            {
                "text": to_text(parse(text_of(path))),
                "n_conditions": len(path),
                "gain": gain,
                "check": Counts.of(rows_of(path, check.features), check).to_json(),
                "latest": Counts.of(hit, latest).to_json(),
                "adds": Counts.of(hit & ~together, latest).to_json(),
                "caught": _named(hit & latest.misuse, latest),
                "for_nothing": _named(hit & latest.reviewed & ~latest.misuse, latest),
            }
        )
        together |= hit
    counts = Counts.of(together, latest)
    n_missed = int(latest.misuse.sum())
    return {
        "candidates": rows,
        "n_paths": mined.n_paths,
        "n_promising": mined.n_promising,
        "n_proven": mined.n_proven,
        "together": counts.to_json(),
        "n_missed": n_missed,
        "cost_before": float(cost.fn * n_missed),
        "cost_after": float(cost.fn * n_missed - saved(counts.misuse, counts.hits - counts.misuse, cost)),
    }


def _named(mask: Mask, block: Block) -> list[int]:
    """Claims of a mask, latest first."""
    return [int(pk) for pk in block.features["claim_id"].to_numpy()[mask][::-1][:_NAMED]]


def texts(mined: Mined) -> Sequence[str]:
    """The candidates in the rule language, best first."""
    return [to_text(parse(text_of(path))) for path, _gain in mined.candidates]
