"""Aggregates over a window less a part of it: percentiles and deviations, and how a claim compares with those of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rules import window_kernels as kernels
from rules.window_order import Ints, Mask
from rules.windows import WindowIndex

Floats = NDArray[np.float64]

#: A percentile's share is counted in these parts.
SHARE_PARTS = 1_000_000


@dataclass(frozen=True)
class Span:
    """The rows that count, in the index's order, and per target the range of them that its window holds."""

    values: Ints
    first: Ints
    last: Ints


class SpanIndex(WindowIndex):
    """A window index whose windows can be handed on as ranges, one per target in row order."""

    def span(
        self, values: Ints | None, start: Ints, *, include_self: bool = False, where: Mask | None = None
    ) -> Span:
        """The window's rows as a range of the kept ones; rows of no group get an empty one."""
        first, last, kept = self._ranges(start, include_self, where)
        none = np.int64(0)
        found = np.ones(len(kept), dtype=np.int64) if values is None else values[kept]
        return Span(found, self._spread(first, none), self._spread(last, none))


class Statistics:
    """Aggregates of the rows in ``span`` that are not in ``without``, which holds some of the same rows."""

    def __init__(self, span: Span, without: Span | None = None) -> None:
        nothing = np.zeros(len(span.first), dtype=np.int64)
        self._span = span
        self._out = without if without is not None else Span(span.values[:0], nothing, nothing)

    @cached_property
    def count(self) -> Ints:
        """Number of rows."""
        return (self._span.last - self._span.first) - (self._out.last - self._out.first)

    def total(self, power: Sequence[Ints] | None = None) -> Ints:
        """Exact sum; of other values (for the span, for the part left out) where they are given."""
        values, out = power if power is not None else (self._span.values, self._out.values)
        whole = kernels.range_totals(values, self._span.first, self._span.last)
        return whole - kernels.range_totals(out, self._out.first, self._out.last)

    def mean(self) -> Floats:
        """Mean, nan when nothing is left."""
        found = np.full(len(self.count), np.nan)
        np.divide(self.total(), self.count, out=found, where=self.count > 0)
        return found

    def deviation(self) -> Floats:
        """Standard deviation of a sample (n - 1), nan below two rows; from exact sums for values up to 2**47."""
        found = np.full(len(self.count), np.nan)
        asked = self.count >= 2
        n = self.count[asked].astype(object)
        sums = self.total()[asked].astype(object)
        parts = [self._halves(values) for values in (self._span.values, self._out.values)]
        squares = sum(
            self.total([parts[0][at], parts[1][at]])[asked].astype(object) * (1 << shift)
            for at, shift in ((0, 48), (1, 25), (2, 0))
        )
        if len(n):
            found[asked] = np.sqrt(((n * squares - sums * sums) / (n * (n - 1))).astype(np.float64))
        return found

    @staticmethod
    def _halves(values: Ints) -> tuple[Ints, Ints, Ints]:
        """A square in three parts that add up without overflow: high, mixed and low halves of 24 bits."""
        high = values >> 24
        low = values - (high << 24)
        return high * high, high * low, low * low

    def percentile(self, share: Ints) -> Floats:
        """The smallest value that at least ``share`` millionths of the rows do not exceed; nan for none or a share outside 1..1,000,000."""
        rank = np.maximum(-(-share * self.count // SHARE_PARTS), 1) - 1
        return self._kth(rank, (share > 0) & (share <= SHARE_PARTS))

    def median(self) -> Floats:
        """Median, the mean of the two middle values when even."""
        lower, upper = self._kth((self.count - 1) // 2), self._kth(self.count // 2)
        return np.where(lower == upper, lower, lower / 2 + upper / 2)

    def minimum(self) -> Floats:
        """Smallest value."""
        return self._kth(np.zeros(len(self.count), dtype=np.int64))

    def maximum(self) -> Floats:
        """Largest value."""
        return self._kth(self.count - 1)

    def _kth(self, rank: Ints, where: Mask | None = None) -> Floats:
        found = np.full(len(self.count), np.nan)
        asked = np.flatnonzero(self.count > 0 if where is None else (self.count > 0) & where)
        if not len(asked):
            return found
        distinct, ranks = self._ranks
        spans, left_out = ((span.first[asked], span.last[asked]) for span in (self._span, self._out))
        place = kernels.range_kth_without(ranks, len(distinct), spans, left_out, rank[asked])
        found[asked] = distinct[place].astype(np.float64)
        return found

    @cached_property
    def _ranks(self) -> tuple[Ints, tuple[Ints, Ints]]:
        """(the different values in order, ranks of the span's and of the left out part's values)."""
        distinct, ranks = np.unique(self._span.values, return_inverse=True)
        out = np.searchsorted(distinct, self._out.values)
        return distinct, (ranks.astype(np.int64), out.astype(np.int64))
