"""What a question tells to copy compares as the sentence compares that number: not as another of its conditions, and with its denial."""

from __future__ import annotations

import pytest

from rules.language import RuleNotValid, read
from rules.language.mending.unsaid.parts import sign_at
from tests.rules.test_spoken import COMPANY


def told(said: str) -> str:
    """What the first message about a sentence says to write."""
    with pytest.raises(RuleNotValid) as caught:
        read(said, **COMPANY)
    message = caught.value.problems[0].message_en
    return message.partition("You can write: ")[2] or message.partition("for example: ")[2]


#: A condition that is asked about → the sign it is asked with.
KOREAN = (
    ("봉사료가 금액의 20% 초과이고", "service_charge > 20% * amount"),
    ("봉사료가 금액의 20%를 넘지 않고", "service_charge <= 20% * amount"),
    ("부가세가 금액의 10% 미만이고", "vat_amount < 10% * amount"),
    ("부가세가 금액의 10%가 아니고", "vat_amount != 10% * amount"),
    ("결제 간격 5분 초과이고", "minutes_since_previous > 5"),
    ("100달러 초과이고", 'original_currency = "USD" and original_amount > 100, amount > 100 USD'),
    ("평균 10만원 초과이고", "mean(amount same cardholder within 30 days) > 100,000 KRW"),
    ("올해 합계 500만원 이상이고", "sum(amount same cardholder, year) >= 5,000,000 KRW"),
    ("지난달보다 50% 넘게 늘고", "change(amount same cardholder within 30 days) > 50%"),
    ("지난달보다 30% 이상 감소하고", "change(amount same cardholder within 30 days) <= -30%"),
    ("가맹점 평균의 3배 초과이고", "amount > 3 * mean(amount same merchant within 30 days), amount > 3 * mean(amount same cardholder, merchant within 30 days)"),
)  # fmt: skip
ENGLISH = (
    ("tip over 20% of the amount and", "service_charge > 20% * amount"),
    ("tip not over 20% of the amount and", "service_charge <= 20% * amount"),
    ("vat is not 10% of the amount and", "vat_amount != 10% * amount"),
    ("vat other than 10% of the amount and", "vat_amount != 10% * amount"),
    ("more than 5 minutes since the previous payment and", "minutes_since_previous > 5"),
    ("within 5 minutes of the previous payment and", "minutes_since_previous <= 5"),
    ("more than 100 dollars and", 'original_currency = "USD" and original_amount > 100, amount > 100 USD'),
    ("100 euros or more and", 'original_currency = "EUR" and original_amount >= 100, amount >= 100 EUR'),
    ("total this year over 5 million and", "sum(amount same cardholder, year) > 5,000,000 KRW"),
    ("30% less than last month and", "change(amount same cardholder within 30 days) < -30%"),
    ("2 payments each over 100,000 and", "count(same cardholder, day where amount > 100,000 KRW) >= 2"),
)


@pytest.mark.parametrize("beside", ["참석자 3명 이하", "할부 3개월 이상", "한도의 50% 미만"])
@pytest.mark.parametrize(("said", "meant"), KOREAN, ids=[row[0] for row in KOREAN])
def test_what_stands_beside_never_changes_how_a_number_is_compared(
    said: str, meant: str, beside: str
) -> None:
    assert told(f"{said} {beside}") == meant


@pytest.mark.parametrize(
    "beside", ["at most 3 attendees", "at least 3 instalments", "fewer than 4 attendees"]
)
@pytest.mark.parametrize(("said", "meant"), ENGLISH, ids=[row[0] for row in ENGLISH])
def test_what_stands_behind_and_never_changes_how_a_number_is_compared(
    said: str, meant: str, beside: str
) -> None:
    assert told(f"{said} {beside}") == meant


@pytest.mark.parametrize(
    ("text", "number", "sign"),
    [
        ("5만원 이상 10만원 미만", "5만원", ">="),
        ("5만원 이상 10만원 미만", "10만원", "<"),
        ("at least 5 and at most 9", "5", ">="),
        ("at least 5 and at most 9", "9", "<="),
        ("9 at most, 5 or more", "9", "<="),
        ("not more than 5", "5", "<="),
        ("not under 5", "5", ">="),
        ("5를 초과하지 않는", "5", "<="),
        ("5 이상이 아닌", "5", "<"),
        ("5와 다른", "5", "!="),
        ("5 people", "5", ""),
        ("5명 그리고 7명 이상", "5명", ""),
    ],
)
def test_a_comparison_is_that_of_the_number_it_stands_at(text: str, number: str, sign: str) -> None:
    start = text.index(number)
    assert sign_at(text, start, start + len(number)) == sign
