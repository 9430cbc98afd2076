"""Passes in pieces answer what the plain operation answers."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rules.language.gathering import look_up, multiples, quotients

STEPS = st.one_of(st.integers(1, 2**31 - 1), st.sampled_from([1, 2, 3, 1_000, 10_000, 2**30, 2**31 - 1]))


@given(st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=40), STEPS)
def test_multiples_are_what_division_leaves_nothing_of(values: list[int], step: int) -> None:
    near = [min(value // step * step + more, 2**31 - 1) for value in values for more in (0, 1)]
    column = np.array([*values, *near, 0, 2**31 - 1], dtype=np.int32)
    assert multiples(column, step).tolist() == [int(value) % step == 0 for value in column]


def test_pieces_join_without_a_seam() -> None:
    rng = np.random.default_rng(3)
    values = rng.integers(0, 1_000_000, 100_001).astype(np.int32)
    assert (multiples(values, 20) == (values % 20 == 0)).all()
    places = rng.integers(0, 500, 100_001)
    table = rng.random(500) < 0.5
    for kind in (np.uint32, np.int32, np.intp):
        assert (look_up(table, places.astype(kind)) == table[places]).all()


@given(st.lists(st.integers(0, 2**51), min_size=1, max_size=20), st.integers(0, 700_000))
def test_quotients_are_floored(values: list[int], slot: int) -> None:
    size = 900_000_000
    sums = [value for value in values if value // size < 2**31] + [
        slot * size,
        slot * size + 1,
        max(slot * size - 1, 0),
    ]
    column = np.array(sums, dtype=np.int64) - 12_345
    assert quotients(column, 12_345, size).tolist() == [value // size for value in sums]
