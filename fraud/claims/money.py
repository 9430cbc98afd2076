"""What of a claim's money is still gone: one answer, derived from the claims as they are known now.

A purchase is gone until money comes back that is linked to it: by cancellation, partial cancellation, refund or chargeback,
whenever that was received. Declined payments move nothing. Amounts in minor units of the purchase's currency.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from audit.prepared import prepared
from fraud.claims.models import Claim
from rules.language.transactions import MONEY_BACK, PAYMENTS

_IDS = 500
#: Purchases from which on all money back is looked through.
_MANY = 20_000


@dataclass(frozen=True, slots=True)
class ClaimMoney:
    """What a claim took, and what of it came back; a claim that is no purchase took nothing."""

    spent_minor: int
    returned_minor: int

    @property
    def net_minor(self) -> int:
        """What is still gone, never below 0."""
        return max(self.spent_minor - self.returned_minor, 0)


def spent_minor(claim: Claim) -> int:
    """What the claim took by itself, before anything came back."""
    return max(claim.amount_minor, 0) if claim.txn_type in PAYMENTS else 0


@prepared
def _sums(claim_ids: Collection[int]) -> QuerySet[Claim, Any]:
    return _returned(Claim.objects.filter(original_claim_id__in=claim_ids))


def _returned(linked: QuerySet[Claim]) -> QuerySet[Claim, Any]:
    credits = linked.filter(txn_type__in=MONEY_BACK).order_by()
    return credits.values_list("original_claim_id").annotate(
        total=Sum(Coalesce("credit_minor", -F("amount_minor")))
    )


def returned_by_claim(claim_ids: Iterable[int]) -> dict[int, int]:
    """Purchase → what came back of it, whoever took it back and whenever that became known; nothing came back: absent."""
    wanted = set(claim_ids)
    if len(wanted) > _MANY:  # whatever came back of any purchase is read sooner than so many are asked about
        every = _returned(Claim.objects.filter(original_claim_id__gt=0))
        return {claim_id: int(total) for claim_id, total in every if total > 0 and claim_id in wanted}
    found: dict[int, int] = {}
    asked = sorted(wanted)
    for start in range(0, len(asked), _IDS):
        sums = _sums.rows(asked[start : start + _IDS])
        found.update({claim_id: int(total) for claim_id, total in sums if total > 0})
    return found


def money_of(claims: Collection[Claim]) -> dict[int, ClaimMoney]:
    """Claim id → its money, for claims at hand. One query for 500 claims."""
    returned = returned_by_claim(claim.pk for claim in claims)
    return {claim.pk: ClaimMoney(spent_minor(claim), returned.get(claim.pk, 0)) for claim in claims}
