"""Statements of banks and payrolls: the files taken in, and their entries until each has found its recovery."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.models.recovery import RecoveryPosting


class StatementProfile(models.Model):
    """How a company's own table is read: `spec` is what `cases.statements.read_table_spec` takes."""

    name = models.CharField(max_length=60, unique=True)
    spec = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class StatementFile(models.Model):
    """One file as it was taken in; the bytes are not kept."""

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)  # cases.statements.entries.KINDS
    account_end = models.CharField(max_length=4, blank=True)
    sha256 = models.CharField(max_length=64)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class StatementEntry(models.Model):
    """What came in, or was taken back, by the bank's or payroll's own word. How much of it is placed is derived from the postings.

    Of the accounts only the last four letters are kept. `told_by` are the kinds of files that told it: another format's entry of the same day
    and amount that these do not know is perhaps the same under another id (`twin`), certainly so where `is_twin_certain`.
    """

    file = models.ForeignKey(StatementFile, on_delete=models.PROTECT, related_name="entries")
    reference = models.CharField(max_length=80)
    account_end = models.CharField(max_length=4, blank=True)
    booked_on = models.DateField()
    amount_minor = models.BigIntegerField()  # below 0: taken back
    currency = models.CharField(max_length=3)
    is_reversal = models.BooleanField(default=False)
    method = models.CharField(max_length=20, choices=RecoveryPosting.Method)
    text = models.CharField(max_length=500, blank=True)
    payer = models.CharField(max_length=120, blank=True)
    payer_end = models.CharField(max_length=4, blank=True)
    batch = models.CharField(max_length=80, blank=True)
    employee_no = models.CharField(max_length=60, blank=True)
    case_named = models.CharField(max_length=20, blank=True)  # the one case number its words name
    told_by = models.JSONField(default=list)
    twin = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="twins")
    is_twin_certain = models.BooleanField(default=False)
    set_aside_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    set_aside_at = models.DateTimeField(null=True)
    set_aside_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            # The same entry told again is the same row, in whatever file and period.
            models.UniqueConstraint(
                fields=["reference", "booked_on", "amount_minor", "currency", "account_end"],
                name="statemententry_once",
            ),
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="statemententry_not_zero"),
        ]
        indexes = [
            models.Index(fields=["booked_on", "amount_minor"], name="statemententry_likeness"),
            models.Index(fields=["batch"], name="statemententry_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.amount_minor} {self.currency}"
