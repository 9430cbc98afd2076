"""Proposed and approved decisions, and appeals against them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models.cases import Case


class Decision(models.Model):
    """A proposed disposition with amount, reason and clause; an approval is bound to the hash of this content."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        APPROVED = "approved"
        RETURNED = "returned"
        SUPERSEDED = "superseded"
        VOID = "void"  # its facts changed before anybody approved it

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    disposition = models.CharField(max_length=30, choices=Case.DISPOSITIONS)
    disposition_reason = models.CharField(max_length=30, blank=True)
    amount_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    reason = models.TextField()
    policy_clause = models.CharField(max_length=200, blank=True)
    message = models.TextField(blank=True)  # to the cardholder; `reason` stays inside the house
    content_hash = models.CharField(max_length=64)
    needs_approval = models.BooleanField(default=True)
    why_approval = models.CharField(
        max_length=30, blank=True
    )  # amount, currency, contradicts_score, sample, reversal
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decided_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["case", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="decision_number"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="proposed"), name="decision_one_proposed"
            ),
            # Four eyes where they are needed.
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(needs_approval=False)
                | ~Q(decided_by=models.F("proposed_by")),
                name="decision_four_eyes",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="decision_amount_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.case} decision {self.number}"


class Appeal(models.Model):
    """The cardholder's objection with new facts; decided by somebody other than the first approver."""

    class Result(models.TextChoices):
        OPEN = "open"
        UPHELD = "upheld"
        REDUCED = "reduced"
        REVERSED = "reversed"
        VOID = "void"  # the case ended before anybody judged it

    #: Results of an appeal that nobody judged.
    NOT_JUDGED = (Result.OPEN.value, Result.VOID.value)

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="appeals")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="appeals")
    text = models.TextField()
    erased_at = models.DateTimeField(null=True)  # the words are gone after their period
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    result = models.CharField(max_length=10, choices=Result, default=Result.OPEN)
    amount_minor = models.BigIntegerField(null=True)  # where reduced
    reason = models.TextField(blank=True)
    message = models.TextField(blank=True)  # to the cardholder; `reason` stays inside the house
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(result="open"), name="appeal_one_open")
        ]

    def __str__(self) -> str:
        return f"{self.case} appeal"
