"""What a delivery changed about a claim of a case, in words: one sentence that refusals, pages, interface and decisions ask."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from audit.clock import today
from audit.models import AuditEvent
from cases.models import Decision
from fraud.claims.changes import OTHERS
from fraud.claims.models import Cardholder
from fraud.web.dates import say_moment
from fraud.web.words import PURPOSES, TXN_TYPES
from rules.money import format_money

#: The audit entries that tell of such a change: that it was followed, and that a proposal is void by it.
ACTION, VOIDED = "case.claim_changed", "decision.voided"
BY_DELIVERY = frozenset({ACTION, VOIDED})


def said_of_change(told: Mapping[str, Any], language: str) -> str:
    """`changed by delivery F-…: <claim>: amount 300,000 → 30,000` from what the entry `case.claim_changed` keeps."""
    with override(language):
        facts = [f"{name} {before} → {after}" for name, before, after in changed_pairs(told, language)]
        if told.get("has_left"):
            facts.append(_("left the case: it is another person's"))
        said = f"{told['claim']}: {', '.join(facts)}" if facts else str(told["claim"])
        if told.get("file"):
            return _("changed by delivery %(file)s: %(said)s") % {"file": told["file"], "said": said}
        return _("changed: %(said)s") % {"said": said}


def said_of_entry(event: AuditEvent, language: str) -> str:
    """What an entry of the case's chain says of a claim's change; of any other its reason."""
    if event.action in BY_DELIVERY and event.after and "currency" in event.after:
        return said_of_change(event.after, language)
    return event.reason


def said_of_decision(decision: Decision, language: str) -> str:
    """Why a decision ended as it did: for one that a delivery made void, that delivery in the reader's language."""
    if decision.state != Decision.State.VOID:
        return decision.decided_reason
    voided = AuditEvent.objects.filter(subject=f"case:{decision.case.reference}", action=VOIDED)
    for event in voided:
        if (event.after or {}).get("decision") == decision.number:
            return said_of_entry(event, language)
    return decision.decided_reason


def changed_pairs(told: Mapping[str, Any], language: str) -> list[tuple[str, str, str]]:
    """(name, before, after) of each fact people look at, and of what is left of the payment where money came back."""
    names = {
        "amount_minor": _("amount"),
        "cardholder_id": _("cardholder"),
        "merchant_name": _("merchant"),
        "transacted_at": _("time"),
        "txn_type": _("kind"),
        "purpose_code": _("purpose"),
        "purpose_text": pgettext("a claim", "what it was for"),
        "n_attendees": pgettext("a claim", "number of attendees"),
        "attendees": pgettext("a claim", "attendees"),
    }
    currency = str(told["currency"])
    facts = told.get("facts") or {}
    currencies = facts.get("currency") or [currency, currency]
    pairs = [
        (
            names[fact],
            *(_said(fact, value, str(of), language) for value, of in zip(values, currencies, strict=True)),
        )
        for fact, values in facts.items()
        if fact in names
    ]
    left = told.get("left_minor")
    if left:
        before, after = (format_money(int(minor), currency, language) for minor in left)
        pairs.append((_("remaining"), before, after))
    return [(name, before, after) for name, before, after in pairs]


def _said(fact: str, value: Any, currency: str, language: str) -> str:
    if fact == "amount_minor":
        return format_money(int(value), currency, language)
    if fact == "transacted_at":
        at = timezone.localtime(datetime.fromisoformat(value))
        return say_moment(at, language, today=today())
    if fact == "purpose_code":
        return str(PURPOSES.get(value, value) or "–")
    if fact == "txn_type":
        return str(TXN_TYPES.get(value, value))
    if fact == "attendees" and str(value).endswith(OTHERS):
        return _("%(n)s, other people") % {"n": str(value).removesuffix(OTHERS)}
    if fact == "cardholder_id":
        person = Cardholder.objects.filter(pk=value).first()
        return str(person) if person else ""
    return str(value or "–")
