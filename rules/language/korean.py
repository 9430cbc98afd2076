"""Korean particles: 이/가, 은/는, 을/를, 와/과, (으)로 after the last sound of a word."""

from __future__ import annotations

import re

_PAIRS = {
    "이": ("이", "가"),
    "은": ("은", "는"),
    "을": ("을", "를"),
    "과": ("과", "와"),
    "으로": ("으로", "로"),
}
#: How digits end when they are read: 영 일 이 삼 사 오 육 칠 팔 구.
_DIGIT_FINALS = {
    "0": "ㅇ",
    "1": "ㄹ",
    "2": "",
    "3": "ㅁ",
    "4": "",
    "5": "",
    "6": "ㄱ",
    "7": "ㄹ",
    "8": "ㄹ",
    "9": "",
}
#: Capitals are read as letters: 엘, 엠, 엔, 알 end in a consonant, all others in a vowel.
_CAPITAL_FINALS = {"L": "ㄹ", "M": "ㅁ", "N": "ㄴ", "R": "ㄹ"}
_LATIN_FINALS = {
    "l": "ㄹ",
    "m": "ㅁ",
    "n": "ㄴ",
    "b": "ㅂ",
    "c": "ㄱ",
    "k": "ㄱ",
    "p": "ㅂ",
    "t": "ㅅ",
    "g": "ㅇ",
}


def particle(word: str, kind: str) -> str:
    """The word with its particle: ``particle("금액", "이")`` → 금액이; ``particle("한도", "이")`` → 한도가.

    A remark in brackets at the end does not count: 건수(이 건 포함)가.
    """
    with_final, without = _PAIRS[kind]
    final = _final(_without_remark(word))
    if kind == "으로" and final == "ㄹ":
        return word + without
    return word + (with_final if final else without)


_EITHER = re.compile(r"(\S+?)(이\(가\)|은\(는\)|을\(를\)|과\(와\)|와\(과\)|\(으\)로)")
_KINDS = {"이(가)": "이", "은(는)": "은", "을(를)": "을", "과(와)": "과", "와(과)": "과", "(으)로": "으로"}


def with_particles(sentence: str) -> str:
    """A sentence whose open particles, as in 금액을(를), follow the sound before them."""

    def chosen(match: re.Match[str]) -> str:
        word, kind = match[1], _KINDS[match[2]]
        if word[-1:].isascii() and word[-1:].islower():  # how a Latin word is read nobody can tell
            return match[0]
        ending = particle(re.sub(r"[^가-힣A-Za-z0-9%]+$", "", word) or word, kind)
        return word + ending[len(re.sub(r"[^가-힣A-Za-z0-9%]+$", "", word) or word) :]

    return _EITHER.sub(chosen, sentence)


def _without_remark(word: str) -> str:
    """The word before a remark in brackets at its end, by which the particle goes; the word itself when it is all in brackets."""
    end, depth = len(word.rstrip("]’”")), 0
    if not word[:end].endswith(")"):
        return word
    for place in range(end - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(word[place], 0)
        if depth == 0:
            return word[:place] if word[:place].strip("[‘“( ") else word
    return word


def _final(word: str) -> str:
    """The final consonant of the last letter that is read, empty for none; ㄹ is told apart because 로 follows it."""
    for letter in reversed(word):
        if "가" <= letter <= "힣":
            code = (ord(letter) - ord("가")) % 28
            return "ㄹ" if code == 8 else "ㄴ" if code else ""
        if letter in _DIGIT_FINALS:
            return _DIGIT_FINALS[letter]
        if letter.isascii() and letter.isalpha():
            return _latin_final(word, letter)
        if letter == "%":
            return ""
    return ""


def _latin_final(word: str, letter: str) -> str:
    """amount ends as it is read, 어마운트, in a vowel; limit in a consonant; mcc is read letter by letter."""
    found = re.findall(r"[A-Za-z]+", word)[-1]
    if letter.isupper() or not re.search(r"[aeiouy]", found):
        return _CAPITAL_FINALS.get(letter.upper(), "")
    before = found[-2:-1]
    if letter in "bckptg" and before not in "aeiouy" and found[-2:] not in {"ng", "ck"}:
        return ""
    return _LATIN_FINALS.get(letter, "")
