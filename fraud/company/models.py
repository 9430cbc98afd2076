"""The company's holidays and its versioned settings."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from audit import clock


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
    added_at = models.DateTimeField(default=clock.now)
    deadlines_moved_at = models.DateTimeField(null=True)  # deadlines set before it was added follow it once

    class Meta:
        ordering = ["on"]

    def __str__(self) -> str:
        return f"{self.on} {self.name}"


class HolidayChange(models.Model):
    """A day of the company that one person wants added to its calendar or taken off it; it counts once another agreed."""

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("calendar change", "Proposed")
        APPLIED = "applied", pgettext_lazy("calendar change", "Agreed")
        RETURNED = "returned", pgettext_lazy("calendar change", "Returned")

    on = models.DateField()
    kind = models.CharField(max_length=20, choices=CompanyHoliday.Kind, default=CompanyHoliday.Kind.COMPANY)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    is_removal = models.BooleanField(default=False)
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.CharField(max_length=150)
    proposed_by_no = models.CharField(max_length=60, blank=True)  # the proposer's employee number then
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            # One change of a day waits at a time.
            models.UniqueConstraint(
                fields=["on"], condition=Q(state="proposed"), name="holidaychange_one_waits"
            ),
            # Four eyes: whoever proposed does not decide.
            models.CheckConstraint(
                condition=~Q(decided_by=models.F("proposed_by")), name="holidaychange_four_eyes"
            ),
        ]

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
