"""Every mistake of the table is answered in both languages with a rule that would be accepted."""

from __future__ import annotations

import re

import pytest

from rules.language import RuleNotValid, check, parse, read, to_sentence
from rules.starter_lists import STARTER_LISTS
from rules.starter_parameters import STARTER_PARAMETERS
from tests.rules.mistakes import MISTAKES

COMPANY = {"lists": STARTER_LISTS, "parameters": STARTER_PARAMETERS}


def test_table_is_long_enough_and_says_nothing_twice() -> None:
    assert len({written for written, _ in MISTAKES}) == len(MISTAKES) >= 63


@pytest.mark.parametrize(("written", "meant"), MISTAKES, ids=[written for written, _ in MISTAKES])
def test_mistake_is_answered_with_the_rule_that_was_meant(written: str, meant: str) -> None:
    with pytest.raises(RuleNotValid) as refused:
        read(written, **COMPANY)
    answer = refused.value
    assert answer.correction == meant
    check(parse(meant), **COMPANY)
    assert to_sentence(parse(meant), "ko", **COMPANY)
    for problem in answer.problems:
        english, korean = problem.message("en"), problem.message("ko")
        assert re.search("[가-힣]", korean)
        assert english != korean
        assert problem.instead or re.search(r"[Ww]rite|[Ll]eave|[Uu]se|stands|needs|missing", english), (
            english
        )
