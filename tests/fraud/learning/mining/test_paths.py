"""A mined rule's text hits exactly the rows of its path, whatever is missing and in whatever currency."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraud.learning.mining.grid import grid_of
from fraud.learning.mining.paths import dumped_trees, paths_of
from fraud.learning.mining.terms import Comparison, Term, rows_of, text_of
from rules.engine import Context, PlainCalendar, RuleSpec, evaluate
from rules.language import parse, to_text
from tests.draws import draws
from tests.fraud.learning.mining.made import features

CONTEXT = Context(lists={}, parameters={}, calendar=PlainCalendar(frozenset()), zone="Asia/Seoul")


@settings(max_examples=draws(12), deadline=None)
@given(
    seed=st.integers(0, 10_000), gaps=st.sampled_from([0.0, 0.3]), currency=st.sampled_from(["KRW", "GBP"])
)
def test_the_text_of_every_path_hits_exactly_the_rows_of_the_path(seed, gaps, currency):
    frame = features(160, seed, gaps=gaps)
    misuse = np.random.default_rng(seed).random(160) < 0.3
    grid = grid_of(frame, misuse, currency)
    trees = dumped_trees(grid.matrix(frame), misuse, np.ones(160), n_trees=4, depth=3, seed=seed)
    paths = paths_of(trees, grid)
    assert paths
    rules = [RuleSpec(str(at), 1, parse(text_of(path))) for at, path in enumerate(paths)]
    outcome = evaluate(frame, rules, context=CONTEXT)
    assert not outcome.errors
    for at, path in enumerate(paths):
        np.testing.assert_array_equal(outcome.hits[:, at], rows_of(path, frame), err_msg=text_of(path))


def test_a_whole_path_is_the_leaf_that_the_tree_sends_its_rows_to():
    frame = features(300, 5, gaps=0.0)
    misuse = (frame["n_claims_same_merchant_30d"] >= 5).to_numpy() & frame["is_weekend"].to_numpy()
    grid = grid_of(frame, misuse, "KRW")
    tree = dumped_trees(grid.matrix(frame), misuse, np.ones(300), n_trees=6, depth=2, seed=0)
    paths = paths_of(tree, grid)
    found = {text_of(path): rows_of(path, frame) for path in paths}
    exact = [text for text, rows in found.items() if (rows == misuse).all()]
    assert exact == ["is_weekend and n_claims_same_merchant_30d >= 5"]


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (Term("amount", Comparison.ABOVE, Decimal(120_000), currency="KRW"), "amount > 120,000 KRW"),
        (Term("amount", Comparison.AT_MOST, Decimal(1250), currency="GBP"), "amount <= 12.5 GBP"),
        (Term("n_attendees", Comparison.ABOVE, Decimal(3), is_whole=True), "n_attendees >= 4"),
        (Term("merchant.mcc", Comparison.IS_NOT, word='5"13'), 'merchant.mcc != "5""13"'),
        (Term("is_night", Comparison.NO), "not is_night"),
        (Term("receipt_id", Comparison.KNOWN), "receipt_id is not missing"),
    ],
)
def test_each_kind_of_condition_is_written_as_the_language_writes_it(term, text):
    assert to_text(parse(term.text())) == text


def test_limits_are_round_numbers_that_people_would_write():
    frame = features(400, 1, gaps=0.1)
    grid = grid_of(frame, np.arange(400) % 3 == 0, "KRW")
    limits = [term.limit for terms in grid.cuts for term in terms if term.field == "amount"]
    assert limits
    assert all(len(str(int(limit)).rstrip("0")) <= 2 for limit in limits)


def test_nothing_asks_for_one_person_or_for_what_is_known_only_later():
    frame = features(60, 1).with_columns(
        **{
            name: pl.lit(value)
            for name, value in {
                "cardholder.employee_no": "E1",
                "net_amount": 5,
                "authorization_code": "A1",
                "self_declared_personal": True,
            }.items()
        }
    )
    asked = {
        (term.field, term.test) for terms in grid_of(frame, np.ones(60, bool), "KRW").cuts for term in terms
    }
    names = {name for name, _test in asked}
    assert not names & {
        "cardholder.employee_no",
        "net_amount",
        "authorization_code",
        "self_declared_personal",
    }
    assert ("receipt_id", Comparison.MISSING) in asked
    assert ("receipt_id", Comparison.IS) not in asked
