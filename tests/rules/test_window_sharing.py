"""Rows that share keys with a few rows that are asked about, against a comparison of every row with every target."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rules.window_sharing import sharing
from rules.windows import WindowIndex

KEY = st.integers(-1, 4)
AMOUNT = st.sampled_from([-1, 0, 7, 10_000_000_019, 10_000_000_019 + (1 << 18), 12])
ROWS = st.lists(st.tuples(KEY, KEY, AMOUNT, st.booleans()), min_size=1, max_size=40)


def shared(rows: list[tuple[int, int, int, bool]]) -> list[int]:
    asked = {row[:3] for row in rows if row[3] and min(row[:3]) >= 0}
    return [at for at, row in enumerate(rows) if row[:3] in asked]


@given(ROWS)
def test_rows_share_all_keys_with_a_target_and_have_one_code_where_keys_are_equal(
    rows: list[tuple[int, int, int, bool]],
) -> None:
    keys = [np.array([row[at] for row in rows], dtype=np.int64) for at in range(3)]
    targets = np.array([row[3] for row in rows])
    of_one = sharing(keys[2:], targets)
    for found in (sharing(keys, targets), sharing(keys[:2], targets, of_one)):
        assert found.rows.tolist() == shared(rows)
        named = {rows[row][:3]: code for row, code in zip(found.rows, found.codes, strict=True)}
        assert len(set(named.values())) == len(named)
        assert [named[rows[row][:3]] for row in found.rows] == found.codes.tolist()
    later = of_one.since(len(rows) // 2)
    assert later.rows.tolist() == [row for row in of_one.rows.tolist() if row >= len(rows) // 2]


@given(ROWS)
def test_an_index_told_of_one_key_answers_as_one_that_was_not(rows: list[tuple[int, int, int, bool]]) -> None:
    keys = [np.array([row[at] for row in rows], dtype=np.int64) for at in range(3)]
    at, tie, targets = np.arange(len(rows)) // 3, np.arange(len(rows)), np.array([row[3] for row in rows])
    whole = WindowIndex(keys, at, tie)
    told = WindowIndex(keys[1:], at, tie, targets=targets, first=sharing(keys[:1], targets))
    for index in (told, WindowIndex(keys, at, tie, targets=targets)):
        assert (
            index.count(index.start_within(4)).tolist()
            == whole.count(whole.start_within(4))[targets].tolist()
        )
        assert np.array_equal(index.since_last(), whole.since_last()[targets], equal_nan=True)
