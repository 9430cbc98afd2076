"""An offered rule carries every word of the sentence: what is not found again in it is asked back."""

from __future__ import annotations

from typing import Any

import pytest

from rules.language import RuleNotValid, check, parse, read
from rules.language.mending.unsaid import not_carried
from rules.starter_lists import STARTER_LISTS
from rules.starter_parameters import STARTER_PARAMETERS
from tests.rules.controllers import ENGLISH, ENGLISH_ASKED, KOREAN, KOREAN_ASKED

COMPANY: dict[str, Any] = {"lists": STARTER_LISTS, "parameters": STARTER_PARAMETERS}

# fmt: off
#: said, a rule that leaves something of it out → what it leaves out
LEFT_OUT = (
    ("주말에 영업팀이 10만원 초과", "is_weekend and amount > 100,000 KRW", ["영업팀이"]),
    ("일 사용액 100만원 초과", "amount > 1,000,000 KRW", ["일"]),
    ("주말이 아닌 심야", "is_weekend and is_night", ["아닌"]),
    ("주말 또는 심야", "is_weekend and is_night", ["또는"]),
    ("하루 3번 10만원 초과", "count(same cardholder, day) >= 3", ["10만원"]),
    ("하루 3번 10만원 초과", "amount > 100,000 KRW", ["하루", "3번"]),
    ("같은 가맹점에서 하루 3번", "count(same cardholder, day) >= 3", ["가맹점에서"]),
    ("평균의 3배 초과", "amount > 2 * mean(amount same cardholder within 30 days)", ["3"]),
    ("7일 합계 50만원 초과", "sum(amount same cardholder within 30 days) > 500,000 KRW", ["7일"]),
    ("밤 11시 이후", "hour >= 22", ["밤 11시"]),
    ("약 50만원 이상", "amount >= 500,000 KRW", ["약"]),
    ("sales team over 500,000", "amount > 500,000 KRW", ["sales", "team"]),
    ("at night except on trips", "is_night and on_trip", ["except"]),
    ("over 100 USD", "amount > 100 KRW", ["100 USD"]),
    ("over 100,000 and under 200,000", "amount > 100,000 KRW and amount > 200,000 KRW", ["and under"]),
    ("on mondays over 50,000", "weekday = 2 and amount > 50,000 KRW", ["mondays"]),
    ("total per month above 50,000", "amount > 50,000 KRW", ["total", "per month"]),
    ("nearly 100,000 or more", "amount >= 100,000 KRW", ["nearly"]),
)
CARRIED = (
    ("주말이 아니고 10만원 이하", "not is_weekend and amount <= 100,000 KRW"), ("10만원 이상이 아니고 주말", "amount < 100,000 KRW and is_weekend"),
    ("최근 한 달 같은 가맹점 세 번", "count(same cardholder, merchant within 30 days) >= 3"), ("한도의 절반 초과", "amount > 50% * card.limit"),
    ("10% above the limit", "amount > 110% * card.limit"), ("할부 3개월 이상", "installments >= 3"), ("not abroad", "merchant.country in @home_countries"),
    ("스타벅스 강남점에서 5만원 이상", 'merchant.name contains "스타벅스 강남점" and amount >= 50,000 KRW'), ("영업일 10일 이후 청구", "business_days_between(transacted_at, submitted_at) > 10"),
)
# fmt: on


@pytest.mark.parametrize(("said", "rule", "lost"), LEFT_OUT, ids=[f"{row[0]}: {row[1]}" for row in LEFT_OUT])
def test_what_a_rule_says_nothing_of_is_found(said: str, rule: str, lost: list[str]) -> None:
    assert [said[start:end] for start, end in not_carried(said, rule)] == lost


@pytest.mark.parametrize(("said", "rule"), CARRIED, ids=[row[0] for row in CARRIED])
def test_a_rule_that_says_it_all_loses_nothing(said: str, rule: str) -> None:
    assert not_carried(said, rule) == []


SENTENCES = ("주말에 10만원 초과", "같은 가맹점에서 하루 3번 이상", "영수증 없이 3만원 초과 결제", "over 100,000 on weekends", "no receipt over 30,000", "more than 3 payments a day")  # fmt: skip
UNREAD = (
    "영업팀",
    "급하게",
    "대부분",
    "연속",
    "거의",
    "세번째",
    "sales",
    "usually",
    "nearly",
    "contractors",
    "7,777,777",
)


@pytest.mark.parametrize("said", SENTENCES)
def test_one_more_word_is_never_answered_with_the_rule_without_it(said: str) -> None:
    plain = offered(said)
    assert plain is not None
    words = said.split()
    for at in range(len(words) + 1):
        for word in UNREAD[at % 3 :: 3]:
            more = " ".join([*words[:at], word, *words[at:]])
            assert offered(more) != plain, more


def offered(text: str) -> str | None:
    with pytest.raises(RuleNotValid) as caught:
        read(text, **COMPANY)
    return caught.value.correction


@pytest.mark.parametrize(("said", "meant"), [*KOREAN, *ENGLISH], ids=[row[0] for row in (*KOREAN, *ENGLISH)])
def test_what_controllers_say_is_offered_as_they_mean_it(said: str, meant: str) -> None:
    assert offered(said) == meant
    check(parse(meant), **COMPANY)


@pytest.mark.parametrize("said", [*KOREAN_ASKED, *ENGLISH_ASKED])
def test_what_can_mean_several_things_or_is_no_rule_is_asked_back(said: str) -> None:
    assert offered(said) is None
