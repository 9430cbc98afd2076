"""The text of rules: canonical spelling, places of problems, suggestions, and no text that breaks the parser."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.language import RuleNotValid, check, parse, to_sentence, to_text
from rules.language.korean import particle
from rules.starter_lists import STARTER_LISTS
from rules.starter_parameters import STARTER_PARAMETERS
from tests.draws import draws

PIECES = [
    "amount",
    "merchant.name",
    "on_leave",
    "hour",
    "(",
    ")",
    "(",
    ")",
    ",",
    "..",
    "+",
    "-",
    "*",
    "/",
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "and",
    "or",
    "not",
    "in",
    "contains",
    "any",
    "starts",
    "with",
    "like",
    "matches",
    "is",
    "missing",
    "same",
    "within",
    "where",
    "before",
    "whole",
    "of",
    "count",
    "sum",
    "share",
    "since_last",
    "max",
    "hour",
    "day",
    "month",
    "5",
    "1,000",
    "0.5",
    "90%",
    "500",
    "KRW",
    "5",
    "GBP",
    "30",
    "minutes",
    '"bar"',
    "'x'",
    "2026-01-31",
    "22:30",
    "@bar_words",
    "$single_limit",
    "yes",
    "no",
    "now",
    "#",
    "\n",
    "аmount",
    "__x",
    "**",
    "[",
    "]",
    "{",
    "}",
    ":",
    ";",
    ".",
    "é",
    "가",
    "\x00",
    "\u202e",
]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join))
@settings(max_examples=draws(600), deadline=None)
def test_any_row_of_pieces_is_a_rule_or_is_refused_with_reasons(text: str) -> None:
    _read(text)


@given(st.text(max_size=200))
@settings(max_examples=draws(300), deadline=None)
def test_any_text_is_a_rule_or_is_refused_with_reasons(text: str) -> None:
    _read(text)


def _read(text: str) -> None:
    try:
        tree = parse(text)
        check(tree, lists=STARTER_LISTS, parameters=STARTER_PARAMETERS)
    except RuleNotValid as refusal:
        for problem in refusal.problems:
            assert problem.message_en
            assert problem.message_ko
            assert "{" not in problem.code
    else:
        assert parse(to_text(tree)) == tree
        assert to_sentence(tree, "ko")


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("amount>500000KRW", "amount > 500,000 KRW"),
        ("amount == 5 KRW or amount <> 6 KRW", "amount = 5 KRW or amount != 6 KRW"),
        ("((on_leave))", "on_leave"),
        ("not merchant.mcc in ('5813')", 'merchant.mcc not in ("5813")'),
        ("not receipt_id is missing", "receipt_id is not missing"),
        ("(on_leave or on_trip) and is_weekend", "(on_leave or on_trip) and is_weekend"),
        ("amount - (5 KRW - cancel_amount) > 0", "amount - (5 KRW - cancel_amount) > 0"),
        ("--n_attendees > -(3)", "-(-n_attendees) > -3"),
        ("n_attendees > 1.50", "n_attendees > 1.5"),
        ("count(same cardholder,merchant , day)>=2", "count(same cardholder, merchant, day) >= 2"),
        ("count(same cardholder within 1 days) > 1", "count(same cardholder within 1 day) > 1"),
        ("merchant.name contains 'say \"hi\"'", 'merchant.name contains "say ""hi"""'),
        ("ａｍｏｕｎｔ > 5 KRW", "amount > 5 KRW"),
        ("amount > 5 KRW # why\nand on_leave", "amount > 5 KRW and on_leave"),
        ("or_no(on_leave or on_trip)", "or_no(on_leave or on_trip)"),
    ],
)
def test_text_has_one_spelling(written: str, canonical: str) -> None:
    assert to_text(parse(written)) == canonical
    assert to_text(parse(canonical)) == canonical


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("amount > 50", 1, 10),
        ("on_leave\n  and amonut > 5 KRW", 2, 7),
        ("amount > 5 KRW and\n\n   (merchant.mcc = 5813)", 3, 20),
        ("amount > 5 KRW )", 1, 16),
        ("# note\namount >", 2, 9),
        ('merchant.name matches "("', 1, 23),
    ],
)
def test_problem_stands_at_its_line_and_column(text: str, line: int, column: int) -> None:
    with pytest.raises(RuleNotValid) as caught:
        check(parse(text))
    assert (caught.value.problems[0].line, caught.value.problems[0].column) == (line, column)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("amonut > 5 KRW", "Write amount"),
        ("not recurring", "is_recurring"),
        ('employee_no = "E1"', "cardholder.employee_no"),
        ("True", "yes"),
        ("single_limit < amount", "$single_limit"),
        ("amount > $singel_limit", "single_limit"),
        ("merchant.name contains any @bar_word", "bar_words"),
        ("weekdy(transacted_at) = 1", "weekday"),
        ("count(same cardholdr) > 1", "cardholder"),
        ("аmount > 5 KRW", "Write amount"),
        ("amount > 50", "50 KRW"),
        ("merchant.mcc = 5813", '"5813"'),
        ("amount in 9 KRW..5 KRW", "5 KRW..9 KRW"),
    ],
)
def test_refusal_says_what_would_be_right(text: str, hint: str) -> None:
    with pytest.raises(RuleNotValid) as caught:
        check(parse(text), lists=STARTER_LISTS, parameters=STARTER_PARAMETERS)
    problem = caught.value.problems[0]
    assert hint in problem.message_en
    assert hint.removeprefix("Did you mean ").removeprefix("Write ") in problem.message_ko


def test_all_problems_of_a_rule_are_said_at_once() -> None:
    with pytest.raises(RuleNotValid) as caught:
        check(parse("amount > 50 and amonut > 5 KRW and hour(amount) > 3"))
    assert [problem.code for problem in caught.value.problems] == [
        "money_needs_currency",
        "field_meant",
        "argument_type",
    ]


@pytest.mark.parametrize(
    ("word", "kind", "expected"),
    [
        ("금액", "이", "금액이"),
        ("한도", "이", "한도가"),
        ("서울", "으로", "서울로"),
        ("부산", "으로", "부산으로"),
        ("MCC", "은", "MCC는"),
        ("3", "이", "3이"),
        ("건당 한도’", "과", "건당 한도’와"),
        ("2", "을", "2를"),
    ],
)
def test_korean_particles_follow_the_last_sound(word: str, kind: str, expected: str) -> None:
    assert particle(word, kind) == expected


def test_sentences_read_as_the_rule_in_both_languages() -> None:
    tree = parse("count(same cardholder, merchant within 30 minutes) >= 3 and amount > 500,000 KRW")
    assert to_sentence(tree, "en") == (
        "([number of claims of the same cardholder and merchant within 30 minutes up to this claim] is at least 3) and "
        "(amount is more than KRW 500,000)"
    )
    assert to_sentence(tree, "ko") == (
        "([30분 이내 같은 카드 사용자·가맹점의 청구 건수(이 건 포함)]가 3 이상) 그리고 (금액이 500,000원 초과)"
    )


@pytest.mark.parametrize(
    ("text", "ko", "en"),
    [
        ('txn_type = "cash_advance"', "‘현금 서비스’와 같음", "cash advance"),
        ('"keyed" != entry_mode', "수기 입력", "typed in"),
        ('card.kind in ("shared", "fuel")', "공용 카드", "fuel card"),
        ('merchant.mcc = "4121"', "‘4121 택시’와 같음", "4121 Taxis"),
        ('purpose_code = "personal"', "‘personal’", "personal”"),
    ],
)
def test_a_code_that_has_words_is_told_by_them_in_its_own_field(text, ko, en):
    tree = parse(text)
    assert ko in to_sentence(tree, "ko")
    assert en in to_sentence(tree, "en")
