"""Questions that mean the same are asked once. Pure: what the rules would ask in, what is asked out.

Several payments of one day at one merchant that a rule asks the same about are one question that names each amount. Of rules
over several payments (with a count or a total) that end in the same question about the same merchant and day, the one that
counts most asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

#: Both ask why this merchant is used so often, in other words.
_MEANS = {"M08": "A05"}
#: What they ask is about a merchant, whatever the day.
_ABOUT_A_HABIT = {"A05"}
_NEAR = timedelta(days=1)  # rules count within a day, or within two
_PLACES = ("amount", "time")  # what tells payments of one question apart
_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_AND = {"ko": ", ", "en": " and "}

#: Facts into the question, in each wording: (language, day of speaking) → text; the first is the letter's.
Worded = Callable[[Mapping[str, str]], str]


@dataclass(frozen=True, slots=True)
class Ask:
    """What one hit would ask: facts in each wording of `words`, which fill the rule's template ("" where a fact is missing).

    `size` payments where the rule is over several (`is_group`), else 0.
    """

    code: str
    template: str
    merchant: str
    day: date
    words: tuple[Worded, ...]
    facts: tuple[Mapping[str, str], ...]
    languages: tuple[str, ...]
    is_group: bool = False
    size: int = 0

    @property
    def meaning(self) -> str:
        """The question itself, without what leads to it."""
        return _MEANS.get(self.code, "") or (
            self.code if self.code in _ABOUT_A_HABIT else _SENTENCE.split(self.template)[-1]
        )

    def texts(self, more: Sequence[Mapping[str, str]] = ()) -> tuple[str, ...]:
        """The question in each wording, with other facts instead where given."""
        given = more or ({},) * len(self.words)
        return tuple(
            word({**facts, **other}) for word, facts, other in zip(self.words, self.facts, given, strict=True)
        )


def asked_once(asks: Iterable[Ask], answered: frozenset[str]) -> list[str]:
    """The questions in the order of `asks`, each meaning once; without those whose text was `answered` in any wording."""
    single: dict[str, list[Ask]] = {}
    groups: dict[tuple[str, str, date | None], Ask] = {}
    order: dict[object, None] = {}
    for ask in asks:
        key: object
        if ask.is_group:
            key = (ask.code, ask.merchant, None if ask.meaning in _ABOUT_A_HABIT else ask.day)
            groups[key] = max(groups.get(key, ask), ask, key=lambda one: one.size)
        else:
            key = ask.words[0]({**ask.facts[0], **dict.fromkeys(_PLACES, "*")})
            single.setdefault(key, []).append(ask)
        order[key] = None
    kept = list(groups.values())
    texts = [
        _group_text(groups[key], kept, answered)
        if isinstance(key, tuple)
        else _single_text(single[str(key)], answered)
        for key in order
    ]
    return list(dict.fromkeys(text for text in texts if text))


def _group_text(ask: Ask, others: Sequence[Ask], answered: frozenset[str]) -> str:
    """Its question, or an empty text where another asks it, or it was answered."""
    same = [(n, one) for n, one in enumerate(others) if _is_same(one, ask)]
    at = next(n for n, one in enumerate(others) if one is ask)
    if any(one.size > ask.size or (one.size == ask.size and n < at) for n, one in same):
        return ""
    told = {*ask.texts(), *(text for _n, one in same if one.size == ask.size for text in one.texts())}
    return "" if told & answered else ask.texts()[0]


def _is_same(one: Ask, other: Ask) -> bool:
    """Whether two rules ask the same about the same payments."""
    if one.code == other.code or (one.meaning, one.merchant) != (other.meaning, other.merchant):
        return False
    return one.meaning in _ABOUT_A_HABIT or abs(one.day - other.day) <= _NEAR


def _single_text(asks: Sequence[Ask], answered: frozenset[str]) -> str:
    """One question about the payments it was not answered for, naming each; an empty text where none is left."""
    left = [ask for ask in asks if not answered.intersection(ask.texts())]
    if not left:
        return ""
    joined = [
        {
            place: _listed([ask.facts[at][place] for ask in left if ask.facts[at].get(place)], language)
            for place in _PLACES
            if place in left[0].facts[at]
        }
        for at, language in enumerate(left[0].languages)
    ]
    texts = left[0].texts(joined)
    return "" if answered.intersection(texts) else texts[0]


def _listed(values: Sequence[str], language: str) -> str:
    """Each value once, as a sentence lists them."""
    once = list(dict.fromkeys(values))
    if len(once) < 2:
        return "".join(once)
    return ", ".join(once[:-1]) + _AND[language] + once[-1]
