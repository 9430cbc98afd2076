"""Stored codes are words on the page, in both languages; what no table knows is shown as it was delivered."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from fraud.demo.spends import SPENDS
from fraud.web.words import PARTS, PURPOSES, actor_word, purpose_word, release_word, rule_note
from rules.starter import STARTER_RULES

KOREAN = range(ord("가"), ord("힣") + 1)


def is_korean(text: object) -> bool:
    return any(ord(letter) in KOREAN for letter in str(text))


@pytest.mark.parametrize("code", sorted({spend.purpose for spend in SPENDS}))
def test_every_purpose_of_the_demo_company_has_words(code):
    with override("ko"):
        assert is_korean(purpose_word(code))
    with override("en"):
        assert "_" not in str(purpose_word(code))


def test_an_unknown_purpose_stays_as_it_was_delivered():
    assert purpose_word("P-017") == "P-017"


@pytest.mark.parametrize("words", [PURPOSES, PARTS])
def test_tables_of_words_are_korean_for_korean_readers(words):
    with override("ko"):
        assert all(is_korean(word) for word in words.values())


def test_the_system_is_called_so_with_the_part_that_acted():
    with override("en"):
        assert actor_word("system:nightly") == "System (nightly screening)"
        assert actor_word("system:unheard-of") == "System"
        assert actor_word("jmhan") == "jmhan"
    with override("ko"):
        assert actor_word("system:demo") == "시스템 (데모 회사)"


def test_a_note_that_came_with_the_product_is_in_the_readers_language():
    noted = [rule for rule in STARTER_RULES if rule.note_en]
    assert noted
    for rule in noted:
        with override("ko"):
            assert rule_note(rule.note_en) == rule.note_ko
            assert is_korean(rule.note_ko)
        with override("en"):
            assert rule_note(rule.note_en) == rule.note_en
    with override("ko"):
        assert rule_note("our own note") == "our own note"


def test_a_run_from_a_checkout_says_so_in_words():
    with override("ko"):
        assert is_korean(release_word("source"))
    assert release_word("0.1.0") == "0.1.0"
