"""Columns of a company's files that are known to hold neither card nor resident numbers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from audit.proposals import Proposal
from fraud.claims.models.claims import ImportProfile


class ColumnExemption(Proposal):
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

    class Meta:
        ordering = ["-id"]
        constraints = [
            *Proposal.Meta.constraints,
            # One open proposal a column.
            models.UniqueConstraint(
                fields=["profile", "column"], condition=Q(state="proposed"), name="columnexemption_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile}: {self.column}"
