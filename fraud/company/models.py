"""The company's holidays and its versioned settings."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class CompanyHoliday(models.Model):
    """A day of the company's own beside the public holidays of its country."""

    class Kind(models.TextChoices):
        PUBLIC = "public"
        SUBSTITUTE = "substitute"
        COMPANY = "company"
        WORKING = "working"  # a public holiday on which the company works

    on = models.DateField(unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.PUBLIC)

    class Meta:
        ordering = ["on"]

    def __str__(self) -> str:
        return f"{self.on} {self.name}"


class CompanySettings(models.Model):
    """Versioned settings of detection and casework; the newest active row counts, older rows stay readable."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        ACTIVE = "active"
        RETIRED = "retired"
        RETURNED = "returned"

    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    # What was proposed: name → {"old", "new"}, an amount with its "currency". Everything that holds is in `values` once active.
    changes = models.JSONField(default=dict)
    values = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    proposed_by = models.CharField(max_length=150)
    proposed_by_no = models.CharField(max_length=60, blank=True)  # the proposer's employee number then
    activated_by = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    activated_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="active"), name="companysettings_one_active"
            )
        ]

    def __str__(self) -> str:
        return f"settings {self.number}"
