"""What a recovery's postings add up to. Derived every time, stored nowhere. Amounts in minor units."""

from __future__ import annotations

from django.db.models import Sum

from cases.models import Recovery


def recovered(recovery: Recovery) -> int:
    """Money that came back: the sum of postings, counter-postings included."""
    return int(recovery.postings.aggregate(total=Sum("amount_minor"))["total"] or 0)


def outstanding(recovery: Recovery) -> int:
    """What is still to come: the decided amount less postings and less an approved write-off."""
    given_up = recovery.write_off_minor if recovery.write_off == Recovery.WriteOff.APPROVED else 0
    return recovery.amount_minor - recovered(recovery) - given_up
