"""The rules a company starts with, as data: texts of the language, clauses, questions, thresholds with dates, lists.

Every threshold is a parameter with effective dates and every word list a managed list, so an admin changes them without touching a rule.
A rule whose fields a company does not deliver reports "not evaluable" with the missing column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.starter_texts import (
    AMOUNT_RULES,
    AMOUNT_TEMPLATES,
    CARD_RULES,
    CARD_TEMPLATES,
    DOCUMENT_RULES,
    DOCUMENT_TEMPLATES,
    MERCHANT_RULES,
    MERCHANT_TEMPLATES,
    PEOPLE_RULES,
    PEOPLE_TEMPLATES,
    PLACE_TEMPLATES,
    TIME_RULES,
    TIME_TEMPLATES,
)


@dataclass(frozen=True, slots=True)
class StarterRule:
    """One rule as shipped. ``question_*`` goes to the cardholder: plain words, the claim's own facts in braces, never a threshold."""

    code: str
    group: str
    weight: float
    is_always_open: bool
    is_told_ahead: bool
    state: str
    name_en: str
    name_ko: str
    clause_en: str
    clause_ko: str
    question_en: str
    question_ko: str
    text: str
    note_en: str
    note_ko: str


def _rule(group: str, row: Mapping[str, Any]) -> StarterRule:
    (name_en, name_ko), (clause_en, clause_ko), (question_en, question_ko) = (
        row[part] for part in ("name", "clause", "question")
    )
    note_en, note_ko = row.get("note", ("", ""))
    return StarterRule(
        code=row["code"],
        group=group,
        weight=float(row["weight"]),
        is_always_open=row.get("always", False),
        is_told_ahead=row.get("ahead", False),
        state=row.get("state", "active"),
        name_en=name_en,
        name_ko=name_ko,
        clause_en=clause_en,
        clause_ko=clause_ko,
        question_en=question_en,
        question_ko=question_ko,
        text=row["text"],
        note_en=note_en,
        note_ko=note_ko,
    )


_GROUPS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "time": TIME_RULES,
    "merchant": MERCHANT_RULES,
    "amount": AMOUNT_RULES,
    "document": DOCUMENT_RULES,
    "card": CARD_RULES,
    "people": PEOPLE_RULES,
}

_TEMPLATES: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "time": TIME_TEMPLATES,
    "merchant": MERCHANT_TEMPLATES,
    "amount": AMOUNT_TEMPLATES,
    "place": PLACE_TEMPLATES,
    "document": DOCUMENT_TEMPLATES,
    "card": CARD_TEMPLATES,
    "people": PEOPLE_TEMPLATES,
}

#: Installed with the product.
STARTER_RULES: tuple[StarterRule, ...] = tuple(
    _rule(group, row) for group, rows in _GROUPS.items() for row in rows
)
#: Offered and not installed: a company adopts them when it has their data.
STARTER_TEMPLATES: tuple[StarterRule, ...] = tuple(
    _rule(group, row) for group, rows in _TEMPLATES.items() for row in rows
)
#: All of them by code: what the gallery shows.
GALLERY: Mapping[str, StarterRule] = {
    rule.code: rule for rule in sorted((*STARTER_RULES, *STARTER_TEMPLATES), key=lambda rule: rule.code)
}


def catalogue_codes() -> tuple[str, ...]:
    """The codes of the field's catalogue that the gallery covers, each once: A04B is a second rule of A04."""
    return tuple(dict.fromkeys(code[:3] for code in GALLERY))


_NOTES: Mapping[str, str] = {rule.note_en: rule.note_ko for rule in STARTER_RULES if rule.note_en}


def note_in(note: str, language: str) -> str:
    """A version's note in the reader's language where it came with the product; what people wrote stays as it is."""
    return _NOTES.get(note, note) if language == "ko" else note
