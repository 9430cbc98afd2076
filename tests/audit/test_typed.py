"""Whole numbers, days and choices as people and programs type them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from audit.typed import choice, day, decimal_number, whole_number


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("7", 7), ("000000012", 12), ("999999999", 999_999_999)]
)
def test_plain_digits_are_a_number(text, number):
    assert whole_number(text) == number


@pytest.mark.parametrize(
    "text", ["", " 7", "-7", "+7", "7.0", "1e3", "٣", "７", "²", "1234567890", "9" * 5_000]
)
def test_anything_else_is_none(text):
    assert whole_number(text) is None


def test_more_digits_are_taken_where_a_column_holds_them():
    assert whole_number("9" * 18, 18) == 10**18 - 1
    assert whole_number("9" * 19, 18) is None


@pytest.mark.parametrize("text", ["00000020099999", "0000000001", "10" * 200])
def test_zeros_in_front_do_not_widen_a_number(text):
    assert whole_number(text) is None


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("200", 200), ("0", None), ("201", None)])
def test_bounds_are_within(text, number):
    assert whole_number(text, minimum=1, maximum=200) == number


def test_a_day_has_one_spelling():
    assert day("2026-03-31") == date(2026, 3, 31)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20260331",
        "2026-W14-2",
        "2026-3-31",
        " 2026-03-31",
        "2026-02-30",
        "２０２６-03-31",
        "0000-01-01",
        "2026-03-31T00:00",
    ],
)
def test_anything_else_is_no_day(text):
    assert day(text) is None


@pytest.mark.parametrize(
    ("text", "chosen"), [("open", "open"), ("Open", "all"), (" open", "all"), ("", "all")]
)
def test_a_choice_is_spelled_exactly(text, chosen):
    assert choice(text, ["open", "closed"], "all") == chosen


@pytest.mark.parametrize(
    ("text", "number"),
    [("0.05", "0.05"), ("1,250,000", "1250000"), ("-3", "-3"), ("007", "7"), ("12.50", "12.50")],
)
def test_a_decimal_number_is_exact(text, number):
    assert decimal_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1e400",
        "1e5",
        "NaN",
        "inf",
        "-",
        "1_000",
        "１",
        "٣",
        "1,00",
        ".5",
        "5.",
        "+1",
        " 1",
        "9" * 16,
        "10" * 200,
    ],
)
def test_what_floats_and_decimals_would_take_besides_is_none(text):
    assert decimal_number(text) is None
