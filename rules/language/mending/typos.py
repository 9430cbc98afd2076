"""Korean words with one letter wrong (금엑, 공유일, 초가): the word that was meant, where there is one such word."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from rules.language.likeness import within
from rules.language.mending.spoken.hearing import heard
from rules.language.mending.spoken.words import JOINING, PARTICLES, phrases
from rules.language.words import field_words

_HANGUL = re.compile(r"[가-힣]{2,}")
#: What may stand behind the word, and is kept.
_TAILS = tuple(sorted({*JOINING, *PARTICLES, "보다", ""}, key=len, reverse=True))
#: Right words that say nothing to a rule, and names that are one letter from a word.
_RIGHT = frozenset(
    [
        "오전",
        "오후",
        "오전에",
        "오후에",
        "오전에만",
        "오후에만",
        "결제",
        "결재일",
        "결재자",
        "아침",
        "심사",
        "이상",
        "이하",
        "주문",
        "공휴",
        "금융",
        "금액",
        "사유",
        "소액",
        "거액",
        "고액",
        "전액",
        "잔액",
        "지급",
        "지금",
        "직급",
        "직접",
    ]
)
_USUAL = ("결제", "사용", "이용", "지출", "거래")
#: Words meant in their place though they are words themselves: 결재 is approval, never a payment's condition.
_MEANT = {"결재": "결제", "결재한": "결제한", "결재된": "결제된", "결재시": "결제시"}


@cache
def _words() -> dict[str, str]:
    """Every Hangul word that says something here, by its letters."""
    known = {word for word in (*phrases(), *field_words(), *_USUAL) if _HANGUL.fullmatch(word)}
    return {_letters(word): word for word in known}


def _letters(word: str) -> str:
    return unicodedata.normalize("NFD", word)


def respelled(text: str) -> list[tuple[int, int, str]]:
    """The words of a text that are misspelt by one letter: (start, end, the word as it was meant)."""
    if re.search(r"[\"'“‘]", text):
        return []
    unknown = {token.start for token in heard(text) if token.kind in {"unknown", "place"}}
    found = []
    for match in _HANGUL.finditer(text):
        if match.start() in unknown or match[0] in _MEANT:
            meant = _MEANT.get(match[0]) or _meant(match[0])
            if meant is not None and meant != match[0]:
                found.append((match.start(), match.end(), meant))
    return found


def _meant(word: str) -> str | None:
    """The one known word that differs by a letter, with its ending; None where there is none, or several."""
    if word in phrases() or word in _RIGHT or len(word) > 12:
        return None
    meant: set[str] = set()
    for tail in _TAILS:
        stem = word.removesuffix(tail)
        if len(stem) < 2 or (tail and stem == word) or stem in _RIGHT:
            continue
        if _letters(stem) in _words():
            return None
        meant |= {near + tail for near in _near(stem)}
    wrong_ending = _ending(word)
    meant |= {wrong_ending} if wrong_ending else set()
    return meant.pop() if len(meant) == 1 else None


def _near(stem: str) -> list[str]:
    letters = _letters(stem)
    if len(letters) < 4:
        return []
    return [
        word
        for known, word in _words().items()
        if len(word) == len(stem) and known[0] and within(letters, known, 1) and _is_slip(stem, word)
    ]


#: Syllables whose vowels are mistaken for one another. In words of two syllables no other letter is taken for wrong: that is soon another word.
_VOWELS = frozenset(
    frozenset(_letters(syllable)[1] for syllable in pair)
    for pair in ("에애", "야아", "와아", "이아", "얘애", "예에", "웨에", "여어", "워어")
)


def _is_slip(written: str, meant: str) -> bool:
    """Whether only one syllable differs, as a slip of the finger leaves it."""
    wrong = [(a, b) for a, b in zip(written, meant, strict=True) if a != b]
    if len(wrong) != 1:
        return False
    one, other = (_letters(syllable) for syllable in wrong[0])
    return len(written) > 2 or frozenset({one[1], other[1]}) in _VOWELS


def _ending(word: str) -> str | None:
    """주말애 → 주말에: the particle is what is wrong."""
    stem, last = word[:-1], word[-1]
    right = {"애": "에", "웨": "에", "얘": "에"}.get(last)
    return stem + right if right and _letters(stem) in _words() else None
