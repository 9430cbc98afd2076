"""Where the claims of a case are now that have left it: the sentence of a merge that cannot be taken back, and what can be done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.models import Alert, Case

Left = Alert.Left


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A claim that left the case by a merge: its external id, and the case of the same cardholder that holds it; None: none does."""

    claim: str
    case: Case | None


def whereabouts(case: Case) -> list[Whereabouts]:
    """Where the claims are that a merged case had brought, by external id; a case of somebody else is not named."""
    left = case.alerts.filter(left_why=Left.MERGED).select_related("claim").order_by("claim__external_id")
    brought = list(left)
    held = {
        alert.claim_id: alert.case
        for alert in Alert.objects.filter(
            claim__in=[alert.claim_id for alert in brought],
            left_at=None,
            case__cardholder_id=case.cardholder_id,
        )
        .exclude(case=case)
        .select_related("case")
        .order_by("pk")
    }
    return [Whereabouts(alert.claim.external_id, held.get(alert.claim_id)) for alert in brought]


def said_where(found: Iterable[Whereabouts]) -> str:
    """`CL-1: C-2026-000007; CL-2: in no case of this cardholder`."""
    nowhere = _("in no case of this cardholder any more")
    return "; ".join(f"{one.claim}: {one.case.reference if one.case else nowhere}" for one in found)
