"""What is said as one speaks is answered with the rule that says the same, or with what to write; never with another rule."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.language import RuleNotValid, check, parse, read, to_sentence, to_text
from rules.language.mending.spoken.words import phrases
from rules.starter_lists import STARTER_LISTS
from rules.starter_parameters import STARTER_PARAMETERS
from tests.rules.spoken import SPOKEN

COMPANY = {"lists": STARTER_LISTS, "parameters": STARTER_PARAMETERS}


def refused(text: str, currency: str = "KRW") -> RuleNotValid:
    with pytest.raises(RuleNotValid) as caught:
        read(text, **COMPANY, currency=currency)
    return caught.value


@pytest.mark.parametrize(("said", "meant", "english", "korean"), SPOKEN, ids=[row[0] for row in SPOKEN])
def test_spoken_condition_is_answered_with_the_rule_it_means(
    said: str, meant: str, english: str, korean: str
) -> None:
    answer = refused(said)
    assert (answer.correction or "") == meant
    assert (answer.problems[0].message_en, answer.problems[0].message_ko) == (english, korean)
    if meant:
        check(parse(meant), **COMPANY)
        assert to_sentence(parse(meant), "ko", **COMPANY)


def test_every_answer_says_what_to_write() -> None:
    """Each has a whole rule, or an example of one, or the word that is right in its place."""
    unanswered = [said for said, meant, *_ in SPOKEN if not meant]
    helps = re.compile(r"[Ww]rite|example")
    riddles = [
        said for said in unanswered if not any(helps.search(one.message_en) for one in refused(said).problems)
    ]
    assert riddles == ["amount > (select avg(amount))"]  # what may stand there is told
    assert len(SPOKEN) >= 200
    assert len(unanswered) <= 20


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("amount > 500", "amount > 500 EUR"),
        ("over 500 per head", "per_head > 500 EUR"),
        ("total per month above 10,000", "sum(amount same cardholder, month) > 10,000 EUR"),
        ("금액이 50만원 초과", "amount > 500,000 KRW"),
        ("amount ends with 00", "is_multiple(amount, 100 EUR)"),
    ],
)
def test_amount_without_a_currency_is_in_the_companys_own(said: str, written: str) -> None:
    assert refused(said, "EUR").correction == written
    assert refused("amount > 500").correction == "amount > 500 KRW"


WORDS = st.sampled_from(sorted(phrases()))
VALUES = st.sampled_from(
    [
        "50만원",
        "500,000",
        "3회",
        "3 times",
        "30분",
        "7 days",
        "22시",
        "10pm",
        "80%",
        "3배",
        "한도",
        "금액",
        "1인당",
        "가맹점",
        "merchant",
        "부서별",
        "스타벅스",
        "5813",
    ]
)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(WORDS, VALUES), min_size=1, max_size=7).map(" ".join))
def test_correction_of_any_spoken_text_is_itself_a_rule(text: str) -> None:
    try:
        read(text, **COMPANY)
    except RuleNotValid as error:
        answer = error
    else:
        return
    assert answer.problems
    if answer.correction is not None:
        tree = read(answer.correction, **COMPANY)
        assert parse(to_text(tree)) == tree


@settings(deadline=None, max_examples=100)
@given(
    amount=st.integers(1, 99),
    times=st.integers(2, 9),
    is_korean=st.booleans(),
    sign=st.sampled_from(
        [(">", "초과", "over"), (">=", "이상", "at least"), ("<", "미만", "under"), ("<=", "이하", "at most")]
    ),
)
def test_both_languages_mean_the_same(
    amount: int, times: int, is_korean: bool, sign: tuple[str, str, str]
) -> None:
    written, korean, english = sign
    said = (
        f"금액이 {amount}만원 {korean} 그리고 같은 가맹점에서 하루 {times}회 이상"
        if is_korean
        else f"amount {english} {amount * 10_000} and at least {times} payments at the same merchant in one day"
    )
    expected = (
        f"amount {written} {amount * 10_000:,} KRW and count(same cardholder, merchant, day) >= {times}"
    )
    assert refused(said).correction == expected
