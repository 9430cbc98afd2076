"""A field's name and nothing else: what a rule may say about it, as examples that nobody is said to have meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.fields import FIELDS
from rules.language.literals import usual_currency
from rules.language.mending.completing import judge
from rules.language.mending.naming_place import Names
from rules.language.mending.spoken.hearing import said_words
from rules.language.problems import Problem, told_at
from rules.language.words import field_meant

_ARTICLES = frozenset({"the", "a", "an"})
_TYPES = {
    "text": ('{} contains "카페"', "{} is missing"),
    "code": ("{} is missing",),
    "yes_no": ("{}", "not {}"),
}


def alone(text: str, names: Names) -> Problem | None:
    """What is said of a text that only names a field (amount, 영수증 번호), in any words; None where it says more."""
    tokens = [one for one in said_words(text) if one.written not in _ARTICLES]
    if len(tokens) != 1 or re.search(r"[\"'“‘]", text):
        return None
    is_field = tokens[0].kind in {"field", "paper"}
    name = tokens[0].value if is_field else field_meant(text.strip(), near=False)
    start = len(text) - len(text.lstrip())
    if name is None or tokens[0].kind not in {"field", "paper", "word"}:
        return None
    if FIELDS[name].type == "yes_no":
        return None
    told = (one.replace(" KRW", f" {usual_currency()}") for one in _examples(name))
    examples = ", ".join(one for one in dict.fromkeys(told) if not judge(one, names))
    return told_at(text, start, len(text.rstrip()), "field_alone", name=name, choices=examples)


def _examples(name: str) -> Iterator[str]:
    """Conditions about a field: its own of the catalogue, and of what its type can be asked."""
    yield FIELDS[name].example
    yield from (one.format(name) for one in _TYPES.get(FIELDS[name].type, ()))
