"""A number that was struck out is told in words to whoever reads a letter; everything else of the text stays."""

from __future__ import annotations

from audit.redaction import redact
from audit.struck_words import in_words

TEXT = "Paid with 4111 1111 1111 1111; born 900101-1234568. [questions] [card] stay."


def test_marks_are_words_in_either_language():
    struck = redact(TEXT)
    assert "[card …1111]" in struck
    assert "[resident number]" in struck
    english, korean = in_words(struck, "en"), in_words(struck, "ko")
    assert english.startswith(
        "Paid with a card ending in 1111; born a resident registration number, left out."
    )
    assert korean.startswith("Paid with 카드(끝자리 1111); born 주민등록번호(표시하지 않음).")
    for told in (english, korean):
        assert told.endswith("[questions] [card] stay.")
        assert redact(told) == told


def test_a_text_without_marks_is_itself():
    assert in_words("[질문] 그대로", "ko") == "[질문] 그대로"
