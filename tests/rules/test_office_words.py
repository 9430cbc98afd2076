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


def refused(said: str) -> RuleNotValid:
    with pytest.raises(RuleNotValid) as caught:
        read(said, **COMPANY)
    return caught.value


@pytest.mark.parametrize(("said", "written"), TOLD, ids=[row[0] for row in TOLD])
def test_what_to_write_is_told_in_both_languages_and_is_a_rule(said: str, written: str) -> None:
    answer = refused(said)
    assert answer.correction is None
    (told,) = (one for one in answer.problems if one.code not in {"write_beside", "trade_is"})
    assert written in told.message_en
    assert written in told.message_ko
    for way in ways_in(written):
        check(parse(way), **COMPANY)


#: said → what is asked about, and how the rest is written beside it; empty where the rest belongs to what is asked about, or cannot be read
BESIDE = (
    ("영업팀 제외 10만원 초과", "amount > 100,000 KRW"), ("심야 또는 주말에 술집", "is_night or is_weekend"), ("in the morning over 100,000", "amount > 100,000 KRW"),
    ("friday night over 100,000", "amount > 100,000 KRW"), ("분기 접대비 500만원 초과", ""), ("more than 300,000 a day at bars", ""), ("토요일 저녁에 술집 결제", ""),
    ("foreign currency over 1,000 dollars", ""),
)  # fmt: skip


@pytest.mark.parametrize(("said", "rest"), BESIDE, ids=[row[0] for row in BESIDE])
def test_the_rest_of_a_sentence_that_is_asked_about_is_told_where_it_stands_by_itself(
    said: str, rest: str
) -> None:
    told = [one.instead for one in refused(said).problems if one.code == "write_beside"]
    assert told == ([rest] if rest else [])
