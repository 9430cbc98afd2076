"""A tree that was written down is read back as it was, with its places in the text; what was not written by it is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings

from rules.language import parse, to_text
from rules.language.nodes import walk
from rules.language.plain_tree import PlainTreeNotValid, from_plain, to_plain
from tests.draws import draws
from tests.rules.generated import condition
from tests.rules.starter import starter_specs


def places(tree):
    return [(type(node), node.position) for node in walk(tree)]


@settings(max_examples=draws(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(condition(3))
def test_any_parsed_tree_is_read_back_with_its_places(generated):
    tree = parse(to_text(generated))
    read = from_plain(json.loads(json.dumps(to_plain(tree))))
    assert read == tree
    assert places(read) == places(tree)


def test_every_starter_rule_is_read_back_and_writes_the_same_text():
    for spec in starter_specs():
        read = from_plain(json.loads(json.dumps(to_plain(spec.expression))))
        assert (read, to_text(read)) == (spec.expression, to_text(spec.expression))


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [],
        "amount",
        ["Position", [1, 1, 0]],
        ["tuple", ["FieldRef", [1, 1, 6], "amount"]],
        ["FieldRef", [1, 1], "amount"],
        ["FieldRef", [1, 1, 6]],
        ["FieldRef", [1, 1, 6], "amount", "more"],
        ["NumberLiteral", [1, 1, 1], ["decimal", "twelve"]],
        ["Other", [1, 1, 0]],
    ],
)
def test_what_is_no_written_tree_is_refused(plain):
    with pytest.raises(PlainTreeNotValid):
        from_plain(plain)
