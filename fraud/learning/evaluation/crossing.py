"""Rules x model: what both saw, what only one saw, what neither did, and what a control sample says of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraud.detection.intervals import clopper_pearson
from fraud.learning.evaluation.intervals import counted_by_lot

Bools = NDArray[np.bool_]
CROSSED = ("both", "rules_only", "model_only", "neither")


@dataclass(frozen=True)
class Crossed:
    """One of the four cells.

    n_claims; n_reviewed with an outcome, n_misuse of them; their money in minor units (amount of all reviewed, of the misuse);
    precision with its exact 95 % interval; n_sampled drawn by lot, n_sampled_misuse of them; ``expected`` misuse in the cell by
    those, each standing for its share of the cell by the inverse of its chance, with its interval; None where nothing was drawn.
    """

    n_claims: int
    n_reviewed: int
    n_misuse: int
    money_reviewed: int
    money_misuse: int
    precision: float | None
    precision_interval: tuple[float, float] | None
    n_sampled: int
    n_sampled_misuse: int
    expected: float | None
    expected_interval: tuple[float, float] | None

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def crossing(
    rule_hit: Bools,
    alerted: Bools,
    y: Bools,
    reviewed: Bools,
    sampled: Bools,
    amount: NDArray[np.int64],
    weight: NDArray[np.float64],
) -> Mapping[str, Crossed]:
    """The four cells of claims (n,): hit by a rule, over the model's threshold, outcome, reviewed, drawn by lot, amount (minor units).

    ``weight``: 1 / the probability with which a claim was drawn.
    """
    masks = {
        "both": rule_hit & alerted,
        "rules_only": rule_hit & ~alerted,
        "model_only": ~rule_hit & alerted,
        "neither": ~rule_hit & ~alerted,
    }
    return {name: _cell(mask, y, reviewed, sampled, amount, weight) for name, mask in masks.items()}


def _cell(
    mask: Bools,
    y: Bools,
    reviewed: Bools,
    sampled: Bools,
    amount: NDArray[np.int64],
    weight: NDArray[np.float64],
) -> Crossed:
    seen, drawn = mask & reviewed, mask & reviewed & sampled
    n, k, m, size = (int(part.sum()) for part in (seen, seen & y, drawn, mask))
    bounds = clopper_pearson(k, n)
    # What is drawn and not decided yet must not count as in order: the decided ones stand for the whole cell.
    own = weight * (size / weight[drawn].sum()) if m else weight
    expected, wide = counted_by_lot(own[drawn & y].tolist(), float(own[drawn].max()) if m else 0.0)
    low, high = (min(max(value, float(k)), float(size)) for value in (wide.low, wide.high))
    return Crossed(
        n_claims=size,
        n_reviewed=n,
        n_misuse=k,
        money_reviewed=int(amount[seen].sum()),
        money_misuse=int(amount[seen & y].sum()),
        precision=k / n if n else None,
        precision_interval=(bounds.low, bounds.high) if n else None,
        n_sampled=m,
        n_sampled_misuse=int((drawn & y).sum()),
        expected=min(max(expected, float(k)), float(size)) if m else None,
        expected_interval=(low, high) if m else None,
    )
