"""Recovery (환수): the decided amount and the ledger of what came back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models.cases import Case
from cases.models.decisions import Decision
from cases.models.explanations import Evidence


class Recovery(models.Model):
    """The amount to come back for a case. Its balance is derived from the postings and never stored."""

    class WriteOff(models.TextChoices):
        NONE = "none"
        REQUESTED = "requested"
        APPROVED = "approved"
        RETURNED = "returned"

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="recovery")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="recoveries")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    plan = models.JSONField(default=list)  # [{"due_on", "amount_minor"}]
    opened_at = models.DateTimeField()
    due_on = models.DateField()
    dunned = models.JSONField(default=list)  # ["7", "14", "30"]: each at most once
    closed_at = models.DateTimeField(null=True)
    write_off = models.CharField(max_length=10, choices=WriteOff, default=WriteOff.NONE)
    write_off_minor = models.BigIntegerField(default=0)  # asked for, or approved last
    planned_after_minor = models.BigIntegerField(default=0)  # what had come back when the plan was agreed
    waived_minor = models.BigIntegerField(default=0)  # every approved write-off together
    write_off_reason = models.TextField(blank=True)
    write_off_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    write_off_decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="recovery_amount_positive"),
            models.CheckConstraint(
                condition=Q(write_off_decided_by__isnull=True)
                | ~Q(write_off_decided_by=models.F("write_off_requested_by")),
                name="recovery_write_off_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"recovery of {self.case}"


class RecoveryPosting(models.Model):
    """Money that came back; a mistake is reversed by a counter-posting, never edited."""

    class Method(models.TextChoices):
        CARD_REPAYMENT = "card_repayment"
        BANK_TRANSFER = "bank_transfer"
        PAYROLL = "payroll"
        OFFSET = "offset"
        FINAL_SETTLEMENT = "final_settlement"

    recovery = models.ForeignKey(Recovery, on_delete=models.PROTECT, related_name="postings")
    amount_minor = models.BigIntegerField()  # negative: counter-posting, or given back to the cardholder
    method = models.CharField(max_length=20, choices=Method)
    bank_reference = models.CharField(max_length=80)
    attempt = models.PositiveSmallIntegerField(default=1)  # a reversed line may be posted again, rightly
    received_on = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField()
    # What the bank or payroll told; of a counter-posting: that it took the money back.
    entry = models.ForeignKey(
        "cases.StatementEntry", null=True, on_delete=models.PROTECT, related_name="postings"
    )
    proof = models.ForeignKey(Evidence, null=True, on_delete=models.PROTECT, related_name="+")
    # A second person, or a bank or payroll file that carries the same line.
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            # The same bank line is posted once.
            models.UniqueConstraint(
                fields=["recovery", "method", "bank_reference", "attempt"],
                condition=Q(reverses__isnull=True),
                name="recoveryposting_once",
            ),
            models.CheckConstraint(condition=~Q(amount_minor=0), name="recoveryposting_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.method}"

    @property
    def is_given_back(self) -> bool:
        """Whether it is money that went back to the cardholder, and no correction of a posting."""
        return self.amount_minor < 0 and self.reverses_id is None


class Consent(models.Model):
    """The employee's signed consent to a payroll deduction; without it wages are paid in full."""

    recovery = models.ForeignKey(Recovery, on_delete=models.PROTECT, related_name="consents")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    monthly_minor = models.BigIntegerField()
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"consent for {self.recovery}"
