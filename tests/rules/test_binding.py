"""What and and or of a spoken sentence hold together is told once, in brackets, or asked."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.language.mending.spoken.binding import BESIDE, bind

WEEKEND, HOLIDAY, NIGHT, AMOUNT, BAR, CAFE = (
    "is_weekend", "is_holiday", "is_night", "amount > 1 KRW", 'merchant.name contains "bar"', 'merchant.name contains "cafe"',
)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([WEEKEND, "or", HOLIDAY, BESIDE, AMOUNT], f"({WEEKEND} or {HOLIDAY}) and {AMOUNT}"),
        ([AMOUNT, BESIDE, WEEKEND, "or", HOLIDAY], f"{AMOUNT} and ({WEEKEND} or {HOLIDAY})"),
        ([AMOUNT, "and", WEEKEND, "or", HOLIDAY], ""),
        ([NIGHT, BESIDE, BAR, "or", CAFE], f"{NIGHT} and ({BAR} or {CAFE})"),
        ([WEEKEND, "or", HOLIDAY], f"{WEEKEND} or {HOLIDAY}"),
        (["(", WEEKEND, "or", AMOUNT, ")", "and", BAR], f"({WEEKEND} or {AMOUNT}) and {BAR}"),
        ([WEEKEND, BESIDE, "not", BAR, "or", AMOUNT], ""),
        ([WEEKEND, BESIDE, AMOUNT, "or", HOLIDAY], ""),
        ([WEEKEND, BESIDE, NIGHT, "or", HOLIDAY], ""),
        ([BAR, "and", AMOUNT, "or", WEEKEND], ""),
        ([WEEKEND, BESIDE, "hour < 7", "or", "hour >= 23"], ""),
        (["hour < 7", "or", "hour >= 23", BESIDE, AMOUNT], ""),
        ([WEEKEND, BESIDE, "hour < 2", "or", "hour >= 23", BESIDE, AMOUNT], ""),
        ([AMOUNT, "or", "amount < 1 KRW", BESIDE, WEEKEND], ""),
        (
            [WEEKEND, BESIDE, AMOUNT, "or", HOLIDAY, BESIDE, AMOUNT],
            f"{WEEKEND} and {AMOUNT} or {HOLIDAY} and {AMOUNT}",
        ),
    ],
)
def test_what_holds_for_both_is_asked_of_both(words: list[str], text: str) -> None:
    assert bind(words).text == text
    assert len(bind(words).readings) == (0 if text else 2)


VALUES = {WEEKEND: 0, HOLIDAY: 1, NIGHT: 2, AMOUNT: 3, BAR: 4, CAFE: 5}


def truth(text: str) -> list[bool]:
    """Whether the text holds for every setting of its six parts, by Python's own and, or, not."""
    for name, at in VALUES.items():
        text = text.replace(name, f"v[{at}]")
    return [bool(eval(text, {"v": setting})) for setting in product([False, True], repeat=6)]


@given(st.lists(st.sampled_from(list(VALUES)), min_size=1, max_size=5), st.data())
def test_every_reading_is_one_of_the_two_ways_to_put_brackets(parts: list[str], data: st.DataObject) -> None:
    joins = [data.draw(st.sampled_from(["and", "or", BESIDE])) for _ in parts[1:]]
    words = [parts[0]]
    for join, part in zip(joins, parts[1:], strict=True):
        words += [join, part]
    bound = bind(words)
    plain = " ".join("and" if word == BESIDE else word for word in words)
    if bound.text and "or" not in joins:
        assert truth(bound.text) == truth(plain)
    for text in bound.readings or (bound.text,):
        assert [word for word in text.replace("(", "").replace(")", "").split() if word in {"and", "or"}] == [
            word for word in plain.split() if word in {"and", "or"}
        ]
        assert len(truth(text)) == 64
