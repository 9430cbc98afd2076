"""Names of shops of several words, also where a word of them is a kind: at Cafe Onion, 카페 모리에서, 스타벅스 강남점에서."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rules.language.mending.kinds import is_kind
from rules.language.mending.spoken.said import Said, meaning

#: What a word in front of a branch does not end with, where it is part of the name: particles, titles, parts of a company.
_NO_PART = tuple("이가은는을를의에로과와도만서고면씩님팀부장")

_NAMED = frozenset({"unknown", "place"})
#: What a name may hold as well, behind at: Night Owl Bar, The Kitchen.
_ALSO = frozenset({"flag", "empty", "field"})


def with_shops(text: str, tokens: Sequence[Said]) -> list[Said]:
    """The tokens, those that are one shop's name together as one."""
    found: list[Said] = []
    at = 0
    while at < len(tokens):
        size = _english(text, tokens, at)
        token = tokens[at]
        if size:
            last = tokens[at + size - 1]
            name = text[token.start : last.end]
            kind = "unknown" if at and tokens[at - 1].is_word("at") else "place"
            token = Said(kind, name, token.start, last.end, name)
        elif found and _goes_on(text, found[-1], token):
            before = found.pop()
            name = text[before.start : token.end].removesuffix("에서")
            token = Said("place", name, before.start, token.end, text[before.start : token.end])
        found.append(token)
        at += max(size, 1)
    return found


def _english(text: str, tokens: Sequence[Said], at: int) -> int:
    """How many words written with capitals are one name from here on: behind at, or one of them is a kind of shop; 0 for less than two."""
    if text.isupper():
        return 0
    end, behind_at = at, at > 0 and tokens[at - 1].is_word("at")
    kinds = _NAMED | _ALSO if behind_at else _NAMED
    while (
        end < len(tokens)
        and _is_capital(text, tokens[end], kinds)
        and (end == at or _is_next(text, tokens, end))
    ):
        end += 1
    if not any(one.kind in _NAMED for one in tokens[at:end]):
        return 0
    follows = tokens[end] if end < len(tokens) and _is_next(text, tokens, end) else None
    if end - at < 2 or (follows is not None and follows.kind == "field"):
        return 0
    words = [text[one.start : one.end].lower() for one in tokens[at:end]]
    return end - at if behind_at or any(map(is_kind, words)) else 0


def _is_capital(text: str, token: Said, kinds: frozenset[str]) -> bool:
    written = text[token.start : token.end]
    is_weekday = token.kind == "flag" and token.value.startswith("weekday")
    return token.kind in kinds and not is_weekday and re.match(r"[A-Z]", written) is not None


def _is_next(text: str, tokens: Sequence[Said], at: int) -> bool:
    return not text[tokens[at - 1].end : tokens[at].start].strip(" ")


def _goes_on(text: str, before: Said, token: Said) -> bool:
    """Whether a Korean word goes on with the name that the word before it begins."""
    written = text[before.start : before.end]
    if token.kind != "place" or text[before.end : token.start].strip(" ") or before.end == token.start:
        return False
    if meaning(token.value.lower()) is not None or not text[token.start : token.end].endswith("에서"):
        return False
    if before.kind == "place":
        return written == before.value and meaning(before.value.lower()) is not None
    is_branch = token.value.endswith("점") and len(token.value) > 1
    return before.kind == "unknown" and is_branch and not written.endswith(_NO_PART)
