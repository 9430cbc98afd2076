"""Habits of spreadsheets, SQL and programming, and sentences with two readings, are answered with what was written: no number is lost, no key invented."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rules.language import RuleNotValid, check, parse, read, to_sentence
from rules.starter_lists import STARTER_LISTS
from rules.starter_parameters import STARTER_PARAMETERS

COMPANY: dict[str, Any] = {"lists": STARTER_LISTS, "parameters": STARTER_PARAMETERS}

# fmt: off
#: written → the rule that is offered
OFFERED = (
    # in before a length says how far back
    ("count(same cardholder in 7 days) >= 3", "count(same cardholder within 7 days) >= 3"),
    ("sum(amount per cardholder in 7 days) > 500,000 KRW", "sum(amount same cardholder within 7 days) > 500,000 KRW"),
    ("mean(amount of the cardholder in 90 days) < amount", "mean(amount same cardholder within 90 days) < amount"),
    ("max(amount for same merchant in 14 days) < amount", "max(amount same merchant within 14 days) < amount"),
    ("distinct(merchant for same cardholder in 7 days) >= 3", "distinct(merchant same cardholder within 7 days) >= 3"),
    ("합계(금액 같은 사용자 7일 이내) > 50만원", "sum(amount same cardholder within 7 days) > 500,000 KRW"),
    # what is counted is no key
    ("count(amount same cardholder within 7 days) >= 3", "count(same cardholder within 7 days) >= 3"),
    ("count(amount) same cardholder within 7 days >= 3", "count(same cardholder within 7 days) >= 3"),
    ("COUNT(amount) per cardholder per day > 3", "count(same cardholder, day) > 3"),
    ("건수(금액 같은 사용자 7일 이내) >= 3", "count(same cardholder within 7 days) >= 3"),
    ("count(receipt_id same cardholder within 1 day) >= 3", "count(same cardholder within 1 day) >= 3"),
    ("count(transaction same cardholder within 1 day) >= 3", "count(same cardholder within 1 day) >= 3"),
    ("count(amount same cardholder, merchant within 7 days where amount > 50,000 KRW) >= 3", "count(same cardholder, merchant within 7 days where amount > 50,000 KRW) >= 3"),
    # what is missing
    ("isnull(receipt_id)", "receipt_id is missing"), ("ISBLANK(receipt_id)", "receipt_id is missing"), ("empty(purpose_text)", "purpose_text is missing"),
    ("missing(receipt_id)", "receipt_id is missing"), ("exists(receipt_id)", "receipt_id is not missing"), ("isblank(영수증)", "receipt_id is missing"),
    ("not exists(receipt_id) and amount > 5만원", "receipt_id is missing and amount > 50,000 KRW"), ("isnull(receipt_id) = false", "receipt_id is not missing"),
    # not before a field that is no yes or no
    ("not receipt_id", "receipt_id is missing"), ("!receipt_id and amount > 5만원", "receipt_id is missing and amount > 50,000 KRW"),
    ("amount > 50,000 KRW and not pre_approval_id", "amount > 50,000 KRW and pre_approval_id is missing"), ("not project_code and on_leave", "project_code is missing and on_leave"),
    # wildcards without quotation marks, and today
    ("merchant.name like %bar%", 'merchant.name like "*bar*"'), ("merchant.name not like bar%", 'merchant.name not like "bar*"'),
    ("today - transacted_at > 30", "now - transacted_at > 30 days"), ("today() - transacted_at > 30 days", "now - transacted_at > 30 days"),
    # an hour is a whole number: more than 22 would begin at 23:00
    ("hour > 10pm", "time(transacted_at) > 22:00"), ("hour <= 22:00", "time(transacted_at) <= 22:00"), ("시간 > 밤 10시", "time(transacted_at) > 22:00"),
    ("hour >= 22:30 and amount > 5만원", "time(transacted_at) >= 22:30 and amount > 50,000 KRW"), ("hour < 10:30 p.m.", "time(transacted_at) < 22:30"),
    ("is_weekend and hour > 22시", "is_weekend and time(transacted_at) > 22:00"), ("시각 >= 오후 9시 반", "time(transacted_at) >= 21:30"),
    # where, by other names
    ("sum(amount same cardholder within 1 day if hour > 22) > 500,000 KRW", "sum(amount same cardholder within 1 day where hour > 22) > 500,000 KRW"),
    ("sum(amount same cardholder within 1 day, hour > 22) > 500,000 KRW", "sum(amount same cardholder within 1 day where hour > 22) > 500,000 KRW"),
    ("count(same cardholder, day when amount > 10,000 KRW) >= 3", "count(same cardholder, day where amount > 10,000 KRW) >= 3"),
    ("count(same cardholder within 1 day having is_weekend) >= 3", "count(same cardholder within 1 day where is_weekend) >= 3"),
    # ranges, lists, remainders
    ("hour in (22..5)", "hour in 22..5"), ("hour in [22, 23, 0]", "hour in 22..0"), ("weekday in [6, 7]", "weekday in 6..7"), ("hour in [9, 12]", "(hour = 9 or hour = 12)"),
    ("merchant.mcc in 5812..5814", 'merchant.mcc in ("5812", "5813", "5814")'), ('merchant.mcc in "5812".."5814"', 'merchant.mcc in ("5812", "5813", "5814")'),
    ("amount mod 10,000 KRW = 0", "is_multiple(amount, 10,000 KRW)"), ("금액 mod 10000 != 0", "not is_multiple(amount, 10,000 KRW)"),
    ("count distinct merchant same cardholder within 7 days >= 3", "distinct(merchant same cardholder within 7 days) >= 3"),
)
#: written → the rules that are asked back; none is offered
ASKED = (
    ("on working days before 7 am or after 11 pm", ("(is_business_day and hour < 7) or hour >= 23", "is_business_day and (hour < 7 or hour >= 23)")),
    ("평일 오전 7시 이전이나 밤 11시 이후", ("(is_business_day and hour < 7) or hour >= 23", "is_business_day and (hour < 7 or hour >= 23)")),
    ("주말에 1만원 미만 또는 50만원 초과", ("(is_weekend and amount < 10,000 KRW) or amount > 500,000 KRW", "is_weekend and (amount < 10,000 KRW or amount > 500,000 KRW)")),
    ("under 1,000 or over 1,000,000 on weekends", ("amount < 1,000 KRW or (amount > 1,000,000 KRW and is_weekend)", "(amount < 1,000 KRW or amount > 1,000,000 KRW) and is_weekend")),
    ("하루 3번 이상 또는 5만원 초과 주말", ("count(same cardholder, day) >= 3 or (amount > 50,000 KRW and is_weekend)", "(count(same cardholder, day) >= 3 or amount > 50,000 KRW) and is_weekend")),
    ("참석자 1명 이하 또는 10명 이상인 5만원 초과", ("n_attendees <= 1 or (n_attendees >= 10 and amount > 50,000 KRW)", "(n_attendees <= 1 or n_attendees >= 10) and amount > 50,000 KRW")),
    ("over 50,000 before 6 am or after 10 pm", ("(amount > 50,000 KRW and hour < 6) or hour >= 22", "amount > 50,000 KRW and (hour < 6 or hour >= 22)")),
    ("평일에 새벽 2시 이전 또는 밤 11시 이후 10만원 초과", ("(is_business_day and hour < 2) or (hour >= 23 and amount > 100,000 KRW)", "is_business_day and (hour < 2 or hour >= 23) and amount > 100,000 KRW")),
    ("count(merchant same cardholder within 1 day) >= 3", ("count(same cardholder within 1 day) >= 3", "distinct(merchant same cardholder within 1 day) >= 3")),
    ("건수(가맹점 같은 사용자 7일 이내) >= 3", ("count(same cardholder within 7 days) >= 3", "distinct(merchant same cardholder within 7 days) >= 3")),
    ("amount > 1,000.000 KRW", ("amount > 1,000,000 KRW", "amount > 1,000 KRW")),
    ("amount > 500,000 KRW and or hour >= 22", ("amount > 500,000 KRW and hour >= 22", "amount > 500,000 KRW or hour >= 22")),
    ("금액 > 50만원 or and hour >= 22", ("amount > 500,000 KRW and hour >= 22", "amount > 500,000 KRW or hour >= 22")),
)
# fmt: on


def refused(text: str) -> RuleNotValid:
    with pytest.raises(RuleNotValid) as caught:
        read(text, **COMPANY)
    return caught.value


@pytest.mark.parametrize(("written", "meant"), OFFERED, ids=[row[0] for row in OFFERED])
def test_a_habit_is_answered_with_what_was_written(written: str, meant: str) -> None:
    answer = refused(written)
    assert answer.correction == meant
    check(parse(meant), **COMPANY)
    assert to_sentence(parse(meant), "ko", **COMPANY)
    assert all(
        re.search("[가-힣]", one.message_ko) and one.message_en != one.message_ko for one in answer.problems
    )


@pytest.mark.parametrize(("written", "ways"), ASKED, ids=[row[0] for row in ASKED])
def test_what_has_two_readings_is_asked_back_with_both(written: str, ways: tuple[str, ...]) -> None:
    answer = refused(written)
    assert answer.correction is None
    for way in ways:
        check(parse(way), **COMPANY)
        assert any(way in one.message_en and way in one.message_ko for one in answer.problems)


@pytest.mark.parametrize("days", [2, 7, 14, 90])
@pytest.mark.parametrize("word", ["in", "within", "over", "last", "during", "for the last"])
def test_a_period_that_was_said_is_never_another(days: int, word: str) -> None:
    answer = refused(f"sum(amount per cardholder {word} {days} days) > 500,000 KRW")
    assert answer.correction in {None, f"sum(amount same cardholder within {days} days) > 500,000 KRW"}
