"""Which names count as one, and which do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.language.likeness import resembler, resembles

LETTERS = st.text("김철수이영희abcdef ", min_size=1, max_size=14)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("(주)한우마을", "한우 마을"),
        ("㈜한우마을", "주식회사 한우마을"),
        ("Acme Trading Co., Ltd.", "ACME TRADING"),
        ("Smith John", "John Smith"),
        ("스타벅스코리아", "스타벅스 코리어"),
        ("Starbucks", "Starbucsk"),
        ("ＧＳ２５", "gs25"),
    ],
)
def test_names_written_otherwise_are_similar(left: str, right: str) -> None:
    assert resembles(left, right)
    assert resembles(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [("김철수", "이영희"), ("바", "파"), ("GS25", "CU"), ("", ""), ("(주)", "주식회사"), ("---", "***")],
)
def test_other_names_and_names_without_a_letter_are_not(left: str, right: str) -> None:
    assert not resembles(left, right)


@given(LETTERS, LETTERS)
def test_likeness_has_no_direction(left: str, right: str) -> None:
    assert resembles(left, right) == resembles(right, left)


@given(LETTERS, st.lists(LETTERS, max_size=5))
def test_a_list_is_met_where_one_of_its_names_is(name: str, names: list[str]) -> None:
    assert resembler(names)(name) == any(resembles(name, one) for one in names)
