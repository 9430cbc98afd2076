"""Which rows share keys with a few rows that are asked about: all that their windows can hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Places = NDArray[np.int64] | NDArray[np.int32]
Mask = NDArray[np.bool_]
_BUCKETS = 1 << 18


@dataclass(frozen=True)
class Sharing:
    """Rows that share keys with a target, in their order, and one code per such row below `n_codes`, equal where the keys are."""

    rows: Places
    codes: Places
    n_codes: int

    def since(self, row: int) -> Sharing:
        """Those of them from a row on."""
        start = int(np.searchsorted(self.rows, row))
        return Sharing(self.rows[start:], self.codes[start:], self.n_codes)

    def also(self, key: Ints, targets: Mask) -> Sharing:
        """Those of them that share one more key with the same target."""
        values = _places_of_targets(key[self.rows], targets[self.rows])
        rows = self.rows[values.rows]
        both = self.codes[values.rows].astype(np.int64) * values.n_codes + values.codes
        found = _places_of_targets(both, targets[rows])
        return Sharing(rows[found.rows], found.codes, found.n_codes)


def sharing(keys: Sequence[Ints], targets: Mask, first: Sharing | None = None) -> Sharing:
    """The rows that share all keys with a target; `first` is known of further keys. Rows fall away key by key."""
    found = _places_of_targets(keys[0], targets) if first is None else first
    for key in keys if first is not None else keys[1:]:
        found = found.also(key, targets)
    return found


def _places_of_targets(values: Ints, is_target: Mask) -> Sharing:
    """Positions of the values that a target has, and their ranks among the targets' different values; negative ones are no values."""
    asked = np.unique(values[is_target])
    asked = asked[np.searchsorted(asked, 0) :]
    if not len(asked):
        return Sharing(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), 1)
    if values.max() < max(4 * len(values), 1 << 22):
        ranks = np.full(int(values.max()) + 2, -1, dtype=np.int32)  # the last place is that of -1
        ranks[asked] = np.arange(len(asked), dtype=np.int32)
        found = ranks[np.maximum(values, -1)]
        kept = np.flatnonzero(found >= 0)
        rows = kept.astype(np.int32) if len(found) <= np.iinfo(np.int32).max else kept
        return Sharing(rows, found[kept], len(asked))
    maybe = np.zeros(
        _BUCKETS, dtype=np.bool_
    )  # most values share not even their last digits with one asked for
    maybe[asked & (_BUCKETS - 1)] = True
    near = np.flatnonzero(maybe[values & (_BUCKETS - 1)])
    places = np.minimum(np.searchsorted(asked, values[near]), len(asked) - 1)
    found_at = np.flatnonzero(asked[places] == values[near])
    return Sharing(near[found_at], places[found_at], len(asked))
