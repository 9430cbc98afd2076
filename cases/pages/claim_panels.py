"""What cases add to a claim's page: its cases, the way to open one by hand, and scores that stay hidden until decided."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.template.loader import render_to_string

from audit.actor import Actor
from audit.permissions import can
from audit.prepared import prepared
from audit.reading import read_once
from cases.models import BLIND, Alert, Case
from cases.services.seeing import visible_among
from cases.workflow import State
from fraud.claims.identity import involved_in
from fraud.claims.models import Claim
from fraud.claims.panels import register_blind_claims, register_claim_panel

_MOST = 10  # cases that the panel lists


def cases_of_claim(claim: Claim, by: Actor) -> str:
    """The panel with the claim's cases, for those who may see cases."""
    if not can(by, "cases.view_case"):
        return ""
    cases = visible_among(_cases_with(claim), by)[:_MOST]
    return render_to_string("cases/case/_claim_panel.html", {"cases": cases}) if cases else ""


def _cases_with(claim: Claim) -> list[Case]:
    """The cases the claim is or was in, the newest first; asked once a page."""
    return read_once(("cases with", claim.pk), lambda: _with_claim.rows(claim.pk))


@prepared
def _with_claim(claim_id: int) -> QuerySet[Case]:
    rows = Case.objects.filter(alerts__claim=claim_id).order_by("-id")
    return rows.select_related("cardholder").only(
        "reference", "state", "disposition", "opened_at", "cardholder__department_id"
    )


def by_hand(claim: Claim, by: Actor) -> str:
    """Open a case, record a tip: for those whom the matrix allows it, never on a claim of one's own."""
    may_open, may_tip = can(by, "cases.open_case"), can(by, "cases.record_tip")
    if not (may_open or may_tip):
        return ""
    if involved_in(by, [claim.pk]):
        return ""
    has_open = any(case.state != State.CLOSED for case in _cases_with(claim))
    context = {"claim": claim, "may_open": may_open and not has_open, "may_tip": may_tip}
    return render_to_string("cases/case/_by_hand.html", context)


def blind_claims(claim_ids: Collection[int]) -> set[int]:
    """Claims in a control-sample case that nobody has decided yet."""
    return set(_blind.rows(claim_ids)) if claim_ids else set()


@prepared
def _blind(claim_ids: Collection[int]) -> QuerySet[Alert, Any]:
    rows = Alert.objects.filter(claim__in=claim_ids, case__in=Case.objects.filter(BLIND))
    return rows.values_list("claim_id", flat=True)


register_claim_panel(cases_of_claim)
register_claim_panel(by_hand)
register_blind_claims(blind_claims)
