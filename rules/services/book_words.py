"""The words a rule book gives otherwise than they are: proposed to a second person, as a page does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from audit.actor import Actor
from rules.services.book import Entry
from rules.services.book_entries import pair_of
from rules.services.wording import propose_wording, waiting_wording, wording


def propose_other_words(subject: str, name: str, words: Mapping[str, Any], by: Actor, why: str) -> str:
    """Propose the words that the book gives otherwise, as a page would; what was done in a sentence, empty where they read the same."""
    held = wording(subject, name) or {}
    other = {field: text for field, text in words.items() if held.get(field) != text}
    if not other:
        return ""
    names = ", ".join(other)
    for change in waiting_wording(subject=subject, name=name):
        if all(change.content.get(field) == text for field, text in other.items()):
            return _("Proposed already: %(names)s.") % {"names": names}
    propose_wording(subject=subject, name=name, reason=why, by=by, **other)
    return _("Proposed: %(names)s.") % {"names": names}


def rule_words(entry: Entry) -> dict[str, str]:
    """What the book says of a rule beside its text; what it leaves out stays."""
    words: dict[str, str] = {"group": str(entry["group"])} if entry.get("group") else {}
    fields = {
        "name": ("name_ko", "name_en"),
        "clause": ("policy_clause", "policy_clause_en"),
        "question": ("question_ko", "question_en"),
    }
    for part, pair in fields.items():
        if part in entry:
            words |= dict(zip(pair, pair_of(entry, part), strict=True))
    return words


def propose_labels(subject: str, name: str, entry: Entry, by: Actor, why: str) -> str:
    """Propose what the book calls a list or parameter, where it does; what was done in a sentence."""
    words = (
        dict(zip(("label_ko", "label_en"), pair_of(entry, "label"), strict=True))
        if entry.get("label")
        else {}
    )
    return propose_other_words(subject, name, words, by, why)
