"""Numbers written as words (three, thirty minutes, 세 번, 다섯 건, 삼십 분) as digits, every other letter where it stood."""

from __future__ import annotations

import re

_ENGLISH = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90,
}  # fmt: skip
_TENS = {"열": 10, "스물": 20, "스무": 20}
_ONES = {
    "한": 1,
    "두": 2,
    "세": 3,
    "석": 3,
    "네": 4,
    "넉": 4,
    "다섯": 5,
    "여섯": 6,
    "일곱": 7,
    "여덟": 8,
    "아홉": 9,
}
_DIGITS = {letter: at for at, letter in enumerate("일이삼사오육칠팔구", start=1)}
#: What such numbers count; ``세 번째`` is the third one and counts nothing.
_NATIVE_UNITS = r"(?:번(?!째)|건|회|차례|명|사람|시간|달(?!러)|개월|주|배)"
_SINO_UNITS = r"(?:번(?!째)|건|회|명|분|초|일|주|개월|시간|퍼센트|프로)"
_NATIVE = re.compile(rf"(?<![가-힣])(열|스물|스무)?({'|'.join(_ONES)})?(\s*)(?={_NATIVE_UNITS})", re.UNICODE)
_SINO = re.compile(rf"(?<![가-힣])([이삼사오육칠팔구]?)십([일이삼사오육칠팔구]?)(\s*)(?={_SINO_UNITS})")
_SPELLED = re.compile(rf"\b(?:{'|'.join(_ENGLISH)})\b", re.IGNORECASE)
_HUNDREDS = re.compile(
    r"\s*[-‐]?\s*(?:hundred|thousand|million|two|three|four|five|six|seven|eight|nine)\b", re.I
)


def in_digits(text: str, *, ones: bool = False) -> str:
    """The text with its spelled numbers as digits, as long as before; without `ones` a "one" and 한 stay, which mostly mean "the same".

    What would not fit, and numbers that go on (two hundred, twenty-five), stay words.
    """

    def english(found: re.Match[str]) -> str:
        if _HUNDREDS.match(text, found.end()) or (found[0].lower() == "one" and not ones):
            return found[0]
        return _fit(_ENGLISH[found[0].lower()], found[0])

    def native(found: re.Match[str]) -> str:
        number = _TENS.get(found[1] or "", 0) + _ONES.get(found[2] or "", 0)
        return found[0] if not number or (number == 1 and not ones) else _fit(number, found[0])

    def sino(found: re.Match[str]) -> str:
        return _fit(_DIGITS.get(found[1], 1) * 10 + _DIGITS.get(found[2], 0), found[0])

    return _NATIVE.sub(native, _SINO.sub(sino, _SPELLED.sub(english, text)))


def _fit(number: int, written: str) -> str:
    """The digits where the word begins, in as many letters; as it was written where they need more."""
    said = str(number)
    return said.ljust(len(written)) if len(said) <= len(written) else written
