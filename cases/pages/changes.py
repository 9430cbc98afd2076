"""What deliveries changed about the claims of a case since it was opened: a correction, another person, money back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.clock import today
from audit.language import current_language
from cases.models import Alert, Case
from fraud.claims.changes import changed_facts
from fraud.claims.models import Cardholder, Claim, ClaimChange
from fraud.claims.money import money_of
from fraud.web.dates import say_moment
from fraud.web.words import TXN_TYPES
from rules.money import format_money

MAX_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One change: the claim, the delivery that brought it, and each fact as (name, before, after)."""

    claim: Claim
    file: str
    at: datetime
    facts: list[tuple[str, str, str]]
    came_back: str  # what of the purchase came back by now, empty for a correction
    has_left: bool


def changes_of(case: Case) -> list[ShownChange]:
    """The changes since the case was opened, newest first."""
    left = dict(Alert.objects.filter(case=case).values_list("claim_id", "left_at"))
    rows = (
        ClaimChange.objects.filter(claim_id__in=left, at__gte=case.opened_at)
        .select_related("claim__cardholder", "file")
        .order_by("-pk")[:MAX_SHOWN]
    )
    changes = list(rows)
    money = money_of({change.claim for change in changes})
    shown = [
        _shown(change, money[change.claim_id].returned_minor, bool(left[change.claim_id]))
        for change in changes
    ]
    return [one for one in shown if one.facts or one.came_back]


def _shown(change: ClaimChange, returned_minor: int, has_left: bool) -> ShownChange:
    claim = change.claim
    is_money = change.kind == ClaimChange.Kind.MONEY
    facts = [
        (name, *pair)
        for name, pair in (
            (_name(name), _pair(name, values, claim)) for name, values in changed_facts(change).items()
        )
        if name
    ]
    if is_money:
        left = max(claim.amount_minor - returned_minor, 0)
        facts.append((_("still gone"), *_pair("amount_minor", [claim.amount_minor, left], claim)))
    return ShownChange(
        claim=claim,
        file=change.file.reference if change.file else "",
        at=change.at,
        facts=facts,
        came_back=format_money(returned_minor, claim.currency, current_language()) if is_money else "",
        has_left=has_left,
    )


def _name(fact: str) -> str:
    names = {
        "amount_minor": _("amount"),
        "cardholder_id": _("cardholder"),
        "merchant_name": _("merchant"),
        "transacted_at": _("time"),
        "txn_type": _("kind"),
        "purpose_code": _("purpose"),
    }
    return names.get(fact, "")


def _pair(fact: str, values: list[Any], claim: Claim) -> tuple[str, str]:
    before, after = (_said(fact, value, claim) for value in values)
    return before, after


def _said(fact: str, value: Any, claim: Claim) -> str:
    language = current_language()
    if fact == "amount_minor":
        return format_money(int(value), claim.currency, language)
    if fact == "transacted_at":
        at = timezone.localtime(datetime.fromisoformat(value))
        return say_moment(at, language, today=today())
    if fact == "txn_type":
        return str(TXN_TYPES.get(value, value))
    if fact == "cardholder_id":
        person = Cardholder.objects.filter(pk=value).first()
        return str(person) if person else ""
    return str(value or "–")
