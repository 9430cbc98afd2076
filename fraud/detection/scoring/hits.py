"""Rule hits as the scores take them: a matrix of yes/no with the codes and expert weights of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraud.detection.scoring.beliefs import best_of_hits
from fraud.detection.scoring.formula import Floats

Hits = NDArray[np.bool_]


class HitsNotMatching(ValueError):
    """The rule hits have another shape than (claims, rules), or rules and weights do not belong together."""


@dataclass(frozen=True)
class Rules:
    """The rules behind the columns of a hit matrix: codes, expert weights and, for a night, what is believed of each by itself."""

    codes: tuple[str, ...]
    weights: tuple[float, ...]
    beliefs: tuple[float, ...] = ()  # empty: the model alone scores
    levels: tuple[
        float, ...
    ] = ()  # log-odds the model usually gives to hits of each rule; nan where it has not scored any

    def __post_init__(self) -> None:
        if len(self.codes) != len(self.weights) or len(set(self.codes)) != len(self.codes):
            raise HitsNotMatching("rules need one weight each and no code twice")
        if self.beliefs and len(self.beliefs) != len(self.codes):
            raise HitsNotMatching("rules need one belief each, or none at all")

    def best_belief(self, hits: Hits, alone: Floats) -> tuple[Floats, NDArray[np.int64]]:
        """Per claim what its best rule makes believed, given what the model alone thinks of it, 0 without a hit, and that rule's column."""
        beliefs = self.beliefs or (0.0,) * len(self.codes)
        return best_of_hits(hits, alone, beliefs, self.levels or (float("nan"),) * len(self.codes))

    def require_shape(self, hits: Hits, n_rows: int) -> None:
        """Raises HitsNotMatching unless ``hits`` is (n_rows, number of rules)."""
        if hits.shape != (n_rows, len(self.codes)):
            raise HitsNotMatching(f"hits are {hits.shape}, expected ({n_rows}, {len(self.codes)})")

    def weighted(self, hits: Hits) -> Floats:
        """Sum of the expert weights of the rules hit (n,)."""
        return np.asarray(hits @ np.asarray(self.weights, dtype=np.float64), dtype=np.float64)


def align_hits(hits: Hits, given: Sequence[str], wanted: Sequence[str]) -> Floats:
    """Columns of ``hits`` (codes ``given``) in the order ``wanted`` as 0/1; a code that is not given counts as not hit."""
    position = {code: j for j, code in enumerate(given)}
    out = np.zeros((len(hits), len(wanted)))
    for k, code in enumerate(wanted):
        if code in position:
            out[:, k] = hits[:, position[code]]
    return out
