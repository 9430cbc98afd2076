"""Trades as one speaks of them (fuel, 택시, golf): their categories by code and name, and the company's lists that hold just those."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rules.language.specs import ValueListSpec
from rules.mcc_words import holds_categories, mcc_word

#: Trades of several categories.
_MORE: Mapping[str, tuple[str, ...]] = {"fuel": ("5541", "5542", "5983")}
#: A shop is looked for by its name; so may a trade be meant.
_BY_NAME = re.compile(r'merchant\.name (?:not )?contains "(?P<word>[^"]+)"')


def codes_of(code: str) -> tuple[str, ...]:
    """The categories of a trade: 5541, 5542 and 5983 are fuel."""
    return _MORE.get(code, (code,))


def named_codes(code: str, language: str) -> str:
    """``5541 (Petrol stations), 5542 (…)``."""
    return ", ".join(f"{one} ({mcc_word(one, language)})" for one in codes_of(code))


def lists_of(code: str, word: str, lists: Mapping[str, ValueListSpec] | None) -> list[str]:
    """Conditions by the company's own lists: of categories that hold nothing but this trade, of words that say it by their label."""
    found = []
    for name, spec in sorted((lists or {}).items()):
        if holds_categories(name, spec.kind):
            if code and spec.values and spec.values <= frozenset(codes_of(code)):
                found.append(f"merchant.mcc in @{name}")
        elif spec.kind == "text" and spec.values and _says(spec, word):
            found.append(f"merchant.name contains any @{name}")
    return found


def _says(spec: ValueListSpec, word: str) -> bool:
    label = f"{spec.label_en} {spec.label_ko}".lower()
    return re.search(rf"(?<![a-z가-힣]){re.escape(word)}(?![a-z])", label) is not None


def words_by_name(rule: str) -> list[str]:
    """The words that a rule looks for in the shop's name."""
    return list(dict.fromkeys(found["word"] for found in _BY_NAME.finditer(rule)))
