"""Vectorised answers to many range queries over one array.

Every function takes half-open ranges `[start, end)` as two int64 arrays of equal length and
answers all of them at once in a few passes over the data. A range never needs to know about
groups: the caller guarantees that it lies inside one.
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# A square is summed in three int64 parts split at 2**24, so windows stay exact for values up to
# 2**47 minor units and tens of thousands of rows.
_SPLIT_BITS = 24


def compact_codes(codes: Ints) -> tuple[Ints, int]:
    """The codes themselves when already small, else their ranks; and a number above all of them.

    Negative codes share the value 0 or get ranks of their own: mask them before or after.
    """
    if len(codes) == 0:
        return codes, 1
    highest = int(codes.max())
    # small enough that a product of two such codes, or of one and a row number, cannot overflow
    if highest < max(4 * len(codes), 1 << 20):
        return np.maximum(codes, 0), max(highest + 1, 1)
    return ranks_of(codes)


def ranks_of(codes: Ints) -> tuple[Ints, int]:
    """The place of each code among the different ones, and how many those are."""
    distinct, ranks = np.unique(codes, return_inverse=True)
    return ranks.astype(np.int64, copy=False), len(distinct)


def prefix_sums(values: Ints) -> Ints:
    """Running sums with a leading zero, length n + 1; wraps, so only the range's own sum must fit."""
    sums = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=sums[1:])
    return sums


def range_totals(values: Ints, start: Ints, end: Ints) -> Ints:
    """Sum of `values` in each range; exact."""
    sums = prefix_sums(values)
    found: Ints = np.take(sums, end) - np.take(sums, start)
    return found


def range_square_totals(values: Ints, start: Ints, end: Ints) -> NDArray[np.longdouble]:
    """Sum of squares of `values` in each range, added exactly before the one rounding to the longest float there is."""
    high = values >> _SPLIT_BITS
    low = values & ((1 << _SPLIT_BITS) - 1)
    scale = np.longdouble(1 << _SPLIT_BITS)
    sums = np.zeros(len(values) + 1, dtype=np.int64)  # one for all three: a year of them is megabytes
    squares = np.zeros(len(start), dtype=np.longdouble)
    for one, other, times in ((high, high, scale * scale), (high, low, 2 * scale), (low, low, 1)):
        np.multiply(one, other, out=sums[1:], dtype=np.int64)
        np.cumsum(sums[1:], out=sums[1:])
        squares += (np.take(sums, end) - np.take(sums, start)).astype(np.longdouble) * times
    return squares


def range_extreme(values: Ints, start: Ints, end: Ints, kind: Literal["min", "max"]) -> Floats:
    """Smallest or largest value in each range, nan for an empty one.

    Few or short ranges are walked. Otherwise a sparse table of which only one level is alive at a
    time: level k holds the extreme of the 2**k values from each position, and two overlapping
    blocks cover any range of that size.
    """
    pick = np.minimum if kind == "min" else np.maximum
    answer = np.full(len(start), np.nan)
    length = end - start
    level = np.frexp(np.maximum(length, 1).astype(np.float64))[1] - 1
    highest = int(level.max(initial=0))
    if int(length.sum()) <= highest * len(values):
        asked = np.flatnonzero(length > 0)
        answer[asked] = _reduced(pick, values, start[asked], end[asked])
        return answer
    by_level = np.argsort(level, kind="stable")
    edges = np.searchsorted(level[by_level], np.arange(highest + 2))
    table = values
    for k in range(highest + 1):
        if k > 0:
            half = 1 << (k - 1)
            table = pick(table[:-half], table[half:])
        asked = by_level[edges[k] : edges[k + 1]]
        if k == 0:
            asked = asked[length[asked] > 0]
        if len(asked):
            answer[asked] = pick(table[start[asked]], table[end[asked] - (1 << k)])
    return answer


def _reduced(pick: np.ufunc, values: Ints, start: Ints, end: Ints) -> Ints:
    """The ufunc over each non-empty range, walking its rows: best for short or few ranges."""
    borders = np.stack([start, end], axis=1).ravel()
    padded = np.append(values, values[-1:])
    reduced: Ints = pick.reduceat(padded, borders)[::2] if len(borders) else values[:0]
    return reduced


def range_kth(ranks: Ints, n_ranks: int, start: Ints, end: Ints, k: Ints) -> Ints:
    """The k-th smallest (from 0) of `ranks` in each range, by a wavelet matrix walked bit by bit.

    `ranks` are integers in [0, n_ranks); every range must hold more than k values. All queries
    descend together, so the cost is one pass per bit.
    """
    # half the bytes walk in three quarters of the time
    small = np.dtype(np.int32 if len(ranks) < np.iinfo(np.int32).max else np.int64)
    start, end, k = (part.astype(small) for part in (start, end, k))
    answer: NDArray[Any] = np.zeros(len(start), dtype=small)
    current: NDArray[Any] = ranks.astype(small)
    for bit in range(max(int(n_ranks - 1).bit_length(), 1) - 1, -1, -1):
        is_one = (current >> bit) & 1
        ones: NDArray[Any] = np.zeros(len(current) + 1, dtype=small)
        np.cumsum(is_one, out=ones[1:])
        n_zeros = len(current) - int(ones[-1])
        one_start, one_end = np.take(ones, start), np.take(ones, end)
        zero_start = start - one_start
        zeros_inside = end - one_end
        zeros_inside -= zero_start
        go_high = k >= zeros_inside
        k -= zeros_inside * go_high
        start = np.where(go_high, one_start + n_zeros, zero_start)
        end = np.where(go_high, one_end + n_zeros, end - one_end)
        answer |= go_high.astype(small) << bit
        mask = is_one.astype(np.bool_)
        current = np.concatenate([current[~mask], current[mask]])
    return answer.astype(np.int64)


def range_kth_without(
    ranks: tuple[Ints, Ints], n_ranks: int, spans: tuple[Ints, Ints], left_out: tuple[Ints, Ints], k: Ints
) -> Ints:
    """The k-th smallest (from 0) of the first ``ranks`` in each span, less those of the second in the spans left out.

    The second ranks are some of the first in an order of their own; a span left out must lie inside its span by content.
    Both descend together, like ``range_kth``.
    """
    (start, end), (start_out, end_out), k = _copies(spans), _copies(left_out), k.copy()
    answer = np.zeros(len(start), dtype=np.int64)
    current, out = ranks
    for bit in range(max(int(n_ranks - 1).bit_length(), 1) - 1, -1, -1):
        is_one, ones, n_zeros = _level(current, bit)
        is_one_out, ones_out, n_zeros_out = _level(out, bit)
        zeros = (end - ones[end]) - (start - ones[start])
        zeros -= (end_out - ones_out[end_out]) - (start_out - ones_out[start_out])
        go_high = k >= zeros
        k -= np.where(go_high, zeros, 0)
        start, end = (np.where(go_high, n_zeros + ones[at], at - ones[at]) for at in (start, end))
        start_out, end_out = (
            np.where(go_high, n_zeros_out + ones_out[at], at - ones_out[at]) for at in (start_out, end_out)
        )
        answer |= go_high.astype(np.int64) << bit
        current = np.concatenate([current[~is_one], current[is_one]])
        out = np.concatenate([out[~is_one_out], out[is_one_out]])
    return answer


def _copies(span: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    return span[0].copy(), span[1].copy()


def _level(current: Ints, bit: int) -> tuple[NDArray[np.bool_], Ints, int]:
    """(which have the bit, their running count, how many have it not)."""
    is_one = ((current >> bit) & 1).astype(np.bool_)
    ones = prefix_sums(is_one.astype(np.int64))
    return is_one, ones, len(current) - int(ones[-1])


def range_median(values: Ints, start: Ints, end: Ints) -> Floats:
    """Median of each range (mean of the two middle values when even), nan for an empty one."""
    answer = np.full(len(start), np.nan)
    asked = np.flatnonzero(end > start)
    if len(asked) == 0:
        return answer
    distinct, ranks = np.unique(values, return_inverse=True)
    first, last = start[asked], end[asked]
    size = last - first
    lower = range_kth(ranks, len(distinct), first, last, (size - 1) // 2)
    middle = distinct[lower].astype(np.float64)
    even = np.flatnonzero(size % 2 == 0)
    if len(even):
        upper = range_kth(ranks, len(distinct), first[even], last[even], size[even] // 2)
        # halves are added apart: two large int64 values could overflow if summed first
        middle[even] = middle[even] / 2 + distinct[upper].astype(np.float64) / 2
    answer[asked] = middle
    return answer


def without_gaps(start: Ints, end: Ints, n: int) -> tuple[Ints | None, Ints, Ints]:
    """(those of n positions that lie in a range, the ranges among them); None and the ranges themselves where most do."""
    if int(np.maximum(end - start, 0).sum()) * 2 > n:
        return None, start, end
    borders = np.bincount(start, minlength=n + 1) - np.bincount(np.maximum(end, start), minlength=n + 1)
    held = np.cumsum(borders[:n]) > 0
    place = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(held, out=place[1:])
    return np.flatnonzero(held), place[start], place[np.maximum(end, start)]


def range_distinct(codes: Ints, start: Ints, end: Ints) -> Ints:
    """Number of different codes in each range; starts and ends must never go back.

    distinct = rows in the range - pairs of neighbouring equal codes that both lie inside.
    With sliding ranges a pair is inside for one contiguous run of queries: from the first whose
    end passes the later row until the first whose start passes the earlier row.
    """
    n = max(len(codes), 1)
    dense, _ = compact_codes(codes)
    packed = dense * n + np.arange(len(codes))
    packed.sort()
    same = packed[1:] // n == packed[:-1] // n
    earlier, later = (packed[:-1] % n)[same], (packed[1:] % n)[same]
    # queries whose end (start) is at most a position, by counting: no search is needed
    enters = np.cumsum(np.bincount(end, minlength=n + 1))[later]
    leaves = np.maximum(np.cumsum(np.bincount(start, minlength=n + 1))[earlier], enters)
    n_queries = len(start)
    change = np.bincount(enters, minlength=n_queries + 1).astype(np.int64)
    change -= np.bincount(leaves, minlength=n_queries + 1)
    pairs_inside: Ints = np.cumsum(change)[:n_queries]
    return (end - start) - pairs_inside
