"""Point-in-time windows over claims: the one kernel behind features and rule aggregates.

A window holds rows of the same group (cardholder, merchant, cardholder x merchant ...) that come
before a row in the order (at, tie), never later ones. Sorting happens once per group key; every
aggregate afterwards is prefix sums and binary search, exact in 64-bit integers.

    order = TimeOrder(at_us, claim_id)
    index = WindowIndex([cardholder], at_us, claim_id, order=order)
    week = index.start_within(7 * DAY_US)
    n_claims_7d = index.count(week)
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from rules import window_kernels as kernels
from rules.window_order import Ints, Mask, Places, TimeOrder, group_codes
from rules.window_sharing import Sharing, sharing

Floats = NDArray[np.float64]

_Number = TypeVar("_Number", np.int64, np.float64)

#: rows asked about are very few below this part of all
_VERY_FEW = 64
#: conditions whose rows an index remembers
_CONDITIONS = 2

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US


class WindowIndex:
    """Rows grouped by one or several integer keys, ordered inside a group by (at_us, tie).

    A negative key means null: such a row belongs to no group and its windows are empty.
    Given `targets` (mask over the rows), windows are computed for those rows only and every
    answer has one value per target, in row order; without it, one value per row. `first` is what a further
    key already says of who shares it with them. `start_...` arrays are handles for the aggregates of the same index.
    """

    def __init__(
        self,
        keys: Sequence[Ints],
        at_us: Ints,
        tie: Ints,
        *,
        order: TimeOrder | None = None,
        targets: Mask | None = None,
        first: Sharing | None = None,
    ) -> None:
        self._order = order if order is not None else TimeOrder(at_us, tie)
        n = len(self._order)
        if targets is None:
            everyones, _ = group_codes(keys)
            rows: Places = np.flatnonzero(everyones >= 0)
            codes: Places = everyones.take(rows)
        else:
            found = sharing(keys, targets, first)
            rows, codes = found.rows, found.codes
        # unique (group, place in time) pairs packed in one integer: sorting values beats argsort
        self._bits = max(n - 1, 1).bit_length()
        packed = codes.astype(np.int64)
        packed <<= self._bits
        packed += rows if self._order.is_ordered else np.take(self._order.rank, rows)
        packed.sort()
        self._packed = packed
        self._n = n
        places = packed & ((1 << self._bits) - 1)
        #: Rows in group order, in as few bytes as their number allows: a night keeps some twenty indexes.
        self._rows: Places = self._order.rows_at(places)
        self._kept: dict[int, tuple[Mask, Places, Places]] = {}
        self._sums: dict[tuple[int, int], tuple[Ints, Mask | None, Ints]] = {}
        self._set_targets(targets)

    def asking(self, targets: Mask | None) -> Self:
        """The same windows answering for other targets: some of those it was made for, or rows that share their keys."""
        other = copy(self)
        other._set_targets(targets)
        return other

    def since(self, row: int) -> Self:
        """The same windows over the rows from one on, of a table in the order of time: for windows that reach no further back."""
        other = copy(self)
        kept = np.flatnonzero(self._rows >= row)
        other._packed, other._rows = self._packed.take(kept), self._rows.take(kept)
        other._kept, other._sums = {}, {}
        other._set_targets(self._targets)
        return other

    def _set_targets(self, targets: Mask | None) -> None:
        """Positions (in group order) of the rows to answer for, and where their answers go."""
        self._targets = targets
        if targets is None:
            self._n_out = self._n
            self._at = np.arange(len(self._rows), dtype=np.int64)
            self._out: Places = self._rows
        else:
            self._n_out = int(targets.sum())
            self._at = np.flatnonzero(np.take(targets, self._rows))
            rows = self._rows.take(self._at)
            if len(rows) * _VERY_FEW < self._n:
                self._out = np.searchsorted(np.flatnonzero(targets), rows)
            else:
                self._out = np.cumsum(targets, dtype=np.int64).take(rows) - 1
        self._base: Ints = np.take(self._packed, self._at) >> self._bits << self._bits

    def start_within(self, duration_us: int) -> Ints:
        """Handle of the window from own time - duration (inclusive) on."""
        first = self._order.first_rank_within(duration_us, self._targets)
        return self._first_position(np.take(first, self._out))

    def start_since(self, boundary_us: Ints) -> Ints:
        """Handle of the window from a moment per row on (day, month); given for all rows."""
        boundary = np.asarray(boundary_us, dtype=np.int64)[self._rows[self._at]]
        return self._first_position(self._order.first_rank_since(boundary))

    def start_at(self, first_rank: Ints) -> Ints:
        """Handle of the window from a place in the time order on; given for all rows.

        For moments of which few are different, ranking each once is far cheaper than `start_since`.
        """
        return self._first_position(np.asarray(first_rank, dtype=np.int64)[self._rows[self._at]])

    def start_ever(self) -> Ints:
        """Handle of the window over everything the group did before."""
        return np.searchsorted(self._packed, self._base).astype(np.int64)

    def _first_position(self, first_rank: Ints) -> Ints:
        wanted = self._base + first_rank
        # a boundary after the row itself means an empty window, not one reaching into other groups
        return np.minimum(np.searchsorted(self._packed, wanted), self._at + 1).astype(np.int64)

    def count(self, start: Ints, *, include_self: bool = False, where: Mask | None = None) -> Ints:
        """Number of rows in the window."""
        first, last, _ = self._ranges(start, include_self, where)
        return self._spread(last - first, np.int64(0))

    def total(
        self, values: Ints, start: Ints, *, include_self: bool = False, where: Mask | None = None
    ) -> Ints:
        """Exact sum of whole numbers (one per row, all rows) in the window; 0 when empty."""
        return self._spread(self._totals(values, start, include_self, where)[0], np.int64(0))

    def mean(
        self, values: Ints, start: Ints, *, include_self: bool = False, where: Mask | None = None
    ) -> Floats:
        """Mean of int64 values in the window, nan when empty."""
        sums, counts = self._totals(values, start, include_self, where)
        return self._spread(_divide(sums, counts), np.float64(np.nan))

    def std(
        self, values: Ints, start: Ints, *, include_self: bool = False, where: Mask | None = None
    ) -> Floats:
        """Sample standard deviation (n - 1) in the window, nan below two rows.

        Values are shifted by the first one kept of their group, so that equal amounts give
        exactly 0 however large they are.
        """
        first, last, kept = self._ranges(start, include_self, where)
        shifted = np.take(values, kept)
        if len(shifted):
            base = self._packed >> self._bits
            base = base if where is None else base[np.flatnonzero(np.take(where, self._rows))]
            leader = np.flatnonzero(np.diff(base, prepend=np.int64(-1)))
            shifted = shifted - np.repeat(shifted[leader], np.diff(np.append(leader, len(base))))
        n = (last - first).astype(np.longdouble)
        # two sums of squares are taken from each other: with amounts far apart the digits of a float are not enough
        sums = kernels.range_totals(shifted, first, last).astype(np.longdouble)
        squares = kernels.range_square_totals(shifted, first, last)
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = (np.maximum(squares - sums * sums / n, 0.0) / (n - 1)).astype(np.float64)
        return self._spread(np.where(n >= 2, np.sqrt(variance), np.nan), np.float64(np.nan))

    def distinct(
        self, codes: Ints, start: Ints, *, include_self: bool = False, where: Mask | None = None
    ) -> Ints:
        """Number of different codes in the window; negative codes are null and not counted.

        Raises ValueError when the window's start goes back in time from one row to the next.
        """
        known = codes >= 0 if where is None else where & (codes >= 0)
        first, last, kept = self._ranges(start, include_self, known)
        if np.any(np.diff(first) < 0):
            raise ValueError("distinct needs windows whose start never goes back in time")
        held, first, last = kernels.without_gaps(first, last, len(kept))
        inside = np.take(codes, kept if held is None else kept.take(held)).astype(np.int64)
        return self._spread(kernels.range_distinct(inside, first, last), np.int64(0))

    def minimum(
        self, values: Ints, start: Ints, *, include_self: bool = False, where: Mask | None = None
    ) -> Floats:
        """Smallest int64 value in the window, nan when empty (exact up to 2**53)."""
        first, last, kept = self._ranges(start, include_self, where)
        return self._spread(
            kernels.range_extreme(np.take(values, kept), first, last, "min"), np.float64(np.nan)
        )

    def maximum(
        self, values: Ints, start: Ints, *, include_self: bool = False, where: Mask | None = None
    ) -> Floats:
        """Largest int64 value in the window, nan when empty (exact up to 2**53)."""
        first, last, kept = self._ranges(start, include_self, where)
        return self._spread(
            kernels.range_extreme(np.take(values, kept), first, last, "max"), np.float64(np.nan)
        )

    def median(
        self, values: Ints, start: Ints, *, include_self: bool = False, where: Mask | None = None
    ) -> Floats:
        """Median of int64 values in the window, nan when empty."""
        first, last, kept = self._ranges(start, include_self, where)
        return self._spread(kernels.range_median(np.take(values, kept), first, last), np.float64(np.nan))

    def previous_row(self, *, where: Mask | None = None) -> Ints:
        """Row number of the latest earlier row of the group (that satisfies `where`), -1 if none."""
        first, last, kept = self._ranges(self.start_ever(), False, where)
        has_one = last > first
        found = np.full(len(last), -1, dtype=np.int64)
        found[has_one] = kept[last[has_one] - 1]
        return self._spread(found, np.int64(-1))

    def since_last(self, *, where: Mask | None = None) -> Floats:
        """Microseconds since the latest earlier row of the group, nan if there is none."""
        found = self.previous_row(where=where)
        at_us = self._order.at_us
        own = at_us if self._n_out == self._n else self._spread(at_us[self._rows[self._at]], np.int64(0))
        elapsed = np.full(len(found), np.nan)
        has_one = found >= 0
        elapsed[has_one] = own[has_one] - at_us[found[has_one]]
        return elapsed

    def since_first(self, start: Ints) -> Floats:
        """Microseconds since the first row of the window, nan when it is empty."""
        has_one = start < self._at
        elapsed = np.full(len(start), np.nan)
        at_us = self._order.at_us
        own, first = self._rows[self._at[has_one]], self._rows[start[has_one]]
        elapsed[has_one] = at_us[own] - at_us[first]
        return self._spread(elapsed, np.float64(np.nan))

    def _totals(self, values: Ints, start: Ints, include_self: bool, where: Mask | None) -> tuple[Ints, Ints]:
        """(sum, number) of the values in each window. Running sums are remembered until the index forgets them: a builder asks for several lengths."""
        first, last, kept = self._ranges(start, include_self, where)
        name = id(values), id(where)
        if name not in self._sums:  # what lives keeps its name
            self._sums[name] = values, where, kernels.prefix_sums(np.take(values, kept))
        sums = self._sums[name][2]
        return np.take(sums, last) - np.take(sums, first), last - first

    def forget_all_but(self, where: Mask | None) -> None:
        """Let go of running sums, and of what is remembered of other conditions than `where`."""
        self._sums.clear()
        self._kept = {name: found for name, found in self._kept.items() if name == id(where)}

    def _ranges(self, start: Ints, include_self: bool, where: Mask | None) -> tuple[Ints, Ints, Places]:
        """Windows as ranges over the kept rows: (first, one past the last, the kept rows)."""
        end = self._at + 1 if include_self else self._at
        first = np.minimum(start, end)
        if where is None:
            return first, end, self._rows
        before, kept = self._kept_by(where)
        return np.take(before, first).astype(np.int64), np.take(before, end).astype(np.int64), kept

    def _kept_by(self, where: Mask) -> tuple[Places, Places]:
        """How many rows satisfy the condition before each position, and those rows; conditions in a row are mostly one of two."""
        found = self._kept.pop(id(where), None)
        if found is None:
            kept = np.take(where, self._rows)
            before: Places = np.zeros(len(kept) + 1, dtype=self._rows.dtype)
            np.cumsum(kept, out=before[1:])
            found = where, before, self._rows.take(np.flatnonzero(kept))
        self._kept = {**dict(list(self._kept.items())[-_CONDITIONS + 1 :]), id(where): found}
        return found[1], found[2]

    def _spread(self, answers: NDArray[_Number], empty: _Number) -> NDArray[_Number]:
        """Answers from group order back to row order; rows of no group get the empty value."""
        out = np.full(self._n_out, empty, dtype=answers.dtype)
        out[self._out] = answers
        return out


def _divide(sums: Ints, counts: Ints) -> Floats:
    answer = np.full(len(sums), np.nan)
    np.divide(sums, counts, out=answer, where=counts > 0)
    return answer
