"""What cases add to a claim's page: its cases, the way to open one by hand, and scores that stay hidden until decided."""

from __future__ import annotations

from collections.abc import Collection

from django.template.loader import render_to_string

from audit.actor import Actor
from audit.permissions import can
from cases.models import BLIND, Alert, Case
from cases.visibility import visible_cases
from cases.workflow import State
from fraud.claims.identity import claims_involving
from fraud.claims.models import Claim
from fraud.claims.panels import register_blind_claims, register_claim_panel


def cases_of_claim(claim: Claim, by: Actor) -> str:
    """The panel with the claim's cases, for those who may see cases."""
    if not can(by, "cases.view_case"):
        return ""
    cases = visible_cases(by).filter(alerts__claim=claim).order_by("-id")
    return render_to_string("cases/case/_claim_panel.html", {"cases": list(cases[:10])}) if cases else ""


def by_hand(claim: Claim, by: Actor) -> str:
    """Open a case, record a tip: for those whom the matrix allows it, never on a claim of one's own."""
    may_open, may_tip = can(by, "cases.open_case"), can(by, "cases.record_tip")
    if not (may_open or may_tip):
        return ""
    if claims_involving(by, Claim.objects.filter(pk=claim.pk)).exists():
        return ""
    has_open = Alert.objects.filter(claim=claim).exclude(case__state=State.CLOSED).exists()
    context = {"claim": claim, "may_open": may_open and not has_open, "may_tip": may_tip}
    return render_to_string("cases/case/_by_hand.html", context)


def blind_claims(claim_ids: Collection[int]) -> set[int]:
    """Claims in a control-sample case that nobody has decided yet."""
    return set(
        Alert.objects.filter(claim__in=list(claim_ids), case__in=Case.objects.filter(BLIND)).values_list(
            "claim_id", flat=True
        )
    )


register_claim_panel(cases_of_claim)
register_claim_panel(by_hand)
register_blind_claims(blind_claims)
