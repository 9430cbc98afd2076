"""What and and or of a spoken sentence hold together is told once, in brackets, or asked."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.language.mending.spoken.binding import BESIDE, bind, bind_counts

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


def of_payments(text: str, payments: list[list[bool]]) -> list[bool]:
    """Whether the text holds for each payment, ``n(condition)`` counting the payments of which it holds up to and with that one."""
    for name, at in VALUES.items():
        text = text.replace(name, f"v[{at}]")
    counted = re.sub(
        r"count\((same day)(?: where ((?:[^()]|\([^()]*\))*))?\)",
        lambda call: f"sum(bool({call[2] or True}) for v in past)",
        text,
    )
    return [
        bool(eval(counted, {"v": v, "past": payments[: at + 1], "sum": sum, "bool": bool}))
        for at, v in enumerate(payments)
    ]


@given(st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=6))
def test_what_stands_beside_two_counts_is_asked_of_the_payments_of_one_or_of_both(
    payments: list[list[bool]],
) -> None:
    counted = "count(same day where is_weekend) >= 2"
    both = f"is_weekend and {counted}"
    bound = bind_counts(
        ["count(same day) >= 3", "or", both], {both: ("count(same day) >= 2", BESIDE, WEEKEND)}
    )
    assert bound is not None
    own, alike = bound.readings
    weekends = [sum(one[0] for one in payments[: at + 1]) for at in range(len(payments))]
    is_weekend = [one[0] for one in payments]
    assert of_payments(own, payments) == [
        at + 1 >= 3 or (now and n >= 2) for at, (now, n) in enumerate(zip(is_weekend, weekends, strict=True))
    ]
    assert of_payments(alike, payments) == [
        now and n >= 2 for now, n in zip(is_weekend, weekends, strict=True)
    ]
