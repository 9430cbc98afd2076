"""Claim files, import profiles and the claim record."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q

from fraud.claims.models.people import Cardholder, Department, Merchant
from rules.money import to_decimal


class ImportProfile(models.Model):
    """How a company's files map onto the claim record: columns, formats, encodings, signs (JSON, edited by an admin)."""

    name = models.CharField(max_length=60, unique=True)
    label_en = models.CharField(max_length=120)
    label_ko = models.CharField(max_length=120)
    spec = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    is_preset = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ClaimFile(models.Model):
    """One delivered file. rows = accepted + duplicate + superseding + rejected; amounts reconcile per currency."""

    class State(models.TextChoices):
        RECEIVED = "received"
        IMPORTING = "importing"
        IMPORTED = "imported"
        REJECTED = "rejected"  # read to its end, and not one row could be taken
        QUARANTINED = "quarantined"
        FAILED = "failed"
        CANCELLED = "cancelled"  # stopped by a person; what was stored until then stays

    reference = models.CharField(max_length=20, unique=True)  # "F-2026-000123"
    name = models.CharField(max_length=200)
    profile = models.ForeignKey(ImportProfile, null=True, on_delete=models.PROTECT, related_name="files")
    profile_version = models.PositiveIntegerField(default=1)
    sha256 = models.CharField(max_length=64)
    taken_as = models.PositiveIntegerField(
        default=1
    )  # of the same content: the how-manieth time it was meant as news
    size_bytes = models.BigIntegerField(default=0)
    encoding = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)
    is_history = models.BooleanField(default=False)  # context only: its claims are not screened
    n_rows = models.IntegerField(default=0)
    n_accepted = models.IntegerField(default=0)
    n_duplicate = models.IntegerField(default=0)
    n_superseding = models.IntegerField(default=0)
    n_rejected = models.IntegerField(default=0)
    rows_done = models.IntegerField(default=0)  # progress
    totals = models.JSONField(
        default=dict
    )  # currency → {read, accepted, duplicate, superseding, rejected} in minor units
    notes = models.JSONField(default=list)  # what was normalised, ignored columns, missing fields …
    error = models.JSONField(null=True)  # {code, params} of a quarantined or failed file
    business_date = models.DateField(null=True)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=150)
    finished_at = models.DateTimeField(null=True)
    cancel_wanted_by = models.CharField(max_length=150, blank=True)  # who asked that it stops

    class Meta:
        ordering = ["-id"]
        constraints = [
            # The same content for the same version of a profile is one file, also when two people send it at once.
            models.UniqueConstraint(
                fields=["sha256", "profile", "profile_version", "taken_as"], name="claimfile_content"
            )
        ]

    def __str__(self) -> str:
        return self.reference


class ClaimFileReject(models.Model):
    """A row that was not taken, with what would be right."""

    file = models.ForeignKey(ClaimFile, on_delete=models.CASCADE, related_name="rejects")
    line = models.IntegerField()  # physical line, first line = 1
    column = models.CharField(max_length=80, blank=True)
    code = models.CharField(max_length=40)
    params = models.JSONField(default=dict)  # for the sentence
    original = models.TextField(blank=True)  # the row as delivered, card numbers struck out

    class Meta:
        ordering = ["line", "id"]
        constraints = [
            models.UniqueConstraint(fields=["file", "line", "column", "code"], name="claimfilereject_place")
        ]

    def __str__(self) -> str:
        return f"{self.file} line {self.line}: {self.code}"


class ClaimFacts(models.Model):
    """What a delivery says of a claim. The claim carries what is said now, its earlier versions what was said before."""

    class TxnType(models.TextChoices):
        PURCHASE = "purchase"
        CANCEL = "cancel"
        PARTIAL_CANCEL = "partial_cancel"
        REFUND = "refund"
        CASH_ADVANCE = "cash_advance"
        CHARGEBACK = "chargeback"
        DECLINE = "decline"

    version = models.PositiveIntegerField(default=1)
    row_hash = models.CharField(max_length=64)
    file = models.ForeignKey(
        ClaimFile, null=True, on_delete=models.PROTECT, related_name="%(class)ss", db_index=False
    )
    line = models.IntegerField(default=0)
    received_at = models.DateTimeField()  # when this version became known
    is_history = models.BooleanField(default=False)  # context only: never screened
    claim_no = models.CharField(max_length=80, blank=True)
    source_version = models.IntegerField(null=True)  # the delivering system's own count of versions
    # People and places (db_index=False: the composite indexes below serve these)
    cardholder = models.ForeignKey(
        Cardholder, on_delete=models.PROTECT, related_name="%(class)ss", db_index=False
    )
    department = models.ForeignKey(
        Department, null=True, on_delete=models.PROTECT, related_name="+"
    )  # as of the transaction
    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="%(class)ss", db_index=False
    )
    merchant_name = models.CharField(max_length=200)  # as delivered
    approver_no = models.CharField(max_length=60, blank=True)
    # Card and authorisation
    card_token = models.CharField(max_length=64, blank=True)  # HMAC; the number itself is never stored
    card_last4 = models.CharField(max_length=4, blank=True)
    card_kind = models.CharField(max_length=20, blank=True)
    card_status = models.CharField(max_length=20, blank=True)
    card_limit_minor = models.BigIntegerField(null=True)
    authorization_code = models.CharField(max_length=40, blank=True)
    txn_type = models.CharField(max_length=20, choices=TxnType, default=TxnType.PURCHASE)
    entry_mode = models.CharField(max_length=20, blank=True)
    installments = models.IntegerField(null=True)
    country = models.CharField(max_length=2, blank=True)
    # Times
    transacted_at = models.DateTimeField()
    has_time = models.BooleanField(default=True)  # False: only the date is known
    settled_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    claim_approved_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    # Amounts in minor units of `currency`
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    original_minor = models.BigIntegerField(null=True)
    original_currency = models.CharField(max_length=3, blank=True)
    cancel_minor = models.BigIntegerField(null=True)
    vat_minor = models.BigIntegerField(null=True)
    vat_claimed_minor = models.BigIntegerField(null=True)
    service_minor = models.BigIntegerField(null=True)
    # Claim
    purpose_code = models.CharField(max_length=40, blank=True)
    purpose_text = models.CharField(max_length=500, blank=True)
    account_code = models.CharField(max_length=60, blank=True)
    project_code = models.CharField(max_length=60, blank=True)
    pre_approval_id = models.CharField(max_length=40, blank=True)
    pre_approved_minor = models.BigIntegerField(null=True)
    trip_no = models.CharField(max_length=40, blank=True)
    evidence_type = models.CharField(max_length=20, blank=True)
    receipt_id = models.CharField(max_length=80, blank=True)
    n_attendees = models.IntegerField(null=True)
    attendees = models.JSONField(null=True)  # [{"name", "org", "org_type", "employee_no"?}]
    is_recurring = models.BooleanField(null=True)
    self_declared_personal = models.BooleanField(null=True)
    extra = models.JSONField(null=True)  # delivered columns without a field of their own

    class Meta:
        abstract = True

    @property
    def amount(self) -> Decimal:
        """The amount in major units of `currency`."""
        return to_decimal(self.amount_minor, self.currency)


class Claim(ClaimFacts):
    """An expense claim for one card transaction: one row for ever, holding what is said of it now.

    A changed delivery puts the earlier facts aside as a ClaimVersion and rewrites the row, so whatever points to a claim
    points to the claim. What was judged is kept as a version number beside the pointer.
    """

    source_system = models.CharField(max_length=40, default="default")
    external_id = models.CharField(max_length=140)  # as delivered, or with what tells its money back from it
    first_received_at = models.DateTimeField()  # when the claim as such became known
    # Money that comes back: the purchase it belongs to, and how much of it, in the purchase's currency.
    original_claim = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="cancellations"
    )
    credit_minor = models.BigIntegerField(null=True)
    excess_minor = models.BigIntegerField(
        null=True
    )  # of money back: beyond what its purchase took, in its currency
    linked_at = models.DateTimeField(null=True)  # when that became known

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_system", "external_id"], name="claim_identity")
        ]
        indexes = [
            # The night: what has not been screened yet; history windows.
            models.Index(fields=["transacted_at", "id"], name="claim_transacted"),
            models.Index(fields=["cardholder", "-transacted_at"], name="claim_cardholder"),
            models.Index(fields=["merchant", "-transacted_at"], name="claim_merchant"),
            models.Index(fields=["file"], name="claim_file"),
            # What became known lately: the claims whose windows it enters are judged again.
            models.Index(fields=["received_at"], name="claim_received"),
        ]

    def __str__(self) -> str:
        return self.external_id

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A claim is first heard of when its first version is received, and a link stored with it is known since then."""
        if self.first_received_at is None:
            self.first_received_at = self.received_at
        if self.original_claim_id is not None and self.linked_at is None:
            self.linked_at = self.received_at
        super().save(*args, **kwargs)


class ClaimVersion(ClaimFacts):
    """What was said of a claim from `received_at` until `superseded_at`. Never changed."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="earlier_versions")
    superseded_at = models.DateTimeField()

    class Meta:
        ordering = ["claim", "version"]
        constraints = [
            # Two deliveries at once: the second to put a version aside has to look again.
            models.UniqueConstraint(fields=["claim", "version"], name="claimversion_number")
        ]
        indexes = [
            # What was known at a moment in the past.
            models.Index(fields=["superseded_at"], name="claimversion_superseded")
        ]

    def __str__(self) -> str:
        return f"{self.claim} v{self.version}"


class ClaimChange(models.Model):
    """Something about a known claim changed; a row waits until the app above has let its cases follow."""

    class Kind(models.TextChoices):
        CORRECTED = "corrected"  # another version was delivered
        MONEY = "money"  # what of it came back is another amount than before

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind)
    from_version = models.PositiveIntegerField()
    to_version = models.PositiveIntegerField()
    file = models.ForeignKey(ClaimFile, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    back_minor = models.BigIntegerField(
        default=0
    )  # how much more of it came back by this change; below 0: less
    followed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            # The queue: only what still waits.
            models.Index(fields=["id"], condition=Q(followed_at__isnull=True), name="claimchange_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.claim} {self.kind}"


class ClaimAlias(models.Model):
    """An id of its system that a claim goes by beside its first; `is_over` where a later id superseded it."""

    source_system = models.CharField(max_length=40)
    external_id = models.CharField(max_length=140)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="aliases")
    is_over = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_system", "external_id"], name="claimalias_identity")
        ]

    def __str__(self) -> str:
        return f"{self.source_system}: {self.external_id}"


class ClaimSource(models.Model):
    """Another feed that tells of a claim known already: one payment, two sources. The first one is on the claim itself."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="sources")
    source_system = models.CharField(max_length=40)
    external_id = models.CharField(max_length=140)
    row_hash = models.CharField(max_length=64)  # what this source said last
    file = models.ForeignKey(ClaimFile, null=True, on_delete=models.PROTECT, related_name="+")
    line = models.IntegerField(default=0)
    received_at = models.DateTimeField()
    fields = models.TextField(blank=True)  # columns of the claim whose values are this source's, by spaces

    class Meta:
        ordering = ["received_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["source_system", "external_id"], name="claimsource_identity"),
            # Two claims of one payment in one source are two claims, never one.
            models.UniqueConstraint(fields=["claim", "source_system"], name="claimsource_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source_system}: {self.external_id}"
