"""The order that windows over one table share: its rows by time, and a code for each group of equal keys."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rules import window_kernels as kernels

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
#: Row numbers.
Places = NDArray[np.int64] | NDArray[np.int32]

_LARGEST = 1 << 61
#: Bits of an integer beside its sign.
_BITS = 63
#: rows asked about are few below this part of all
_FEW = 4


def group_codes(keys: Sequence[Ints]) -> tuple[Ints, int]:
    """One code per row for a combination of keys, and the number of codes; -1 where any key is null.

    Keys are non-negative integers; a negative key means null. Codes are dense enough that
    `code * rows` fits in 64 bits, but need not be consecutive.
    """
    codes = np.asarray(keys[0], dtype=np.int64)
    is_null = codes < 0
    codes, size = kernels.compact_codes(codes)
    most = _LARGEST // max(len(codes), 1)
    for key in keys[1:]:
        key = np.asarray(key, dtype=np.int64)
        is_null = is_null | (key < 0)
        dense, n_dense = kernels.compact_codes(key)
        if size * n_dense > _LARGEST:
            codes, size = kernels.ranks_of(codes)
        codes, size = codes * n_dense + dense, size * n_dense
    if size > most:  # ranks cost a sort: only where the product is too large
        codes, size = kernels.ranks_of(codes)
    return np.where(is_null, -1, codes), size


def time_order(at_us: Ints, tie: Ints) -> Ints:
    """Row numbers by (at, tie).

    Where ties rise row by row, a moment and its row fit one integer: sorting values is six times as fast as sorting places.
    """
    bits = max(len(at_us) - 1, 1).bit_length()
    if len(at_us) and bool((tie[1:] > tie[:-1]).all()):
        first = int(at_us.min())
        if (int(at_us.max()) - first).bit_length() + bits < _BITS:
            packed = at_us - first
            packed <<= bits
            packed += np.arange(len(at_us))
            packed.sort()
            packed &= (1 << bits) - 1
            return packed
    return np.lexsort((tie, at_us))


class TimeOrder:
    """The rows of one table in the order (at, tie): computed once, shared by its window indexes."""

    def __init__(self, at_us: Ints, tie: Ints) -> None:
        self.at_us = np.asarray(at_us, dtype=np.int64)
        #: Whether the rows lie in this order already.
        self.is_ordered = _is_ordered(self.at_us, tie)
        self._tie = None if self.is_ordered else np.asarray(tie, dtype=np.int64)
        self._since: dict[int, Ints] = {}
        self._asked: dict[tuple[int, int], tuple[Mask, Ints]] = {}

    def __len__(self) -> int:
        return len(self.at_us)

    @cached_property
    def rows(self) -> Ints:
        """The rows in the order; nobody asks where they lie in it already."""
        return np.arange(len(self)) if self._tie is None else time_order(self.at_us, self._tie)

    def rows_at(self, places: Ints) -> Places:
        """The rows at places of the order."""
        rows = places if self.is_ordered else self.rows[places]
        return rows.astype(np.int32) if len(self) <= np.iinfo(np.int32).max else rows

    @cached_property
    def rank(self) -> Ints:
        """Per row: its place in the order."""
        if self.is_ordered:
            return self.rows
        rank = np.empty(len(self.rows), dtype=np.int64)
        rank[self.rows] = np.arange(len(self.rows))
        return rank

    @cached_property
    def _sorted_at(self) -> Ints:
        if self.is_ordered:
            return self.at_us
        sorted_at: Ints = self.at_us[self.rows]
        return sorted_at

    def first_rank_since(self, boundary_us: Ints) -> Ints:
        """Per moment: the place in the order of the first row with at >= moment."""
        return np.searchsorted(self._sorted_at, boundary_us, side="left").astype(np.int64)

    def first_rank_within(self, duration_us: int, targets: Mask | None) -> Ints:
        """Per row, or per target in row order: the place in the order of the first row with at >= own at - duration; remembered.

        Asked for most rows it searches all of them once, in time order: moments that rise are found far faster than others.
        """
        if targets is None:
            return self._of_everyone(duration_us)
        name = duration_us, id(targets)
        if name not in self._asked:
            rows = np.flatnonzero(targets)
            if len(rows) * _FEW >= len(self):
                found = self._of_everyone(duration_us)[rows]
            else:
                found = self.first_rank_since(self.at_us[rows] - duration_us)
            self._asked[name] = targets, found  # what lives keeps its name
        return self._asked[name][1]

    def _of_everyone(self, duration_us: int) -> Ints:
        if duration_us not in self._since:
            found = np.empty(len(self.rows), dtype=np.int64)
            found[self.rows] = self.first_rank_since(self._sorted_at - duration_us)
            self._since[duration_us] = found
        return self._since[duration_us]


def _is_ordered(at_us: Ints, tie: Ints) -> bool:
    """Whether rows lie in the order (at, tie) already."""
    return bool(((at_us[1:] > at_us[:-1]) | ((at_us[1:] == at_us[:-1]) & (tie[1:] > tie[:-1]))).all())
