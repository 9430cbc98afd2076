"""Before, after, from, until and not of what has a name: what is told to copy is that side of it, never the thing itself."""

from __future__ import annotations

import pytest

from rules.language import RuleNotValid, read
from tests.rules.test_compared import told
from tests.rules.test_spoken import COMPANY


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("after lunch", "time(transacted_at) > 13:30"),
        ("before lunch over 30,000", "time(transacted_at) < 11:30"),
        ("점심시간 이후 3만원 이상", "time(transacted_at) > 13:30"),
        ("정오 이전", "time(transacted_at) < 12:00"),
        ("not after lunch", "not (time(transacted_at) > 13:30)"),
        ("저녁 이후 5만원 초과", "time(transacted_at) >= 18:00, time(transacted_at) > 22:00"),
        ("before midnight", "hour in 22..23, hour in 18..23"),
        ("자정 이후", "hour in 0..5, is_night"),
        ("from noon to 3 pm", "time(transacted_at) in 12:00..15:00"),
        ("정오에서 2시 사이", "time(transacted_at) in 12:00..14:00"),
        ("between 11 pm and midnight", "time(transacted_at) in 23:00..00:00"),
        ("자정부터 새벽 5시까지", "time(transacted_at) in 00:00..05:00"),
        ("크리스마스 전날", "date(transacted_at) = 2026-12-24"),
        ("the week after chuseok", "date(transacted_at) in 2026-09-26..2026-10-02"),
        ("before christmas", "date(transacted_at) < 2026-12-25"),
        ("월초 이후", "day_of_month(transacted_at) > 5"),
        ("7월 이후가 아닌", "not (month(transacted_at) >= 7)"),
        ("7월 이후에 10만원 초과", "month(transacted_at) >= 7"),
        ("outside lunch hours", "time(transacted_at) not in 11:30..13:30, hour not in 12..13"),
        ("업무시간이 아닐 때", "not (is_business_day and time(transacted_at) in 09:00..18:00)"),
        ("외부 참석자가 없지 않은", "n_external_attendees is not missing, n_external_attendees != 0"),
        ("환불이 아닌 결제", "cancelled_at is missing, not (cancel_amount > 0 KRW)"),
        ("3월 1일부터 3월 15일까지", "date(transacted_at) in 2026-03-01..2026-03-15"),
        ("12월 20일부터 1월 5일까지", "date(transacted_at) in 2026-12-20..2027-01-05"),
        ("다른 가맹점 같은 금액 하루 2번", "distinct(merchant same cardholder, amount, day) >= 2"),
        ("different shops more than 4 times a week", "distinct(merchant same cardholder, week) > 4"),
        ("직전 결제와 3분 이내, 10만원 이상", "minutes_since_previous <= 3"),
    ],
)
def test_the_side_of_a_named_thing_is_what_is_told(said: str, meant: str) -> None:
    assert told(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        "not on weekends or holidays over 50,000",
        "over 50,000 and not at night or on weekends",
        "not on a weekend or a holiday",
        "not on weekdays between 9 am and 6 pm",
        "not on weekends after 6 pm",
        "주중 오전 9시부터 오후 6시 외",
    ],
)
def test_no_reading_of_a_denied_list_leaves_half_of_it_undenied(said: str) -> None:
    with pytest.raises(RuleNotValid) as caught:
        read(said, **COMPANY)
    assert caught.value.correction is None
    assert {one.code for one in caught.value.problems}.isdisjoint({"could_mean", "write_beside"})


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (
            "반년간 같은 가맹점 합계 1천만원 이상",
            "sum(amount same cardholder, merchant within 180 days) >= 10,000,000 KRW",
        ),
        ("the same amount 3 times within 3 days", "count(same cardholder, amount within 3 days) >= 3"),
        ("3 times the same amount in 3 days", "count(same cardholder, amount within 3 days) >= 3"),
        ("not on a trip and at night over 50,000", "not on_trip and is_night and amount > 50,000 KRW"),
    ],
)
def test_a_number_of_times_is_no_amount_and_and_ends_a_denial(said: str, meant: str) -> None:
    with pytest.raises(RuleNotValid) as caught:
        read(said, **COMPANY)
    assert caught.value.correction == meant
