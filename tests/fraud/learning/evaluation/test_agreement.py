"""Agreement of two judgements, against scikit-learn's kappa and plain counting."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from fraud.learning.evaluation.agreement import agreement_of
from tests.draws import draws


@settings(max_examples=draws(50), deadline=None)
@given(pairs=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_kappa_is_that_of_the_textbook_and_lies_within_its_interval(pairs: list[tuple[bool, bool]]) -> None:
    found = agreement_of(pairs)
    assert (found.n, found.agreed) == (len(pairs), sum(a == b for a, b in pairs))
    assert found.interval.low <= found.agreed / found.n <= found.interval.high
    if len({one for pair in pairs for one in pair}) == 1:
        assert (found.kappa, found.kappa_interval) == (None, None)
        return
    assert found.kappa == pytest.approx(cohen_kappa_score([a for a, _ in pairs], [b for _, b in pairs]))
    assert found.kappa_interval is not None
    assert found.kappa_interval.low <= found.kappa <= found.kappa_interval.high


def test_the_interval_of_a_known_table() -> None:
    """20 + 15 alike of 50: observed .7, by chance .5, kappa .4, error sqrt(.7 · .3 / (50 · .25))."""
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    found = agreement_of(pairs)
    assert found.kappa == pytest.approx(0.4)
    half = 1.959964 * math.sqrt(0.7 * 0.3 / (50 * 0.25))
    assert found.kappa_interval is not None
    assert found.kappa_interval.high - found.kappa == pytest.approx(half, abs=1e-6)


def test_nothing_judged_twice_says_nothing() -> None:
    found = agreement_of([])
    assert (found.n, found.share, found.kappa, found.interval.low, found.interval.high) == (
        0,
        None,
        None,
        0,
        1,
    )
