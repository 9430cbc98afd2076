"""Patterns of rules that would never meet Hangul are refused with the form that does."""

from __future__ import annotations

import pytest

from rules.language.patterns import LatinOnly, PatternNotValid, compile_pattern


@pytest.mark.parametrize(
    "pattern",
    [r"\bbar\b", r"\w+점", r"a\Wb", r"x\B", "[[:alpha:]]+", "[[:word:]]", "[[:alnum:]]", "[[:^alpha:]]"],
)
def test_a_sign_that_knows_latin_letters_only_is_refused(pattern: str) -> None:
    with pytest.raises(LatinOnly) as refused:
        compile_pattern(pattern)
    assert refused.value.instead
    assert isinstance(refused.value, PatternNotValid)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(^|[^\pL\pN_])주점($|[^\pL\pN_])", "한빛 주점 2호"),
        (r"[\pL\pN_]+점", "주점"),
        (r"\pL+", "주점"),
        (r"\\bar", r"\bar"),  # a backslash before a letter b
        (r"\d+", "12"),
    ],
)
def test_the_form_that_is_named_meets_hangul(pattern: str, text: str) -> None:
    assert compile_pattern(pattern).search(text)
