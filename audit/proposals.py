"""What every proposal has: one person proposes, another decides. A base for tables, none of its own."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q

from audit import clock


class Proposal(models.Model):
    """The two persons and the two moments; the table itself refuses that one person is both."""

    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True
        constraints = [
            # Four eyes: whoever proposed does not decide.
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(proposed_by__isnull=True)
                | ~Q(decided_by=models.F("proposed_by")),
                name="%(class)s_four_eyes",
            )
        ]


def is_past(day: date) -> bool:
    """Whether a change may not begin on a day: what was decided and said on days before today used what was known then."""
    return day < clock.today()


def begins(day: date) -> date:
    """From when a change that is agreed to now holds: its day, or today where that has passed while it waited."""
    return max(day, clock.today())
