from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.money import MAX_MINOR, MoneyNotValid, exponent, format_money, parse_major, to_decimal, to_minor


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("500000", "KRW", 500_000),
        ("12.34", "GBP", 1_234),
        ("-0.05", "CAD", -5),
        ("1.234", "KWD", 1_234),
        ("1E+3", "KRW", 1_000),
    ],
)
def test_amount_becomes_minor_units_exactly(amount: str, currency: str, minor: int) -> None:
    assert to_minor(Decimal(amount), currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("0.5", "KRW"),
        ("1.005", "GBP"),
        ("NaN", "KRW"),
        ("Infinity", "KRW"),
        ("1E+30", "KRW"),
        ("1", "won"),
        ("1", ""),
        ("1", "ＫＲＷ"),
    ],
)
def test_amount_that_would_be_rounded_or_is_no_money_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(MoneyNotValid):
        to_minor(Decimal(amount), currency)


@pytest.mark.parametrize("amount", [1.5, True, "5", None])
def test_floats_and_other_kinds_are_no_money(amount: object) -> None:
    with pytest.raises(MoneyNotValid):
        to_minor(amount, "KRW")  # type: ignore[arg-type]


@given(st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(["KRW", "GBP", "KWD", "USD"]))
def test_minor_units_survive_the_way_to_decimal_and_back(minor: int, currency: str) -> None:
    amount = to_decimal(minor, currency)
    assert amount * 10 ** exponent(currency) == minor
    assert to_minor(amount, currency) == minor


@pytest.mark.parametrize(
    ("minor", "currency", "lang", "text"),
    [
        (1_140_000, "KRW", "ko", "1,140,000원"),
        (1_140_000, "KRW", "en", "KRW 1,140,000"),
        (-1_000, "KRW", "ko", "−1,000원"),
        (123_456, "GBP", "ko", "GBP 1,234.56"),
        (-5, "CAD", "en", "CAD −0.05"),
        (0, "KRW", "ko", "0원"),
    ],
)
def test_money_is_written_for_a_reader(minor: int, currency: str, lang: str, text: str) -> None:
    assert format_money(minor, currency, lang) == text


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("150,000", "KRW", 150_000),
        ("150000원", "KRW", 150_000),
        (" 12.50 ", "GBP", 1250),
        ("1,234.05", "GBP", 123_405),
        ("7", "GBP", 700),
    ],
)
def test_a_typed_amount_is_read_to_the_unit(typed: str, currency: str, minor: int) -> None:
    assert parse_major(typed, currency) == minor


@pytest.mark.parametrize("typed", ["", "-5", "+5", "1e5", "1,00", "12.5.0", "１２"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(MoneyNotValid):
        parse_major(typed, "GBP")
