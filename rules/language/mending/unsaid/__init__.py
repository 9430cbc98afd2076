"""What a spoken sentence leaves open or asks of something the language says otherwise: told with what to write, before anything is read into it."""

from __future__ import annotations

import re

from rules.language.mending.meanings import Meanings
from rules.language.mending.unsaid.amounts import amounts_asked, whose_average_asked
from rules.language.mending.unsaid.carried import not_carried, numbers_lost
from rules.language.mending.unsaid.counted import things_counted
from rules.language.mending.unsaid.hours import hours_asked
from rules.language.mending.unsaid.moments import moments_asked
from rules.language.mending.unsaid.nights import nights_asked
from rules.language.mending.unsaid.places import places_asked
from rules.language.mending.unsaid.proportions import proportions_asked
from rules.language.mending.unsaid.several import several_asked
from rules.language.mending.unsaid.shares import shares_asked, since_asked
from rules.language.mending.unsaid.sides import sides_asked
from rules.language.mending.unsaid.terms import terms_asked

__all__ = ["asked_back", "not_carried", "numbers_lost", "office_word", "part_asked"]

_WRITTEN = re.compile(r"[\"'“‘=<>@≥≤≠≧≦＞＜＝!*]|\w\(|[a-z]_[a-z]|[a-z]\.[a-z]{2}", re.IGNORECASE)


def office_word(text: str) -> Meanings | None:
    """What a word of an office is called in a rule (working hours, entertainment, the third payment); None where there is none, or the text is half a rule."""
    if _WRITTEN.search(re.sub(r"[ap]\.m\.?", "am", text)):
        return None
    return proportions_asked(text) or terms_asked(text)


def part_asked(text: str) -> Meanings | None:
    """A share of a tip or a tax, a time since somebody joined or a shop opened, a side of a named hour or feast; None where there is none, or the text is half a rule."""
    return None if _WRITTEN.search(text) else (shares_asked(text) or since_asked(text) or sides_asked(text))


def asked_back(text: str) -> Meanings | None:
    """What a spoken sentence does not say, or says of what is counted otherwise; None where nothing is open or the text is half a rule already."""
    if _WRITTEN.search(re.sub(r"[ap]\.m\.?", "am", text)):
        return None
    readers = (
        hours_asked, things_counted, nights_asked, moments_asked, whose_average_asked, several_asked, amounts_asked, places_asked,
    )  # fmt: skip
    for asked in readers:
        found = asked(text)
        if found is not None:
            return found
    return None
