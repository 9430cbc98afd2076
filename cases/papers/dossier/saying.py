"""Values of a dossier in the words of its reader: moments, amounts, states, people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy

from rules.money import format_money, to_minor

DECISION_STATES: dict[str, str | Promise] = {
    "proposed": pgettext_lazy("decision state", "Proposed"),
    "approved": pgettext_lazy("decision state", "Holds"),
    "returned": pgettext_lazy("decision state", "Returned"),
    "superseded": pgettext_lazy("decision state", "Superseded"),
    "void": pgettext_lazy("decision state", "Void"),
}
REQUEST_STATES: dict[str, str | Promise] = {
    "sent": pgettext_lazy("request state", "Waiting for the answer"),
    "answered": pgettext_lazy("request state", "Answered"),
    "lapsed": pgettext_lazy("request state", "Lapsed"),
    "withdrawn": pgettext_lazy("request state", "Withdrawn"),
}
APPEAL_ENDS: dict[str, str | Promise] = {
    "open": pgettext_lazy("appeal state", "Not decided yet"),
    "void": pgettext_lazy("appeal state", "Ended with the case"),
}


def said_at(moment: str | None, *, has_time: bool = True) -> str:
    """`2026-11-20 14:03` on the company's clock, the day alone without a known time; empty for none."""
    if not moment:
        return ""
    local = timezone.localtime(datetime.fromisoformat(moment))
    return f"{local:%Y-%m-%d %H:%M}" if has_time else f"{local:%Y-%m-%d}"


def said_money(amount: str | None, currency: str, language: str) -> str:
    """`84,000원` of the decimal text of an amount; empty for none."""
    return "" if amount is None else format_money(to_minor(Decimal(amount), currency), currency, language)


def said_person(told: Mapping[str, str] | None) -> str:
    """A person's name; empty for nobody."""
    return told["name"] if told else ""


def said_yes(value: bool) -> str:
    """Yes or no."""
    return pgettext("dossier", "yes") if value else pgettext("dossier", "no")
