"""One written word as what it is made of: 주말이나 → weekend or; 직원별 → per cardholder; 해외결제 → abroad."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from rules.fields import FIELDS
from rules.language.mending.spoken.words import JOINING, PARTICLES, phrases
from rules.language.words import field_meant, field_named, key_meant

_TIMES = {"once": "1", "two_times": "2", "three_times": "3", "four_times": "4", "five_times": "5"}


@dataclass(frozen=True)
class Said:
    """``text[start:end]`` as one token: ``kind`` says what it does, ``value`` what it is."""

    kind: str
    value: str
    start: int
    end: int
    written: str = ""

    def is_word(self, *values: str) -> bool:
        return self.kind == "word" and self.value in values


def meaning(word: str) -> tuple[str, str] | None:
    return phrases().get(word)


def as_token(meant: tuple[str, str], start: int, end: int, said: str) -> Said:
    kind, value = meant
    if kind == "word" and value in _TIMES:
        return Said("count", _TIMES[value], start, end, said)
    if kind == "word" and value in {"and", "or"}:
        kind = "join"
    return Said(kind, value, start, end, said)


def _known(word: str, start: int) -> list[Said] | None:
    said, end = word.lower(), start + len(word)
    meant = meaning(said)
    if meant is not None:
        return [as_token(meant, start, end, said)]
    field = word if word in FIELDS else None
    if field is None and len(word) > 1:
        field = field_meant(word, near=False)
    return None if field is None else [Said("field", field, start, end, word)]


def split_word(word: str, start: int) -> list[Said] | None:
    """One written word as what it is made of: 주말이나 → weekend or; 직원별 → per cardholder; 해외결제 → abroad."""
    said = meaning(word.lower())
    if said is not None:
        return [as_token(said, start, start + len(word), word.lower())]
    named = field_named(word)
    if named is not None:
        return [Said("field", named, start, start + len(word), word)]
    if word.isascii():
        whole = _known(word, start)
        if whole is not None:
            return whole
        bare = word.lower().removesuffix("'s").removesuffix("s")
        return _known(bare, start) if bare != word.lower() and len(bare) > 3 else None
    tries: tuple[Callable[[str, int], list[Said] | None], ...] = (
        _with_join,
        _with_per,
        _with_particle,
        _known,
        _compound,
    )
    for attempt in tries:
        found = attempt(word, start)
        if found is not None:
            return found
    return None


def _with_join(word: str, start: int) -> list[Said] | None:
    for ending, join in JOINING.items():
        stem = word.removesuffix(ending)
        found = None if stem in ("", word) else _known(stem, start) or _known(f"{stem}음", start)
        if found is not None and found[0].kind == "empty" and stem == "중":
            return [Said("join", join, start + len(stem), start + len(word), ending)]
        if found is not None and found[0].kind != "empty":
            first = [Said(one.kind, one.value, one.start, start + len(stem), one.written) for one in found]
            return [*first, Said("join", join, start + len(stem), start + len(word), ending)]
    return None


def _with_per(word: str, start: int) -> list[Said] | None:
    for ending in ("별로", "별", "마다", "당"):
        stem = word.removesuffix(ending)
        if stem not in ("", word) and key_meant(stem, near=False) and (found := _known(stem, start)):
            return [Said("word", "per", start, start, ""), *found]
    return None


def _with_particle(word: str, start: int) -> list[Said] | None:
    for ending in PARTICLES:
        stem = word.removesuffix(ending)
        if stem in ("", word):
            continue
        meant = meaning(stem.lower())
        if meant is not None:
            return [as_token(meant, start, start + len(word), word)]
    return None


def _compound(word: str, start: int) -> list[Said] | None:
    for size in range(len(word) - 1, 1, -1):
        first = _known(word[:size], start)
        if first is None:
            continue
        rest = split_word(word[size:], start + size)
        if word[size:] == "보다":
            return [replace(first[-1], end=start + len(word), written=word)]
        if rest is not None and _is_name(rest):
            if first[-1].kind != "place":
                return None  # 주말농장에서: a shop's name, or the weekend?
            break
        if rest is not None:
            return [*first, *rest]
    if word.endswith("에서") and len(word) > 3:
        return [Said("place", word.removesuffix("에서"), start, start + len(word), word)]
    return None


def _is_name(tokens: list[Said]) -> bool:
    """Whether the rest of a word is a shop's name that no table knows: 신라에서 of 호텔신라에서."""
    last = tokens[-1]
    return last.kind == "place" and meaning(last.value.lower()) is None
