"""Notes about a delivery in words: one or many, and Korean particles after any amount."""

from __future__ import annotations

import re

import pytest

from fraud.claims.importing.texts import TEXTS, sentence

COUNTED = sorted(code for code, (english, _korean) in TEXTS["note"].items() if english.startswith("{n} "))


@pytest.mark.parametrize("code", COUNTED)
def test_a_note_that_counts_has_words_for_one_and_for_many(code: str) -> None:
    params = {"column": "Amount", "years": 5, "lines": "7", "known": "x", "examples": "y"}
    one, many = (sentence("note", code, {**params, "n": n}, "en") for n in (1, 12_345))
    assert one.startswith("1 ")
    assert many.startswith("12,345 ")
    assert not re.search(r"[\[\]|]", one + many)
    if code not in ("mcc_padded",):
        assert one[2:] != many[7:]


def test_korean_particles_follow_the_sound_before_them() -> None:
    assert sentence("note", "header_close", {"header": "금액", "alias": "이용 금액"}, "ko") == (
        "머리글 “금액”을 “이용 금액”으로 읽었습니다."
    )
