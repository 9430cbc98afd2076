"""Words of an office are answered with what a rule asks in their place, and what is told is itself a rule."""

from __future__ import annotations

from typing import Any

import pytest

from rules.language import RuleNotValid, check, parse, read
from rules.starter_lists import STARTER_LISTS
from rules.starter_parameters import STARTER_PARAMETERS
from tests.rules.office_words import TOLD
from tests.rules.test_unsaid import ways_in

COMPANY: dict[str, Any] = {"lists": STARTER_LISTS, "parameters": STARTER_PARAMETERS}


@pytest.mark.parametrize(("said", "written"), TOLD, ids=[row[0] for row in TOLD])
def test_what_to_write_is_told_in_both_languages_and_is_a_rule(said: str, written: str) -> None:
    with pytest.raises(RuleNotValid) as caught:
        read(said, **COMPANY)
    assert caught.value.correction is None
    (told,) = caught.value.problems
    assert written in told.message_en
    assert written in told.message_ko
    for way in ways_in(written):
        check(parse(way), **COMPANY)
