"""Rules that can never hit, always hit, or have a part that never or always holds: what is told, and that it is true."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from rules.engine import RuleSpec, evaluate
from rules.language import ParameterSpec, ParameterValue, ValueListSpec, check, parse
from rules.language.certain.telling import tell
from rules.language.nodes import Comparison, Not, walk
from tests.rules.generated import context, frame
from tests.rules.starter import starter_context, starter_specs

BARS = {
    "bars": ValueListSpec("bars", "code", frozenset({"5813", "5814"})),
    "empty": ValueListSpec("empty", "code"),
}
LIMITS = {
    "limit": ParameterSpec(
        "limit",
        "money",
        (
            ParameterValue(50_000, date(2020, 1, 1), currency="KRW"),
            ParameterValue(300_000, date(2020, 1, 1), currency="KRW", grade="부장"),
        ),
    )
}

#: rule | what of it is told to stand against each other, or by itself
NEVER = """
merchant.mcc matches "^5812$" and merchant.mcc starts with "7" | merchant.mcc matches "^5812$"; merchant.mcc starts with "7"
length(merchant.mcc) = 3 | length(merchant.mcc) = 3: all of them have 4 characters
is_multiple(amount, 10,000 KRW) and amount < 10,000 KRW and amount > 0 KRW | amount > 0 KRW can never hold beside
is_multiple(amount, 1,000 KRW) and amount = 1,500 KRW | is_multiple(amount, 1,000 KRW); amount = 1,500 KRW
not is_multiple(amount, 1,000 KRW) and amount = 2,000 KRW | not is_multiple(amount, 1,000 KRW); amount = 2,000 KRW
remainder(amount, 1,000 KRW) = 500 KRW and amount = 2,000 KRW | remainder(amount, 1,000 KRW) = 500 KRW; amount = 2,000 KRW
first_digit = 5 and amount in 1,000 KRW..1,999 KRW | first_digit = 5; amount in 1,000 KRW..1,999 KRW
submitted_at < transacted_at and days_to_submit > 3 | submitted_at < transacted_at; days_to_submit > 3
date(submitted_at) < date(transacted_at) and submitted_at > transacted_at | date(submitted_at) < date(transacted_at); submitted_at > transacted_at
minute(transacted_at) = 30 and time(transacted_at) in 10:00..10:15 | minute(transacted_at) = 30; time(transacted_at) in 10:00..10:15
time(submitted_at) in 09:00..10:00 and hour(submitted_at) = 12 | time(submitted_at) in 09:00..10:00; hour(submitted_at) = 12
amount * 2 < amount and amount > 0 KRW | amount * 2 < amount; amount > 0 KRW
amount > 110% * amount and amount > 0 KRW | amount > 110% * amount; amount > 0 KRW
per_head > 50,000 KRW and n_attendees >= 4 and amount < 100,000 KRW | amount < 100,000 KRW can never hold beside
currency != original_currency and currency = "KRW" and original_currency = "KRW" | original_currency = "KRW" can never hold beside
max(amount same cardholder, day) > 500 KRW and sum(amount same cardholder, day) < 300 KRW | max(amount same cardholder, day) > 500 KRW; sum(amount same cardholder, day) < 300 KRW
amount > 500,000 KRW and amount < 100,000 KRW | amount > 500,000 KRW; amount < 100,000 KRW
merchant.name contains any @empty | merchant.name contains any @empty: the list @empty has no entry
is_multiple(amount, 0 KRW) | is_multiple(amount, 0 KRW): divided by zero
amount / 0 > 1 KRW | amount / 0 > 1 KRW: divided by zero
not (amount / 0 > 1 KRW) | not amount / 0 > 1 KRW: divided by zero
minutes_since_previous < 0 | minutes_since_previous < 0: it is never below zero
deviation(amount same cardholder within 30 days) < 0 KRW | deviation(amount same cardholder within 30 days) < 0 KRW: it is never below zero
change(amount same cardholder within 30 days) < -100% | change(amount same cardholder within 30 days) < -100%: payments fall by 100%
sum(amount same cardholder, day) < 0 KRW | sum(amount same cardholder, day) < 0 KRW: it is never below zero
card.limit < 0 KRW | card.limit < 0 KRW: it is a whole amount
or_zero(n_attendees) > 5 and n_attendees < 3 | or_zero(n_attendees) > 5; n_attendees < 3
or_no(is_recurring) and is_recurring is missing | or_no(is_recurring); is_recurring is missing
lower(merchant.name) = "STARBUCKS" and merchant.name = "x" | lower(merchant.name) = "STARBUCKS"; merchant.name = "x"
minutes_between(transacted_at, submitted_at) < 0 and submitted_at > transacted_at | minutes_between(transacted_at, submitted_at) < 0; submitted_at > transacted_at
date(transacted_at) >= 2026-03-01 and transacted_at < 2026-02-01 | date(transacted_at) >= 2026-03-01; transacted_at < 2026-02-01
amount > 100,000 KRW and amount < 100,001 KRW | amount > 100,000 KRW; amount < 100,001 KRW
merchant.name contains "카페" and merchant.name not contains "카" | merchant.name contains "카페"; merchant.name not contains "카"
merchant.mcc starts with "5812" and not merchant.mcc starts with "58" | merchant.mcc starts with "5812"; merchant.mcc not starts with "58"
hour > 23 | hour > 23: hours run from 0 to 23
weekday = 8 | weekday = 8: weekdays run from 1
weekday = 0 and amount > 5 KRW | weekday = 0: weekdays run from 1
weekday in 6..7 and is_night and weekday < 6 | weekday in 6..7; weekday < 6
hour > 22 and hour < 23 | hour > 22; hour < 23
hour in 22..6 and hour = 12 | hour in 22..6; hour = 12
time(transacted_at) in 22:00..06:00 and time(transacted_at) in 07:00..21:00 | time(transacted_at) in 22:00..06:00; time(transacted_at) in 07:00..21:00
merchant.mcc = "581" | merchant.mcc = "581": a category code has four digits
merchant.brn = "123-45-67890" | merchant.brn = "123-45-67890": a business number has ten digits
merchant.country = "KOR" | merchant.country = "KOR": a country has two letters
currency = "WON" | currency = "WON": a currency is one of ISO 4217
txn_type = "refunds" | txn_type = "refunds": kinds are purchase
merchant.mcc in @bars and merchant.mcc = "5812" | merchant.mcc in @bars; merchant.mcc = "5812"
n_claims_cardholder_1d > n_claims_cardholder_7d | n_claims_cardholder_1d > n_claims_cardholder_7d
n_claims_cardholder_1d >= 6 and n_claims_cardholder_30d < 4 | n_claims_cardholder_1d >= 6; n_claims_cardholder_30d < 4
n_claims_same_merchant_30d > n_claims_cardholder_30d | n_claims_same_merchant_30d > n_claims_cardholder_30d
n_merchants_cardholder_7d >= 20 and n_claims_cardholder_7d <= 19 | n_merchants_cardholder_7d >= 20; n_claims_cardholder_7d <= 19
merchant.mcc in @empty | merchant.mcc in @empty: the list @empty has no entry
merchant.mcc = "5812" and merchant.mcc != "5812" | merchant.mcc = "5812"; merchant.mcc != "5812"
merchant.mcc starts with "58" and merchant.mcc starts with "41" | merchant.mcc starts with "58"; merchant.mcc starts with "41"
merchant.mcc starts with "58" and merchant.mcc in ("4121", "7011") | merchant.mcc starts with "58"; merchant.mcc in ("4121", "7011")
merchant.name contains "bar" and merchant.name = "cafe" | merchant.name contains "bar"; merchant.name = "cafe"
cardholder.grade = "과장" and not cardholder.grade in ("과장", "대리") | cardholder.grade = "과장"; cardholder.grade not in ("과장", "대리")
currency = "USD" and amount > 500,000 KRW | currency = "USD"; amount > 500,000 KRW
amount > 500,000 KRW and amount > 300 USD | amount > 500,000 KRW; amount > 300 USD
receipt_id is missing and receipt_id = "A" | receipt_id is missing; receipt_id = "A"
is_night and not is_night | is_night; not is_night
is_night = yes and is_night = no | is_night = yes; is_night = no
count(same cardholder, merchant within 30 minutes) < 0 | count(same cardholder, merchant within 30 minutes) < 0: a count is 0 or more
share(amount of cardholder in merchant within 180 days) > 120% | share(amount of cardholder in merchant within 180 days) > 120%: a share lies between
amount > amount | amount > amount: both sides are the same
amount > card.limit and amount < card.limit | amount > card.limit; amount < card.limit
amount > $limit and amount < $limit | amount > $limit; amount < $limit
$limit < amount and not amount >= $limit | $limit < amount; not amount >= $limit
length(merchant.name) = 0 | length(merchant.name) = 0: an empty text counts as missing
length(merchant.name) < 1 and is_night | length(merchant.name) < 1: an empty text counts as missing
amount > $limit and amount < 10,000 KRW | amount > $limit; amount < 10,000 KRW
transacted_at >= 2026-02-01 and transacted_at < 2026-01-01 | transacted_at >= 2026-02-01; transacted_at < 2026-01-01
merchant.opened_on in 2026-01-01..2026-03-01 and merchant.opened_on > 2026-05-01 | merchant.opened_on in 2026-01-01..2026-03-01; merchant.opened_on > 2026-05-01
merchant.name contains "bar" and merchant.name not contains "bar" | merchant.name contains "bar"; merchant.name not contains "bar"
merchant.name like "*bar*" and not merchant.name like "*BAR*" | merchant.name like "*bar*"; merchant.name not like "*BAR*"
time(transacted_at) in 9:00..18:00 and hour in 22..23 | time(transacted_at) in 09:00..18:00; hour in 22..23
time(transacted_at) in 22:00..06:00 and hour = 12 | time(transacted_at) in 22:00..06:00; hour = 12
hour(transacted_at) >= 22 and hour < 20 | hour(transacted_at) >= 22; hour < 20
distinct(merchant same merchant, day) >= 2 | distinct(merchant same merchant, day) >= 2: claims of the same are all of one
is_weekend and is_business_day | is_weekend; is_business_day
is_weekend and weekday = 3 | is_weekend; weekday = 3
not is_weekend and weekday in 6..7 | not is_weekend; weekday in 6..7
is_business_day and weekday(transacted_at) > 5 | is_business_day; weekday(transacted_at) > 5
is_holiday and is_business_day | is_holiday; is_business_day
is_weekend(transacted_at) and weekday < 6 | is_weekend(transacted_at); weekday < 6
is_weekend(submitted_at) and is_business_day(submitted_at) | is_weekend(submitted_at); is_business_day(submitted_at)
is_multiple(amount, 10,000 KRW) and remainder(amount, 10,000 KRW) > 0 | is_multiple(amount, 10,000 KRW); remainder(amount, 10,000 KRW) > 0
not is_multiple(amount, 10,000 KRW) and remainder(amount, 10,000 KRW) = 0 | not is_multiple(amount, 10,000 KRW); remainder(amount, 10,000 KRW) = 0
merchant.name = "" | merchant.name = "": an empty text counts as missing
merchant.name in ("", " ") | merchant.name in ("", " "): an empty text counts as missing
amount > 3 * card.limit and amount < card.limit | amount > 3 * card.limit; amount < card.limit
amount > 3 * card.limit and amount <= card.limit | amount > 3 * card.limit; amount <= card.limit
card.limit < amount and 2 * amount < card.limit * 2 | card.limit < amount; 2 * amount < card.limit * 2
amount < 50% * pre_approved_amount and amount / 2 > pre_approved_amount | amount < 50% * pre_approved_amount; amount / 2 > pre_approved_amount
n_attendees > 2 * n_external_attendees and n_attendees < n_external_attendees | n_attendees > 2 * n_external_attendees; n_attendees < n_external_attendees
card.limit < 90% * card.limit | card.limit < 90% * card.limit: it is compared with a share of itself
card.limit > 50% * card.limit and card.limit <= 80% * card.limit | card.limit > 50% * card.limit; card.limit <= 80% * card.limit
is_multiple(amount, 50,000 KRW) and remainder(amount, 10,000 KRW) > 0 | is_multiple(amount, 50,000 KRW); remainder(amount, 10,000 KRW) > 0
month(transacted_at) = 2 and day_of_month(transacted_at) = 31 | month(transacted_at) = 2; day_of_month(transacted_at) = 31
year(transacted_at) = 2026 and is_night and month(transacted_at) = 2 and day_of_month(transacted_at) = 29 | day_of_month(transacted_at) = 29 can never hold beside
is_weekend and date(transacted_at) = 2026-11-03 | is_weekend; date(transacted_at) = 2026-11-03
is_night and time(transacted_at) = 12:00 | is_night; time(transacted_at) = 12:00
min(n_attendees, 3) > 5 | min(n_attendees, 3) > 5: by what they are its two sides
max(hour, 3) < 2 | max(hour, 3) < 2: by what they are its two sides
min(amount, card.limit) > amount | min(amount, card.limit) > amount: by what they are its two sides
remainder(amount, 10,000 KRW) >= 10,000 KRW | remainder(amount, 10,000 KRW) >= 10,000 KRW: by what they are its two sides
abs(amount) > 10,000 KRW and amount in -5,000 KRW..5,000 KRW | abs(amount) > 10,000 KRW; amount in -5,000 KRW..5,000 KRW
quotient(amount, 10,000 KRW) < 1 and amount > 20,000 KRW | quotient(amount, 10,000 KRW) < 1; amount > 20,000 KRW
submitted_at < transacted_at and submitted_at - transacted_at > 1 day | submitted_at < transacted_at; submitted_at - transacted_at > 1 day
amount > card.limit and card.limit > pre_approved_amount and amount < pre_approved_amount | amount < pre_approved_amount can never hold beside
count(same cardholder, merchant, day) > count(same cardholder, day) | count(same cardholder, merchant, day) > count(same cardholder, day): by what they are its two sides
distinct(merchant same cardholder, day) >= 4 and count(same cardholder, day) <= 3 | distinct(merchant same cardholder, day) >= 4; count(same cardholder, day) <= 3
mean(amount same cardholder, day) > max(amount same cardholder, day) | mean(amount same cardholder, day) > max(amount same cardholder, day): by what they are its two sides
sum(amount same cardholder, day) > 500,000 KRW and sum(amount same cardholder, month) < 300,000 KRW | sum(amount same cardholder, day) > 500,000 KRW; sum(amount same cardholder, month) < 300,000 KRW
(hour > 23 and is_night) or (n_attendees < 0 and is_weekend) | hour > 23: hours run from 0 to 23
is_multiple(amount, 10,000 KRW) and not is_multiple(amount, 1,000 KRW) | is_multiple(amount, 10,000 KRW); not is_multiple(amount, 1,000 KRW)
first_digit = 0 | first_digit = 0: first digits run from 1 to 9
amount > card.limit and ratio_to_limit < 50% | amount > card.limit; ratio_to_limit < 50%
amount < 50% * card.limit and ratio_to_limit >= 60% | amount < 50% * card.limit; ratio_to_limit >= 60%
amount < 10,000 KRW and per_head > 10,000 KRW | amount < 10,000 KRW; per_head > 10,000 KRW
submitted_at - transacted_at > 30 days and days_to_submit < 10 | submitted_at - transacted_at > 30 days; days_to_submit < 10
""".strip().splitlines()

ALWAYS = [
    "hour >= 0",
    "is_weekend or not is_weekend",
    "amount > 0 KRW or amount <= 0 KRW",
    "weekday in 1..5 or weekday in 6..7",
    "not hour > 23",
    "card.limit >= 90% * card.limit",
    "card.limit >= 90% * card.limit and card.limit <= 100% * card.limit",
    'merchant.name != ""',
    "length(merchant.name) >= 1",
    "amount > $limit or amount <= $limit",
    "count(same cardholder, month) >= count(same cardholder, day)",
    "min(amount, card.limit) <= card.limit",
    "quotient(amount, 10,000 KRW) >= 3 or amount < 30,000 KRW",
    "amount + 1 KRW > amount",
    'merchant.name like "*"',
    'merchant.name matches ".*"',
]

FINE = [
    "amount > 100,000.50 USD and amount < 100,000.52 USD",
    'merchant.name contains "카" and merchant.name not contains "카페"',
    'merchant.mcc starts with "58" and not merchant.mcc starts with "5812"',
    "remainder(weekday, 1) = n_attendees",  # both may be 0
    "max(weekday, n_attendees) > 8 and is_night",
    "or_zero(weekday) = 0",
    "is_multiple(amount, 1,000 KRW) and not is_multiple(amount, 10,000 KRW)",
    "is_multiple(amount, 10,000 KRW) and not is_multiple(amount, 3,000 KRW)",
    "is_multiple(amount, 10,000 KRW) and not is_multiple(net_amount, 1,000 KRW)",
    "amount > card.limit and ratio_to_limit <= 100%",  # a share is rounded
    "amount > 40% * card.limit and ratio_to_limit < 50%",
    "amount < 10,000 KRW and per_head > 9,999 KRW or first_digit = 9",
    "amount < -10,000 KRW and per_head > -10,000 KRW",  # a credit
    "submitted_at - transacted_at > 30 days and days_to_submit <= 30",  # within a second
    "amount < -10 KRW and per_head >= 0 KRW",  # of twenty heads it is rounded up to none
    "transacted_at - submitted_at > 1 day and days_to_submit < 10",
    "is_first_at_merchant and count(same cardholder, merchant, day) >= 2",  # the first of the day was cancelled
    'merchant.name like "?*"',
    'merchant.name matches "^.*$"',  # a text of two lines
    "amount >= $limit and amount <= $limit",
    "amount > $limit or amount < $limit",
    "length(merchant.name) < 2",
    "amount > $limit and amount < 100,000 KRW",  # some have the lower limit
    'amount > 500,000 KRW or currency = "USD"',
    "hour in 22..6 and hour != 3",
    "receipt_id is missing and amount > 30,000 KRW",
    'merchant.name contains "bar" and merchant.name not contains "barber"',
    "time(transacted_at) in 9:00..18:00 and hour = 18",
    "time(transacted_at) >= 22:30 and hour = 22",
    "distinct(merchant same cardholder, day) >= 2",
    "min(amount same cardholder within 7 days before) > amount",
    "count(same cardholder, week) > count(same cardholder, month)",  # a week may begin in the month before
    "count(same cardholder, day) > count(same cardholder within 1 day)",
    'count(same cardholder, day where txn_type = "decline") > count(same cardholder, day)',
    "count(same cardholder, day) > count(same cardholder, day before)",
    "sum(net_amount same cardholder, day) > sum(net_amount same cardholder, month)",
    "max(amount_z_self same cardholder, day) < mean(amount_z_self same cardholder, day)",
    "amount_z_self + 0.1 <= n_attendees and n_attendees <= amount_z_self",
    "max(amount, card.limit) > amount",
    "month(transacted_at) = 2 and day_of_month(transacted_at) = 29",
    "month(transacted_at) = 2 and day_of_month(submitted_at) = 31",
    "quotient(amount, 10,000 KRW) < 2 and amount > 15,000 KRW",
    "remainder(amount, 10,000 KRW) > 9,999 KRW",
    "submitted_at < transacted_at + 2 days and submitted_at - transacted_at > 1 day",
    "max(amount same department within 7 days by others) < amount",
    "distinct(merchant same cardholder, day) < 1",  # of a claim without a merchant it is none
    "amount > 3 * max(amount same cardholder within 90 days where is_weekend)",
    "min(amount same cardholder within 7 days) >= amount",
    "2 * min(amount same cardholder within 7 days) > amount",
    "amount > 50% * sum(amount same cardholder, month)",
    "max(net_amount same cardholder, day) < amount",
    "count(same cardholder, merchant, day) > 1",
    'merchant.name contains "bar" and merchant.name starts with "sea"',
    "merchant.opened_on > 2026-01-01 and merchant.opened_on < 2026-01-03",
    "amount > card.limit or amount < 0 KRW",
    "weekday in 6..7 and merchant.mcc not in @bars",
    "count(same cardholder, merchant within 30 minutes) >= 3 and sum(amount same cardholder, day) > 300,000 KRW",
    "is_weekend and not is_business_day",
    "is_weekend or is_business_day",
    "not is_business_day and weekday = 3",  # a holiday
    "is_weekend and is_holiday",
    "n_claims_cardholder_1d >= 3 and n_claims_cardholder_7d < 10",
    "n_claims_cardholder_7d > n_claims_same_merchant_30d",  # one is of a week at all shops, the other of a month at one
    "n_claims_cardholder_1d = n_claims_cardholder_30d and n_claims_cardholder_1d >= 3",
    "is_weekend(submitted_at) and weekday = 3",
    "is_multiple(amount, 10,000 KRW) and remainder(amount, 20,000 KRW) > 0",
    "amount >= 3 * card.limit and amount <= card.limit",  # nothing of a card without a limit
    "amount > 3 * net_amount and amount < net_amount",  # a credit
    "amount > 80% * card.limit and amount < card.limit",
    "amount > 80% * amount",
    "per_head < amount",
    'merchant.name in ("", "bar")',
    "or_zero(cancel_amount) < 100 KRW and cancel_amount is missing or is_night",
]


#: What a payment cannot meet, for its window holds it, and what every payment meets.
OF_OWN = """
min(amount same cardholder within 7 days) > amount | no
amount > max(amount same cardholder within 90 days) | no
amount > 3 * max(amount same cardholder within 90 days) | no
sum(amount same cardholder, month) < amount | no
amount > 150% * sum(amount same cardholder, month) and is_night | no
count(same cardholder, day) < 1 | no
count(same cardholder, merchant, day) = 0 | no
1 > count(same cardholder, merchant, day) | no
not count(same cardholder, day) >= 1 | no
count(same cardholder, day) >= 1 and is_weekend | every
max(amount same cardholder, whole day) >= amount | every
""".strip().splitlines()


#: Conditions of a payment's own amount beside one of a window that holds it.
BESIDE_OWN = """
amount > 500 KRW and max(amount same cardholder, day) < 300 KRW
amount >= 500 KRW and sum(amount same cardholder within 30 days) < 300 KRW
amount < 300 KRW and min(amount same cardholder, day) > 500 KRW
sum(amount same merchant, month) <= 200 KRW and amount > 400 KRW and hour < 20
""".strip().splitlines()


def told(text: str) -> list[str]:
    tree = parse(text)
    check(tree, lists=BARS, parameters=LIMITS)
    return [problem.message_en for problem in tell(tree, lists=BARS, parameters=LIMITS)]


@pytest.mark.parametrize("row", NEVER)
def test_a_rule_that_can_never_hit_is_told_with_what_stands_against_what(row: str) -> None:
    text, _, parts = (part.strip() for part in row.partition(" | "))
    whole, why, *_more = told(text)
    assert whole == "This rule can never hit."
    first, semicolon, second = parts.partition("; ")
    if " can never hold beside" in parts:
        assert why == f"“{parts.split(' can never')[0]}” can never hold beside the other conditions."
    elif semicolon:
        assert why == f"“{first}” and “{second}” can never both hold."
    else:
        part, _, reason = parts.partition(": ")
        assert why.startswith(f"“{part}” can never hold: {reason}")


@pytest.mark.parametrize("row", OF_OWN)
def test_a_window_that_holds_the_claim_itself_is_told_of(row: str) -> None:
    text, which = row.split(" | ")
    (why,) = told(text)
    assert f"holds for {which} payment: " in why
    assert why.endswith("Write before, to leave this claim out.")


@pytest.mark.parametrize("text", BESIDE_OWN)
def test_an_amount_beside_a_window_that_holds_it_is_told_of_and_so_it_is(text: str) -> None:
    (why,) = told(text)
    assert "holds for no payment: this claim is " in why
    some = frame(12, 200).with_columns(pl.lit("purchase").alias("txn_type"), pl.col("amount").abs() + 1)
    outcome = evaluate(some, [RuleSpec("X", 1, parse(text))], context=context())
    assert (outcome.errors, outcome.n_hits()[0]) == ({}, 0)


@pytest.mark.parametrize(
    "text",
    [
        "is_multiple(amount, 1,000 KRW) and amount in 1,100 KRW..2,000 KRW",
        "remainder(amount, 1,000 KRW) = 500 KRW and amount in 2,000 KRW..2,500 KRW",
        "amount >= 110% * amount and amount > 0 KRW",
        "first_digit = 1 and amount in 900 KRW..1,100 KRW",
        "first_digit = 9 and amount in -1,100 KRW..1,100 KRW",
        "minute(transacted_at) = 30 and time(transacted_at) in 10:00..11:15",
        "minute(transacted_at) = 15 and time(transacted_at) in 10:00..10:15",
        "date(submitted_at) <= date(transacted_at) and submitted_at > transacted_at",
        "days_to_submit > 3 and submitted_at > transacted_at",
        "amount > 500 KRW and sum(amount same cardholder, day before) < 300 KRW",
        "amount > 500 KRW and max(amount same cardholder, day where is_night) < 300 KRW",
        'merchant.mcc matches "^58?" and merchant.mcc starts with "57"',
        'merchant.mcc matches "^5[78]" and merchant.mcc starts with "57"',
        "per_head > 25,000 KRW and n_attendees >= 4 and amount <= 100,001 KRW",
        'currency != original_currency and currency = "KRW" and original_currency in ("KRW", "USD")',
        "max(amount same cardholder, day) < 300 KRW and sum(amount same cardholder, day) > 500 KRW",
    ],
)
def test_nothing_is_told_of_what_lies_right_beside_the_impossible(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "which"),
    [("per_head > amount", "no"), ("2 * per_head > 2 * amount and is_night", "no"), ("per_head <= amount", "every"), ("amount < per_head", "no")],
)  # fmt: skip
def test_an_amount_per_head_above_the_amount_is_told_of(text: str, which: str) -> None:
    (why,) = told(text)
    assert f"holds for {which} payment: an amount per head is never above the amount" in why


@pytest.mark.parametrize("text", [row.split(" | ")[0] for row in OF_OWN])
def test_what_is_told_of_payments_is_true_of_made_up_ones(text: str) -> None:
    some = frame(11, 60).with_columns(pl.lit("purchase").alias("txn_type"), pl.col("amount").abs() + 1)
    atom = parse(text)
    asked = next(part for part in walk(atom) if isinstance(part, Comparison))
    outcome = evaluate(some, [RuleSpec("X", 1, asked), RuleSpec("Y", 1, Not(asked))], context=context())
    assert outcome.errors == {}
    holds, fails = outcome.n_hits()
    assert (holds == 0) != (fails == 0)


@pytest.mark.parametrize("text", ALWAYS)
def test_a_rule_that_always_hits_is_told(text: str) -> None:
    assert told(text) == ["This rule hits every claim of which it knows what it looks at."]


@pytest.mark.parametrize("text", FINE)
def test_nothing_is_told_of_a_rule_that_may_hit_or_not(text: str) -> None:
    assert told(text) == []


def test_a_part_that_never_holds_is_told_though_the_rule_can_hit() -> None:
    (why,) = told("(hour > 25 and is_night) or amount > 5 KRW")
    assert why == "“hour > 25” can never hold: hours run from 0 to 23."


def test_a_part_that_always_holds_is_told() -> None:
    (why,) = told("hour >= 0 and amount > 5 KRW")
    assert why == "“hour >= 0” holds for every claim: hours run from 0 to 23. It can be left out."


def test_rules_that_branch_into_very_many_ways_are_left_alone() -> None:
    pair = "(hour = {n} or is_night)"
    assert told(" and ".join(pair.format(n=n % 24) for n in range(8)) + " and hour > 23") == []


def test_nothing_is_told_of_the_starter_rules_but_lists_that_wait_for_entries() -> None:
    company = starter_context()
    for spec in starter_specs(states=("active", "shadow", "draft")):
        found = tell(spec.expression, lists=company.lists, parameters=company.parameters)
        unexpected = [one.message_en for one in found if not one.message_en.endswith("has no entry.")]
        assert (spec.code, unexpected) == (spec.code, [])


def test_a_window_that_no_claim_can_be_in_is_told_with_what_stands_against_what() -> None:
    tree = parse("amount > 5 KRW or count(same cardholder, day where hour > 25) >= 2")
    check(tree, lists=BARS, parameters=LIMITS)
    told = {one.code: one for one in tell(tree, lists=BARS, parameters=LIMITS)}
    assert "hours run from 0 to 23" in told["never_inside"].message_en
    assert "0부터 23까지" in told["never_inside"].message_ko
    assert "never_hits" not in told


@pytest.mark.parametrize(
    "row", ["amount > 5 KRW or amount / 0 > 1 KRW", "not (amount / 0 > 1 KRW) or hour > 3"]
)
def test_what_nobody_can_answer_is_never_called_what_always_holds(row: str) -> None:
    tree = parse(row)
    check(tree, lists=BARS, parameters=LIMITS)
    codes = {one.code for one in tell(tree, lists=BARS, parameters=LIMITS)}
    assert "never_holds" in codes
    assert not codes & {"always_hits", "always_holds", "never_hits"}
