"""The examples of the documentation are rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rules.language import check, parse, read, to_sentence, to_text
from rules.starter_lists import STARTER_LISTS
from rules.starter_parameters import STARTER_PARAMETERS

DOCS = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLES = re.search(r"## Fifty examples.*?```\n(.*?)```", DOCS, flags=re.DOTALL)[1].splitlines()  # type: ignore[index]
COMPANY = {"lists": STARTER_LISTS, "parameters": STARTER_PARAMETERS}


def test_there_are_fifty_different_examples() -> None:
    assert len(set(EXAMPLES)) == 50


@pytest.mark.parametrize("text", EXAMPLES)
def test_example_of_the_documentation_is_a_rule_in_its_one_spelling(text: str) -> None:
    tree = parse(text)
    check(tree, **COMPANY)
    assert read(text, **COMPANY) == tree
    assert parse(to_text(tree)) == tree
    assert to_sentence(tree, "ko", **COMPANY) != to_sentence(tree, "en", **COMPANY)
