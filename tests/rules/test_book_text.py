"""The rule book's YAML: plain values that come back as they were, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.book_text import LARGEST, BookNotValid, read_yaml, write_yaml

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)
CONTENT = st.recursive(
    TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)


@given(CONTENT)
def test_what_is_written_reads_back_as_the_same(content: object) -> None:
    text = write_yaml(content)
    assert read_yaml(text) == content
    assert write_yaml(read_yaml(text)) == text


def test_codes_keep_their_zeros_and_no_stays_a_word() -> None:
    assert read_yaml("{mcc: 0742, always_open: no, day: 2026-01-31, of: 1e3}") == {
        "mcc": "0742",
        "always_open": "no",
        "day": "2026-01-31",
        "of": "1e3",
    }


def test_text_of_several_lines_is_a_block() -> None:
    assert write_yaml({"text": "a\nand b"}) == "text: |-\n  a\n  and b\n"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: &x 1\nb: *x", 1, "instead of & and *"),
        ("a: !!python/object:os.system x", 1, "without a !tag"),
        ("a: 1\nb: 2\na: 3", 3, "a stands twice"),
        ("a: [1\nb: 2", 2, "this is not YAML"),
        ("? [a]\n: b", 1, "a key is one word"),
        ("a: " + "[" * 30 + "]" * 30, 1, "nested too deeply"),
        ("x" * (LARGEST + 1), 0, "split it"),
    ],
)
def test_anything_else_is_refused_at_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(BookNotValid) as refused:
        read_yaml(text)
    assert refused.value.line == line
    assert said in refused.value.message("en")
    assert refused.value.message("ko") != refused.value.message("en")
