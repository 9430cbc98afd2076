"""The polars plan, the per-claim reading, the text and the JSON form say the same, on generated rules and claims."""

from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.engine import RuleSpec, evaluate
from rules.language import RuleNotValid, check, from_json, parse, to_json, to_sentence, to_text
from rules.language.evaluate import evaluate as evaluate_claim
from rules.language.nodes import Expression, measure
from rules.language.plain_windows import PlainWindows
from rules.language.reasons import true_facts
from tests.draws import draws
from tests.rules.generated import LISTS, PARAMETERS, condition, context, frame


def _is_valid(tree: Expression) -> bool:
    try:
        check(tree, lists=LISTS, parameters=PARAMETERS)
    except RuleNotValid:
        return False
    return measure(tree)[1] <= 18


RULES = condition(2).filter(_is_valid)
SLOW = settings(
    max_examples=draws(150),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@given(RULES)
@SLOW
def test_text_of_a_tree_reads_back_as_the_same_tree(tree: Expression) -> None:
    text = to_text(tree)
    again = parse(text)
    assert again == tree
    assert to_text(again) == text


@given(RULES)
@SLOW
def test_json_of_a_tree_reads_back_as_the_same_tree(tree: Expression) -> None:
    assert from_json(json.loads(json.dumps(to_json(tree)))) == tree


@given(RULES, st.sampled_from(["ko", "en"]))
@SLOW
def test_every_rule_has_a_balanced_sentence(tree: Expression, lang: str) -> None:
    sentence = to_sentence(tree, lang, lists=LISTS, parameters=PARAMETERS)
    assert sentence
    assert sentence.count("(") == sentence.count(")")
    assert "<" not in sentence
    assert "object at" not in sentence


def _plain_answers(tree: Expression, seed: int, height: int, zone: str) -> list[bool | None]:
    claims = PlainWindows(frame(seed, height).to_dicts(), context(zone))
    return [evaluate_claim(tree, claims.reader(row)) for row in range(height)]


@given(
    RULES,
    st.integers(0, 10**6),
    st.integers(1, 24),
    st.sampled_from(["Asia/Seoul", "America/New_York", "UTC"]),
)
@settings(
    max_examples=draws(400),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_polars_plan_agrees_with_the_per_claim_reading(
    tree: Expression, seed: int, height: int, zone: str
) -> None:
    outcome = evaluate(frame(seed, height), [RuleSpec("X", 1, tree)], context=context(zone))
    expected = _plain_answers(tree, seed, height, zone)
    assert outcome.errors == {}
    assert outcome.hits[:, 0].tolist() == [answer is True for answer in expected], to_text(tree)
    assert outcome.not_evaluable[0].count == sum(answer is None for answer in expected), to_text(tree)


@given(RULES, st.integers(0, 10**6), st.integers(2, 20))
@settings(
    max_examples=draws(150),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_answers_for_some_rows_are_those_of_the_whole_frame(tree: Expression, seed: int, height: int) -> None:
    claims, rules = frame(seed, height), [RuleSpec("X", 1, tree)]
    chosen = np.arange(height) % 3 == seed % 3
    whole = evaluate(claims, rules, context=context())
    part = evaluate(claims, rules, context=context(), targets=chosen)
    assert part.hits.tolist() == whole.hits[chosen].tolist()


@given(RULES, st.integers(0, 10**6), st.integers(6, 24))
@settings(
    max_examples=draws(150),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_night_over_a_long_history_equals_the_whole_recompute(
    tree: Expression, seed: int, height: int
) -> None:
    """Most claims lie days to years back, so that windows are answered from slices of the history."""
    back = [(0, 2, 6, 20, 60, 200, 900)[(seed // 7 + row) % 7] for row in range(height)]
    days = pl.Series([timedelta(days=value) for value in back], dtype=pl.Duration("us"))
    claims = frame(seed, height).with_columns(pl.col("transacted_at") - days)
    tonight = (claims["transacted_at"] >= claims["transacted_at"].max() - timedelta(days=1)).to_numpy()  # type: ignore[operator]
    whole = evaluate(claims, [RuleSpec("X", 1, tree)], context=context())
    night = evaluate(claims, [RuleSpec("X", 1, tree)], context=context(), targets=tonight)
    assert night.errors == whole.errors == {}
    assert night.hits.tolist() == whole.hits[tonight].tolist(), to_text(tree)


@given(RULES, st.integers(0, 10**6))
@settings(
    max_examples=draws(100),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_facts_of_a_hit_are_plain_json_and_agree_with_the_per_claim_reading(
    tree: Expression, seed: int
) -> None:
    claims = frame(seed, 15)
    outcome = evaluate(claims, [RuleSpec("X", 1, tree)], context=context())
    plain = PlainWindows(claims.to_dicts(), context())
    for row in np.flatnonzero(outcome.hits[:, 0]):
        facts = outcome.facts(int(row), 0)
        assert json.loads(json.dumps(facts, allow_nan=False)) == facts
        assert facts == true_facts(tree, plain.reader(int(row)))


@pytest.mark.parametrize("height", [0, 1])
def test_tiny_frames_are_judged(height: int) -> None:
    rules = [
        RuleSpec("A", 1, parse("count(same cardholder within 1 day) >= 1")),
        RuleSpec("B", 1, parse("merchant.name contains any @bars or on_leave")),
        RuleSpec("C", 1, parse("1 = 1 or amount > $limit")),
    ]
    outcome = evaluate(frame(1, height), rules, context=context())
    assert outcome.errors == {}
    assert outcome.hits.shape == (height, 3)
