"""The window kernel against plain Python loops over the same rows."""

import math
import statistics
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.window_order import TimeOrder, group_codes, time_order
from rules.windows import DAY_US, WindowIndex
from tests.draws import draws

Row = tuple[int, int, int, int, int, bool]  # first key, second key, at, value, code, wanted


rows_strategy = st.lists(
    st.tuples(
        st.integers(-1, 3),
        st.integers(-1, 2),
        st.integers(0, 30),
        st.integers(-(10**12), 10**12),
        st.integers(-1, 4),
        st.booleans(),
    ),
    min_size=1,
    max_size=40,
)


class Table:
    """Rows as arrays, with the plain definition of a window beside the kernel's."""

    def __init__(self, rows: list[Row], targets: list[bool] | None = None) -> None:
        columns = list(zip(*rows, strict=True))
        self.first, self.second, self.at, self.values, self.codes = (
            np.array(column, dtype=np.int64) for column in columns[:5]
        )
        self.wanted = np.array(columns[5], dtype=np.bool_)
        self.tie = np.arange(len(rows), dtype=np.int64)[::-1].copy()
        self.targets = None if targets is None else np.array(targets)
        self.index = WindowIndex([self.first, self.second], self.at, self.tie, targets=self.targets)

    def asked(self) -> list[int]:
        return [i for i in range(len(self.at)) if self.targets is None or self.targets[i]]

    def window(self, i: int, since: int, *, include_self: bool, where: bool) -> list[int]:
        if self.first[i] < 0 or self.second[i] < 0:
            return []
        found = [
            j
            for j in range(len(self.at))
            if (self.first[j], self.second[j]) == (self.first[i], self.second[i])
            and self.at[j] >= since
            and ((self.at[j], self.tie[j]) < (self.at[i], self.tie[i]) or (include_self and j == i))
            and (not where or self.wanted[j])
        ]
        return sorted(found, key=lambda j: (self.at[j], self.tie[j]))


AGGREGATES: dict[str, Callable[[list[int], list[int]], float]] = {
    "count": lambda values, codes: len(values),
    "total": lambda values, codes: sum(values),
    "mean": lambda values, codes: statistics.fmean(values) if values else math.nan,
    "std": lambda values, codes: statistics.stdev(values) if len(values) > 1 else math.nan,
    "minimum": lambda values, codes: min(values, default=math.nan),
    "maximum": lambda values, codes: max(values, default=math.nan),
    "median": lambda values, codes: statistics.median(values) if values else math.nan,
    "distinct": lambda values, codes: len({code for code in codes if code >= 0}),
}


@settings(max_examples=draws(60), deadline=None)
@given(
    rows=rows_strategy,
    data=st.data(),
    duration=st.sampled_from([0, 1, 7, 100]),
    include_self=st.booleans(),
    where=st.booleans(),
)
@pytest.mark.parametrize("name", AGGREGATES)
def test_aggregate_equals_a_plain_loop(
    name: str, rows: list[Row], data: st.DataObject, duration: int, include_self: bool, where: bool
) -> None:
    targets = data.draw(st.none() | st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    table = Table(rows, targets)
    start = table.index.start_within(duration)
    options = {"include_self": include_self, "where": table.wanted if where else None}
    if name == "count":
        got = table.index.count(start, **options)
    else:
        column = table.codes if name == "distinct" else table.values
        got = getattr(table.index, name)(column, start, **options)
    expected = []
    for i in table.asked():
        window = table.window(i, int(table.at[i]) - duration, include_self=include_self, where=where)
        values = [int(table.values[j]) for j in window]
        expected.append(AGGREGATES[name](values, [int(table.codes[j]) for j in window]))
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-3 if name == "std" else 0)


@given(rows=rows_strategy, include_self=st.booleans())
def test_window_since_a_boundary_equals_a_plain_loop(rows: list[Row], include_self: bool) -> None:
    table = Table(rows)
    boundary = table.at // 10 * 10
    start = table.index.start_since(boundary)
    got = table.index.total(table.values, start, include_self=include_self)
    expected = [
        sum(
            int(table.values[j])
            for j in table.window(i, int(boundary[i]), include_self=include_self, where=False)
        )
        for i in table.asked()
    ]
    assert got.tolist() == expected


@given(rows=rows_strategy, offset=st.integers(-40, 40))
def test_any_boundary_counts_like_a_plain_loop(rows: list[Row], offset: int) -> None:
    table = Table(rows)
    boundary = np.full(len(table.at), 15 + offset, dtype=np.int64)
    got = table.index.count(table.index.start_since(boundary), include_self=True)
    expected = []
    for i in table.asked():
        inside = table.window(i, int(boundary[i]), include_self=True, where=False)
        expected.append(len(inside))
    assert got.tolist() == expected


@given(rows=rows_strategy, where=st.booleans())
def test_since_last_and_ever_equal_a_plain_loop(rows: list[Row], where: bool) -> None:
    table = Table(rows)
    mask = table.wanted if where else None
    windows = [table.window(i, -1, include_self=False, where=where) for i in table.asked()]
    previous = [window[-1] if window else -1 for window in windows]
    assert table.index.previous_row(where=mask).tolist() == previous
    elapsed = [
        math.nan if j < 0 else int(table.at[i] - table.at[j])
        for i, j in zip(table.asked(), previous, strict=True)
    ]
    np.testing.assert_array_equal(table.index.since_last(where=mask), elapsed)
    ever = table.index.count(table.index.start_ever(), where=mask)
    assert ever.tolist() == [len(window) for window in windows]


@given(rows_strategy, st.sampled_from([0, 3, 40]), st.booleans())
def test_the_same_windows_asked_for_other_rows_answer_as_ones_made_for_them(
    rows: list[Row], days: int, where: bool
) -> None:
    """The others share their keys with a row the index was made for."""
    table = Table(rows, [i % 3 == 0 for i in range(len(rows))])
    assert table.targets is not None
    keys = {
        (a, b) for a, b, is_asked in zip(table.first, table.second, table.targets, strict=True) if is_asked
    }
    others = np.array([(a, b) in keys for a, b in zip(table.first, table.second, strict=True)])
    asked, plain = table.index.asking(others), WindowIndex([table.first, table.second], table.at, table.tie)
    counted = table.wanted if where else None
    for name in ("count", "distinct", "total", "mean", "maximum"):
        taken = {"count": [], "distinct": [table.codes]}.get(name, [table.values])
        found, known = (
            getattr(index, name)(*taken, index.start_within(days), where=counted) for index in (asked, plain)
        )
        np.testing.assert_array_equal(found, known[others])
    start = table.index.start_within(days)
    np.testing.assert_array_equal(
        table.index.count(start), plain.count(plain.start_within(days))[table.targets]
    )


@given(rows_strategy, st.sampled_from([0, 3, 40]), st.data())
def test_rows_that_no_window_reaches_can_be_left_out(rows: list[Row], back: int, data: st.DataObject) -> None:
    rows = sorted(rows, key=lambda row: row[2])
    first, _, at, values, codes, _ = (np.array(column) for column in zip(*rows, strict=True))
    asked = np.array([data.draw(st.booleans()) for _ in rows])
    index = WindowIndex([first], at, np.arange(len(rows)), targets=asked)
    earliest = int(np.searchsorted(at, at[asked].min() - back)) if asked.any() else 0
    later = index.since(data.draw(st.integers(0, earliest)))
    starts = index.start_within(back), later.start_within(back)
    assert (index.count(starts[0]) == later.count(starts[1])).all()
    assert (index.total(values, starts[0]) == later.total(values, starts[1])).all()
    assert (index.distinct(codes, starts[0]) == later.distinct(codes, starts[1])).all()
    np.testing.assert_array_equal(index.mean(values, starts[0]), later.mean(values, starts[1]))


@given(rows=rows_strategy, data=st.data())
def test_order_of_rows_does_not_matter(rows: list[Row], data: st.DataObject) -> None:
    table = Table(rows)
    shuffle = np.array(data.draw(st.permutations(range(len(rows)))))
    other = WindowIndex([table.first[shuffle], table.second[shuffle]], table.at[shuffle], table.tie[shuffle])
    straight = table.index.total(table.values, table.index.start_within(7))
    shuffled = other.total(table.values[shuffle], other.start_within(7))
    np.testing.assert_array_equal(straight[shuffle], shuffled)


def test_equal_amounts_have_no_spread_however_large() -> None:
    at = np.arange(5, dtype=np.int64)
    index = WindowIndex([np.zeros(5, dtype=np.int64)], at, at)
    amounts = np.full(5, 3_000_000_000_001, dtype=np.int64)
    spread = index.std(amounts, index.start_ever(), include_self=True)
    assert math.isnan(spread[0])
    assert spread[1:].tolist() == [0.0] * 4


def test_a_small_spread_keeps_its_digits_beside_an_amount_far_away() -> None:
    at = np.arange(4, dtype=np.int64)
    index = WindowIndex([np.zeros(4, dtype=np.int64)], at, at)
    amounts = np.array([470_000_000, 470_000_000, 1, 2], dtype=np.int64)
    spread = index.std(amounts, index.start_within(1), include_self=True)
    assert spread[3] == pytest.approx(math.sqrt(0.5), abs=1e-3)  # of 1 and 2


def test_sums_stay_exact_where_floats_would_not() -> None:
    at = np.arange(3, dtype=np.int64)
    index = WindowIndex([np.zeros(3, dtype=np.int64)], at, at)
    amounts = np.array([2**60, 1, 1], dtype=np.int64)
    assert index.total(amounts, index.start_ever(), include_self=True).tolist() == [
        2**60,
        2**60 + 1,
        2**60 + 2,
    ]


def test_distinct_refuses_a_window_that_goes_back_in_time() -> None:
    at = np.array([10, 20, 30], dtype=np.int64)
    index = WindowIndex([np.zeros(3, dtype=np.int64)], at, at)
    start = index.start_since(np.array([10, 20, 5], dtype=np.int64))
    with pytest.raises(ValueError, match="never goes back"):
        index.distinct(at, start)


def test_huge_keys_are_grouped_without_overflow() -> None:
    first = np.array([2**62, 2**62 - 1, 2**62, 5], dtype=np.int64)
    second = np.array([2**61, 2**61, 2**61, -1], dtype=np.int64)
    codes, _ = group_codes([first, second])
    assert codes[0] == codes[2]
    assert codes[0] != codes[1]
    assert codes[3] == -1


def test_shared_order_gives_the_same_answers() -> None:
    at = np.array([3, 1, 2, 2], dtype=np.int64)
    tie = np.array([0, 1, 3, 2], dtype=np.int64)
    key = np.zeros(4, dtype=np.int64)
    shared = WindowIndex([key], at, tie, order=TimeOrder(at, tie))
    assert shared.previous_row().tolist() == [2, -1, 3, 1]


def test_empty_table_answers_with_empty_columns() -> None:
    nothing = np.array([], dtype=np.int64)
    index = WindowIndex([nothing], nothing, nothing)
    start = index.start_within(DAY_US)
    assert index.count(start).tolist() == []
    assert index.median(nothing, start).tolist() == []
    assert index.maximum(nothing, start).tolist() == []
    assert index.distinct(nothing, start).tolist() == []


@given(
    st.lists(
        st.tuples(st.sampled_from([-(1 << 63), -5, 0, 1, 7, 1 << 40, 1 << 62]), st.integers(0, 9)),
        max_size=30,
    ),
    st.booleans(),
)
def test_rows_in_the_order_of_time_are_those_sorted_one_by_one(rows: list[tuple[int, int]], rises: bool):
    at = np.array([at for at, _ in rows], dtype=np.int64)
    tie = np.arange(len(rows)) * 3 if rises else np.array([100 * t + i for i, (_, t) in enumerate(rows)])
    wanted = sorted(range(len(rows)), key=lambda i: (at[i], tie[i]))
    assert time_order(at, tie.astype(np.int64)).tolist() == wanted
