"""Whole numbers as people and programs type them."""

from __future__ import annotations

import pytest

from fraud.web.typed import whole_number


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
