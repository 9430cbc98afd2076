"""The blocks of the builder: whatever tree they hold, as JSON and back through the text it is the same tree."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings

from rules.language import from_json, parse, to_json, to_text
from tests.draws import draws
from tests.rules.generated import condition
from tests.rules.starter import starter_specs


@settings(max_examples=draws(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(condition(3))
def test_any_tree_goes_through_blocks_and_text_unchanged(tree):
    sent = json.dumps(to_json(tree))
    read = from_json(json.loads(sent))
    text = to_text(read)
    assert parse(text) == read == parse(to_text(tree))
    assert json.dumps(to_json(parse(text))) == json.dumps(to_json(read))


def test_every_starter_rule_goes_through_blocks_unchanged():
    for spec in starter_specs():
        assert from_json(json.loads(json.dumps(to_json(spec.expression)))) == spec.expression
