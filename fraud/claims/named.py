"""Claims that figures name by number, for a reader."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from audit.actor import Actor
from audit.permissions import can
from fraud.claims.models import Claim
from fraud.claims.panels import scores_hidden_from
from fraud.claims.units import within_units


def claims_named(ids: Iterable[int], by: Actor) -> list[Claim]:
    """The claims in their order: without those the reader is involved in, may not see, or nobody may judge yet.

    Whoever looks at samples alone (rules, models) and not at claims gets them with their people's names masked.
    """
    wanted = list(ids)
    hidden = scores_hidden_from(by, wanted)
    rows = within_units(Claim.objects.filter(pk__in=wanted), by).select_related("cardholder", "merchant")
    claims = {claim.pk: claim for claim in rows}
    if not can(by, "fraud.view_claim"):
        for claim in claims.values():
            claim.cardholder.name = mask(claim.cardholder.name)
    return [claims[pk] for pk in wanted if pk in claims and pk not in hidden]


def mask(name: str) -> str:
    """`김도현` → `김**`."""
    return name[:1] + "*" * max(len(name) - 1, 0)


def claim_numbered(number: str, by: Actor) -> Claim | None:
    """The claim with the number that its page and papers show (the sender's, or the claim's own), the newest of several; None where there is
    none among those the reader may see."""
    wanted = number.strip()
    if not wanted:
        return None
    rows = within_units(Claim.objects.filter(Q(external_id=wanted) | Q(claim_no=wanted)), by)
    return rows.order_by("-transacted_at", "-pk").first()
