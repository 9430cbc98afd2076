"""Columns of a company's files that are known to hold neither card nor resident numbers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from fraud.claims.models.claims import ImportProfile


class ColumnExemption(models.Model):
    """A column proposed, with a reason, as one whose long numbers are neither; the profile names it once a second person agrees."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        ACTIVE = "active"
        RETURNED = "returned"

    profile = models.ForeignKey(ImportProfile, on_delete=models.PROTECT, related_name="exemptions")
    column = models.CharField(max_length=200)  # a header as files write it
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    reason = models.CharField(max_length=500)
    answer = models.CharField(max_length=500, blank=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Four eyes: whoever proposed does not decide.
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(proposed_by__isnull=True)
                | ~Q(decided_by=models.F("proposed_by")),
                name="columnexemption_four_eyes",
            ),
            # One open proposal a column.
            models.UniqueConstraint(
                fields=["profile", "column"], condition=Q(state="proposed"), name="columnexemption_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile}: {self.column}"
