"""What is said as one speaks is answered with the rule that says the same, or with what to write; never with another rule."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.language import RuleNotValid, check, parse, read, to_sentence, to_text
from rules.language.mending.spoken.numerals import in_digits
from rules.language.mending.spoken.words import phrases
from rules.starter_lists import STARTER_LISTS
from rules.starter_parameters import STARTER_PARAMETERS
from tests.draws import draws
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


#: What is a judgement, a state or a riddle, and no name of a shop: asked back with what a rule can look at.
ASKED_BACK = (
    ("법인카드 사적 사용", "self_declared_personal"),
    ("개인적 사용 의심", "self_declared_personal"),
    ("업무 외 사용", "self_declared_personal"),
    ("personal use of the card", "self_declared_personal"),
    ("부정 사용", "is_night and is_weekend"),
    ("이상 거래", "is_night and is_weekend"),
    ("suspicious payments", "is_night and is_weekend"),
    ("payments after 10 pm before 6 am", "hour >= 22 or hour < 6"),
    ("반려된 결제", "amount > 500,000 KRW"),
    ("over 3 people and over 50,000 each", "amount > 500,000 KRW"),
)


@pytest.mark.parametrize(("said", "example"), ASKED_BACK, ids=[row[0] for row in ASKED_BACK])
def test_what_no_rule_can_see_is_asked_back_and_never_taken_for_a_shops_name(said: str, example: str) -> None:
    answer = refused(said)
    assert answer.correction is None
    assert any(example in one.message_ko for one in answer.problems)


@pytest.mark.parametrize(
    ("spelled", "digits"),
    [
        ("six payments in a day at one merchant", "6 payments in a day at one merchant"),
        ("more than five payments at the same merchant within thirty minutes",
         "more than 5 payments at the same merchant within 30 minutes"),
        ("at least two payments within ten minutes", "at least 2 payments within 10 minutes"),
        ("more than one payment a day", "more than 1 payment a day"),
        ("seven attendees or more", "7 attendees or more"),
        ("하루에 다섯 건 이상", "하루에 5건 이상"),
        ("한 달에 여섯 번 이상", "한 달에 6번 이상"),
        ("하루 열두 번 이상", "하루 12번 이상"),
        ("같은 가맹점에서 삼십 분 안에 세 건 이상", "같은 가맹점에서 30분 안에 3건 이상"),
        ("사십오 분 이내 두 번 이상 결제", "45분 이내 2번 이상 결제"),
        ("참석자 다섯 명 초과", "참석자 5명 초과"),
        ("두 명 이하", "2명 이하"),
        ("참석자가 세 명 이하이고 10만원 초과", "참석자가 3명 이하이고 10만원 초과"),
    ],
)  # fmt: skip
def test_numbers_in_words_say_what_their_digits_say(spelled: str, digits: str) -> None:
    assert refused(spelled).correction
    assert refused(spelled).correction == refused(digits).correction


@pytest.mark.parametrize(
    "said", ["세 번째 결제", "세번째 결제", "three hundred payments a day", "payments of twenty-five people"]
)
def test_an_ordinal_or_a_number_that_goes_on_is_not_cut_to_a_part_of_it(said: str) -> None:
    assert refused(said).correction is None


@given(st.text(alphabet="세다섯여섯십이삼열두 번건째분one two thirty-hundred", max_size=30))
def test_numbers_in_words_never_move_what_stands_beside_them(text: str) -> None:
    for ones in (False, True):
        read_as = in_digits(text, ones=ones)
        assert len(read_as) == len(text)
        assert all(a == b or b.isdigit() or b == " " for a, b in zip(text, read_as, strict=True))


@pytest.mark.parametrize(
    ("said", "either"),
    [
        ("amount over 100 and under 50", "amount > 100 KRW or amount < 50 KRW"),
        ("amount > 100 and < 50", "amount > 100 KRW or amount < 50 KRW"),
        ("net_amount >= 1000 KRW and <= 500 KRW", "net_amount >= 1,000 KRW or net_amount <= 500 KRW"),
    ],
)
def test_what_no_payment_could_meet_is_never_offered_but_either_of_its_conditions(
    said: str, either: str
) -> None:
    answer = refused(said)
    assert answer.correction is None
    assert [one.code for one in answer.problems] == ["could_mean"]
    assert either in answer.problems[0].message_en


@pytest.mark.parametrize(
    ("said", "is_assumed"),
    [
        ("3번 이내", True),
        ("not more than 3 times", True),
        ("금액이 평균보다 큰", True),
        ("count(*) > 3", True),
        ("30일 이내 3번 이내", False),
        ("한 달에 3번 이내", False),
        ("하루 3회 이상", False),
        ("주말", False),
    ],
)
def test_a_period_nobody_spoke_of_is_told_and_asked_for(said: str, is_assumed: bool) -> None:
    answer = refused(said)
    assert answer.correction
    assert any(one.code == "assumed_days" for one in answer.problems) is is_assumed


@pytest.mark.parametrize(
    "said", ["split payments to avoid the limit", "payments that somebody split to avoid the limit"]
)
def test_words_that_only_fill_a_sentence_are_told_no_fields_name(said: str) -> None:
    assert not any("payments" in one.message_ko for one in refused(said).problems)


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


@settings(deadline=None, max_examples=draws(300))
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


@settings(deadline=None, max_examples=draws(100))
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
