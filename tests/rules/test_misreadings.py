"""A correction that means something else is worse than none: what is denied, bounded or grouped stays so, or nothing is offered."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.language import RuleNotValid, check, parse, read
from rules.language.evaluate import ClaimReader, evaluate
from rules.language.specs import Context
from rules.starter_lists import STARTER_LISTS
from rules.starter_parameters import STARTER_PARAMETERS
from tests.draws import draws
from tests.rules.misreadings import MEANT, OPEN

COMPANY: dict[str, Any] = {"lists": STARTER_LISTS, "parameters": STARTER_PARAMETERS}


def refused(text: str) -> RuleNotValid:
    with pytest.raises(RuleNotValid) as caught:
        read(text, **COMPANY)
    return caught.value


#: What was once answered with a rule of another meaning and has no one meaning → what a rule could ask.
ASKED = (
    ("참석자 1명", "n_attendees = 1, n_attendees > 1"), ("참석자 0", "n_attendees = 0"), ("참석자가 0명", "n_attendees = 0"),
    ("n_attendees 0", "n_attendees = 0"), ("할부 3개월", "installments = 3"), ("요일 6", "weekday = 6"), ("weekday 6", "weekday = 6"),
    ("hour 22", "hour = 22"), ("밤 12시 이후", "00:00..05:59"), ("새벽 12시 이후", "00:00..05:59"), ("밤 12시 넘어서", "00:00..05:59"),
    ("밤 12시 30분 이후", "00:30..05:59"), ("밤 1시 이후", "01:00..05:59"), ("7월 결제", "month(transacted_at) = 7"),
    ("10월에 결제", "month(transacted_at) = 10"), ("3월 이후", "month(transacted_at) >= 3"), ("2월 이전", "month(transacted_at) < 2"),
    ("at least 3 payments at different merchants in one day", "distinct(merchant same cardholder, day) >= 3"),
    ("3 payments at various shops in one day", "distinct(merchant same cardholder, day) >= 3"), ("오전 결제", "hour < 12"),
    ("어제 결제", "now - transacted_at <= 1 day"), ("연휴 결제", "is_holiday"), ("추석에 결제", "is_holiday"), ("월말 결제", "day_of_month"),
    ("달러 결제", 'original_currency = "USD"'), ("엔화로 결제", 'original_currency = "JPY"'), ("미국에서 결제", 'merchant.country = "US"'),
    ("일본에서 사용", 'merchant.country = "JP"'), ("approver is the cardholder", "approver.employee_no = cardholder.employee_no"),
    ("오전 12시 이후", "00:00..05:59"), ("after 12 am", "time(transacted_at) in 00:00..05:59"),
    ("월요일부터 목요일까지", "weekday in 1..4"), ("일주일에 세 번 이상 같은 식당", 'merchant.mcc = "5812"'), ("number of receipts", "amount > 500,000 KRW"),
    ("새벽 2시 이후", "02:00..05:59"), ("number of merchants over 5", "distinct(merchant same cardholder, day) >= 3"), ("merchant is a bar", 'merchant.mcc = "5813"'),
    ("at a golf course on weekends", 'merchant.mcc = "7992"'), ("가맹점이 술집", 'merchant.biz_type contains "술집"'), ("the shop is a karaoke", 'merchant.name contains "karaoke"'),
    ("영수증 미첨부 3만원 초과 또는 목적 미기재", "receipt_id is missing and (amount > 30,000 KRW or purpose_text is missing)"),
    ("weekend night or holiday", "is_weekend and (is_night or is_holiday)"), ("심야이고 10만원 초과 또는 주말", "(is_night and amount > 100,000 KRW) or is_weekend"),
    ("amount > 100,000 KRW and weekend or holiday", "amount > 100,000 KRW and (is_weekend or is_holiday)"),
    ("하루 2번 이상 편의점에서 1만원 이하", 'contains "편의점" and amount <= 10,000 KRW) >= 2'), ("직원 1인당 월 사용액 200만원 초과", "amount > 500,000 KRW"),
    ("7일 안에 같은 가맹점 두 번 이상, 건당 10만원 이상", "where amount >= 100,000 KRW) >= 2"), ("total per person above 50,000", "amount > 500,000 KRW"),
    ("1회 10만원 초과 월 3회 이상", "amount > 500,000 KRW"), ("payments above 300,000 without attendees", "‘without attendees’"),
)  # fmt: skip


@pytest.mark.parametrize(("said", "example"), ASKED, ids=[row[0] for row in ASKED])
def test_what_nobody_said_is_never_filled_in_and_asked_back(said: str, example: str) -> None:
    with pytest.raises(RuleNotValid) as caught:
        read(said, **COMPANY)
    assert caught.value.correction is None
    assert any(example in one.message_ko for one in caught.value.problems)


def test_two_totals_of_which_one_names_other_keys_are_not_put_together() -> None:
    with pytest.raises(RuleNotValid) as caught:
        read("하루 합계 100만원 초과이고 같은 가맹점에서 3번 이상", **COMPANY)
    assert caught.value.correction is None


@pytest.mark.parametrize(("said", "meant"), MEANT, ids=[row[0] for row in MEANT])
def test_correction_means_what_was_said(said: str, meant: str) -> None:
    answer = refused(said)
    assert answer.correction == meant
    check(parse(meant), **COMPANY)
    assert all(re.search("[가-힣]", problem.message_ko) for problem in answer.problems)


@pytest.mark.parametrize(("said", "code", "written"), OPEN, ids=[row[0] for row in OPEN])
def test_what_has_no_one_meaning_is_answered_with_what_to_write(said: str, code: str, written: str) -> None:
    answer = refused(said)
    assert answer.correction is None
    told = [problem for problem in answer.problems if problem.code == code]
    assert told
    assert written in told[0].message_en
    assert written in told[0].message_ko


#: What a condition asks in Korean (before another one, and at the end; the same denied) and in English, and what it means of a claim.
CONDITIONS = [
    (
        "is_weekend",
        ("주말이고", "주말", "주말이 아니고", "주말이 아닌"),
        ("on weekends", "not on weekends"),
        lambda claim: claim["is_weekend"],
    ),
    (
        "on_trip",
        ("출장 중이고", "출장 중", "출장 중이 아니고", "출장 중이 아닌"),
        ("on a trip", "not on a trip"),
        lambda claim: claim["on_trip"],
    ),
    (
        "mcc",
        ("업종이 5813이고", "업종이 5813", "업종이 5813이 아니고", "업종이 5813이 아닌"),
        ("mcc is 5813", "mcc is not 5813"),
        lambda claim: claim["merchant.mcc"] == "5813",
    ),
    (
        "amount",
        ("금액이 10만원 초과이고", "금액이 10만원 초과", "금액이 10만원 초과가 아니고", "금액이 10만원 초과가 아닌"),
        ("amount over 100000", "amount not over 100000"),
        lambda claim: claim["amount"] > 100_000,
    ),
    (
        "people",
        ("참석자 2명 이하이고", "참석자 2명 이하", "참석자 2명 이하가 아니고", "참석자 2명 이하가 아닌"),
        ("at most 2 people", "not at most 2 people"),
        lambda claim: claim["n_attendees"] <= 2,
    ),
    (
        "receipt",
        ("영수증이 있고", "영수증이 있는", "영수증이 없고", "영수증이 없는"),
        ("with a receipt", "without a receipt"),
        lambda claim: claim["receipt_id"] is not None,
    ),
]  # fmt: skip
CLAIMS = st.fixed_dictionaries(
    {
        "amount": st.sampled_from([0, 99_999, 100_000, 100_001, 5_813]),
        "currency": st.just("KRW"),
        "merchant.mcc": st.sampled_from(["5813", "5812"]),
        "is_weekend": st.booleans(),
        "on_trip": st.booleans(),
        "n_attendees": st.integers(1, 4),
        "receipt_id": st.sampled_from([None, "R-1"]),
        "has_time": st.just(True),
        "transacted_at": st.just(datetime(2026, 3, 2, 3, tzinfo=UTC)),
    }
)
CONTEXT = Context(STARTER_LISTS, STARTER_PARAMETERS)


@settings(deadline=None, max_examples=draws(60))
@given(
    pair=st.permutations(CONDITIONS).map(lambda all_: all_[:2]),
    denied=st.integers(0, 1),
    is_korean=st.booleans(),
    claims=st.lists(CLAIMS, min_size=8, max_size=8),
)
def test_of_two_conditions_the_one_that_is_denied_stays_the_one(
    pair: list[Any], denied: int, is_korean: bool, claims: list[dict[str, Any]]
) -> None:
    (_, first_ko, first_en, first_holds), (_, second_ko, second_en, second_holds) = pair
    if is_korean:
        said = f"{first_ko[2 if denied == 0 else 0]} {second_ko[3 if denied == 1 else 1]} 결제"
    else:
        said = f"{first_en[denied == 0]} and {second_en[denied == 1]}"
    correction = refused(said).correction
    if correction is None:
        return
    tree = parse(correction)
    for claim in claims:
        plain = (bool(first_holds(claim)) != (denied == 0)) and (bool(second_holds(claim)) != (denied == 1))
        found = evaluate(tree, ClaimReader(claim, CONTEXT, lambda node: None))
        assert bool(found) == plain, (said, correction)


@pytest.mark.parametrize("said", ["주말이 아니고 업종이 5813인 결제", "mcc is not 5813 and on weekends"])
def test_the_plain_ones_are_told(said: str) -> None:
    assert refused(said).correction is not None
