"""A notice in words of its reader's language."""

from __future__ import annotations

from datetime import date

from cases.models import Notice
from cases.services.company import company_today
from cases.services.notices import KINDS
from fraud.web.dates import say_day


def sentence_of(notice: Notice, language: str) -> str:
    """What it tells; for a kind that is no more, the case alone. The language has to be the active one."""
    kind = KINDS.get(notice.kind)
    if kind is None:
        return notice.case.reference
    facts = {name: str(value) for name, value in notice.facts.items()}
    if "due_on" in facts:
        facts["due_on"] = say_day(date.fromisoformat(facts["due_on"]), language, today=company_today())
    named = {"to": "–", "due_on": "–", "other": "–", **facts}
    return str(kind.sentence).format(
        reference=notice.case.reference, person=str(notice.case.cardholder), **named
    )
