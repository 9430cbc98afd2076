"""A text column is tested once per different text, however it is kept."""

from __future__ import annotations

import polars as pl
import pytest

from rules.language.text_columns import TextColumn

_TEXTS = [" Bar", "cafe", None, "BAR", "", "cafe", "펍"]


@pytest.mark.parametrize("kept", ["text", "category", "enum", "few rows of many categories"])
def test_texts_answer_the_same_however_they_are_kept(kept: str) -> None:
    series = pl.Series(_TEXTS)
    if kept == "category":
        series = series.cast(pl.Categorical)
    if kept == "enum":
        series = series.cast(pl.Enum(sorted({text for text in _TEXTS if text is not None})))
    if kept == "few rows of many categories":
        many = pl.Series([f"other {number}" for number in range(5_000)] + _TEXTS)
        series = many.cast(pl.Categorical).tail(len(_TEXTS))
    column = TextColumn(series)
    assert column.test(lambda values: values == "bar").to_list() == [
        True, False, None, True, None, False, False,
    ]  # fmt: skip
    assert column.text.to_list() == ["bar", "cafe", None, "bar", None, "cafe", "펍"]


def test_a_column_without_a_text_is_missing_everywhere() -> None:
    column = TextColumn(pl.Series([None, None], dtype=pl.String))
    assert column.test(lambda values: values == "bar").to_list() == [None, None]


def test_equal_texts_share_a_code() -> None:
    codes = TextColumn(pl.Series(["a", "b", "a", None]).cast(pl.Categorical)).codes
    assert codes[0] == codes[2] != codes[1]
    assert codes[3] is None
