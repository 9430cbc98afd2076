"""What cases add to a claim's page: the cases the claim belongs to, and scores that stay hidden until decided."""

from __future__ import annotations

from collections.abc import Collection

from django.template.loader import render_to_string

from audit.actor import Actor
from audit.permissions import can
from cases.models import Alert
from cases.visibility import visible_cases
from fraud.models import Claim
from fraud.panels import register_claim_panel, register_hidden_scores


def cases_of_claim(claim: Claim, by: Actor) -> str:
    """The panel with the claim's cases, for those who may see cases."""
    if not can(by, "cases.view_case"):
        return ""
    cases = visible_cases(by).filter(alerts__claim=claim).order_by("-id")
    return render_to_string("cases/case/_claim_panel.html", {"cases": list(cases[:10])}) if cases else ""


def blind_claims(claim_ids: Collection[int]) -> set[int]:
    """Claims in a control-sample case that nobody has decided yet."""
    return set(
        Alert.objects.filter(
            claim__in=list(claim_ids), case__is_score_hidden=True, case__closed_at=None
        ).values_list("claim_id", flat=True)
    )


register_claim_panel(cases_of_claim)
register_hidden_scores(blind_claims)
