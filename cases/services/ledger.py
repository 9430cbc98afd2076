"""What a recovery's postings add up to. Derived every time, stored nowhere. Amounts in minor units."""

from __future__ import annotations

from django.db.models import Sum

from cases.models import Case, Recovery
from fraud.claims.models import Claim

#: Deliveries that take back what was paid.
CREDITS = (Claim.TxnType.CANCEL, Claim.TxnType.PARTIAL_CANCEL, Claim.TxnType.REFUND)


def cancelled(case: Case) -> int:
    """What the card company took back of the case's claims since it was opened, in the case's currency."""
    later = Claim.objects.filter(
        original_claim__alerts__case=case,
        txn_type__in=CREDITS,
        currency=case.currency,
        received_at__gt=case.opened_at,
    )
    return sum(abs(minor) for _, minor in later.distinct().values_list("pk", "amount_minor"))


def at_stake(case: Case) -> int:
    """The most that may be recovered: the amount of its claims less later cancellations, never below 0."""
    return max(case.amount_minor - cancelled(case), 0)


def recovered(recovery: Recovery) -> int:
    """Money that came back: the sum of postings, counter-postings included."""
    return int(recovery.postings.aggregate(total=Sum("amount_minor"))["total"] or 0)


def outstanding(recovery: Recovery) -> int:
    """What is still to come: the decided amount less postings and less an approved write-off."""
    given_up = recovery.write_off_minor if recovery.write_off == Recovery.WriteOff.APPROVED else 0
    return recovery.amount_minor - recovered(recovery) - given_up
