"""Reading once a page: the same answer while it lasts, a fresh one before and after."""

from __future__ import annotations

import pytest

from audit.reading import one_reading, read_once


def test_a_question_is_asked_once_a_page_and_afresh_outside_of_it():
    asked: list[str] = []

    def ask(name: str) -> int:
        return read_once(name, lambda: asked.append(name) or len(asked))

    assert (ask("a"), ask("a")) == (1, 2)
    with one_reading():
        assert (ask("a"), ask("b"), ask("a")) == (3, 4, 3)
        with one_reading():
            assert ask("b") == 4
    assert ask("a") == 5
    with pytest.raises(LookupError), one_reading():
        read_once("a", lambda: {}["gone"])
    assert ask("a") == 6
