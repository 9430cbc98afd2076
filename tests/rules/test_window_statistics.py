"""Windows less a part of themselves, against Python's own statistics."""

from __future__ import annotations

import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.window_statistics import Span, Statistics

WHOLE = st.lists(st.integers(-(2**47), 2**47), min_size=0, max_size=25)


@settings(deadline=None)
@given(WHOLE, st.data())
def test_statistics_of_what_is_left_agree_with_the_plain_ones(values: list[int], data: st.DataObject) -> None:
    is_out = data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values)))
    out = [value for value, leaves in zip(values, is_out, strict=True) if leaves]
    left = [value for value, leaves in zip(values, is_out, strict=True) if not leaves]

    def span(of: list[int]) -> Span:
        return Span(np.array(of, dtype=np.int64), np.array([0]), np.array([len(of)]))

    found = Statistics(span(values), span(out))
    assert found.count.tolist() == [len(left)]
    assert found.total().tolist() == [sum(left)]
    if not left:
        assert np.isnan(found.median()).all()
        assert np.isnan(found.percentile(np.array([500_000]))).all()
        return
    assert found.minimum()[0] == min(left)
    assert found.maximum()[0] == max(left)
    assert found.median()[0] == pytest.approx(statistics.median(left))
    assert found.percentile(np.array([1_000_000]))[0] == max(left)
    if len(left) > 1:
        assert found.deviation()[0] == pytest.approx(statistics.stdev(left), rel=1e-12, abs=1e-12)
