"""One claim through a rule, part by part."""

from __future__ import annotations

import polars as pl
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rules.engine import RuleSpec, evaluate
from rules.language import nodes, parse, to_text
from tests.draws import draws
from tests.rules.generated import condition, context, frame


def steps(text: str, **values: object):
    claims = frame(3, 1).with_columns(**{name: pl.lit(value) for name, value in values.items()})
    outcome = evaluate(claims, [RuleSpec("X", 1, parse(text))], context=context())
    return outcome.steps(0, 0)


def test_each_part_says_its_answer_and_the_values_it_looked_at():
    found = steps(
        "amount > 3 KRW and (n_attendees >= 4 or on_leave)",
        amount=500,
        currency="KRW",
        n_attendees=2,
        on_leave=None,
    )
    told = [(step.depth, to_text(step.expression), step.answer) for step in found]
    assert told == [
        (0, "amount > 3 KRW and (n_attendees >= 4 or on_leave)", None),
        (1, "amount > 3 KRW", True),
        (1, "n_attendees >= 4 or on_leave", None),
        (2, "n_attendees >= 4", False),
        (2, "on_leave", None),
    ]
    assert found[1].facts["amount"]["value"] == 500
    assert found[3].facts["n_attendees"]["value"] == 2
    assert found[4].missing == ("on_leave",)


def test_the_part_that_settles_the_whole_is_named():
    found = steps("amount > 900 KRW and on_leave", amount=500, currency="KRW", on_leave=True)
    assert [step.decides for step in found] == [False, True, False]


@settings(max_examples=draws(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(condition(3), st.integers(0, 1000))
def test_the_first_step_answers_as_the_night_does_and_the_parts_add_up(tree, seed):
    claims = frame(seed, 6)
    outcome = evaluate(claims, [RuleSpec("X", 1, tree)], context=context())
    assume(not outcome.errors)  # a rule that looks at no claim is none
    for row in range(claims.height):
        found = outcome.steps(row, 0)
        assert (found[0].answer is True) == bool(outcome.hits[row, 0])
        if isinstance(tree, nodes.And | nodes.Or):
            parts = [step.answer for step in found if step.depth == 1]
            settles = isinstance(tree, nodes.Or)
            expected = settles if settles in parts else None if None in parts else not settles
            assert found[0].answer is expected
