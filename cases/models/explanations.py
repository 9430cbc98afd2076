"""Explanation requests (소명 요청), answers (소명) and their evidence (증빙)."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models.cases import Case
from cases.models.decisions import Appeal, Decision
from fraud.claims.receipts import heic

AWAITING_SCAN, INFECTED = "awaiting_scan", "infected"  # flags of a file that may not be opened


class ExplanationRequest(models.Model):
    """A question to the cardholder with a due date; text as sent, free of scores, rule names and thresholds."""

    class State(models.TextChoices):
        SENT = "sent"
        ANSWERED = "answered"
        LAPSED = "lapsed"
        WITHDRAWN = "withdrawn"

    reference = models.CharField(max_length=24, unique=True)  # "Q-2026-000123-1"
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="requests")
    round_no = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.SENT)
    text = models.TextField()
    questions = models.JSONField(default=list)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    due_on = models.DateField()
    is_extended = models.BooleanField(default=False)
    extension_asked_at = models.DateTimeField(null=True)
    extension_reason = models.CharField(max_length=300, blank=True)
    reminders_sent = models.JSONField(default=list)  # ["D-3", "D-1", "D", "manager"]: each at most once
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["case", "round_no"]
        constraints = [
            models.UniqueConstraint(fields=["case", "round_no"], name="explanationrequest_round"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="sent"), name="explanationrequest_one_open"
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="explanationrequest_clock")]  # the sweep

    def __str__(self) -> str:
        return self.reference


class Draft(models.Model):
    """What somebody has filled in so far: everything the form has, theirs alone, on any device, until it is sent."""

    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(blank=True)
    number = models.PositiveIntegerField(default=0)  # grows with each save: what a page was showing
    page = models.CharField(max_length=40, blank=True)  # the page that saved last, which may go on from there
    saved_at = models.DateTimeField()

    class Meta:
        abstract = True


class ExplanationDraft(Draft):
    """Of an answer to a request."""

    request = models.ForeignKey(ExplanationRequest, on_delete=models.CASCADE, related_name="drafts")
    answers = models.JSONField(default=dict)  # question id → text
    admits = models.BooleanField(default=False)
    offered = models.CharField(max_length=40, blank=True)  # as typed: it may still be half a number

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "written_by"], name="explanationdraft_one_each")
        ]

    def __str__(self) -> str:
        return f"{self.request} draft"


class AppealDraft(Draft):
    """Of an appeal against a decision."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="drafts")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "written_by"], name="appealdraft_one_each")
        ]

    def __str__(self) -> str:
        return f"{self.decision} draft of an appeal"


class Explanation(models.Model):
    """An answer in the cardholder's own words; a later answer is a further row."""

    request = models.ForeignKey(ExplanationRequest, on_delete=models.PROTECT, related_name="explanations")
    text = models.TextField()
    answers = models.JSONField(default=dict)
    admits = models.BooleanField(default=False)
    offered_minor = models.BigIntegerField(null=True)
    is_late = models.BooleanField(default=False)
    on_behalf = models.BooleanField(default=False)  # answered by the manager
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)  # the words are gone after their period

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.request} answer"


def new_evidence_reference() -> str:
    """A public id that cannot be guessed: "E-" and 128 random bits."""
    return f"E-{secrets.token_hex(16)}"


class Evidence(models.Model):
    """A file of an explanation or an appeal (of neither while it waits to be sent): checked by content, hashed, stored under a random key, served as an attachment."""

    reference = models.CharField(max_length=34, unique=True, default=new_evidence_reference)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence")
    request = models.ForeignKey(
        ExplanationRequest, null=True, on_delete=models.PROTECT, related_name="evidence"
    )
    explanation = models.ForeignKey(Explanation, null=True, on_delete=models.PROTECT, related_name="evidence")
    appeal = models.ForeignKey(Appeal, null=True, on_delete=models.PROTECT, related_name="evidence")
    key = models.CharField(max_length=64, unique=True)  # storage name, random
    #: Cleaned, with the ending of its content; shown, never used as a path.
    name = models.CharField(max_length=150)
    #: As it was handed in, where its ending said something else than its content; else empty.
    delivered_name = models.CharField(max_length=150, blank=True)
    content_type = models.CharField(max_length=60)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    n_pages = models.PositiveIntegerField(default=0)  # of the file; 0 where nobody could tell
    n_previews = models.PositiveIntegerField(default=0)  # pages rendered as clean pictures, from the first
    flags = models.JSONField(default=list)  # "seen_before", "has_script" …
    #: Of the file before its metadata were taken out: `sha256`, and what fraud.claims.receipts.traces found.
    traces = models.JSONField(null=True)
    #: When what it says as a receipt was read, or that it says nothing.
    receipt_read_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)  # the bytes are gone after their period; the hash stays
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_sent(self) -> bool:
        """Whether it went with an answer or an appeal; until then it is its author's alone."""
        return self.explanation_id is not None or self.appeal_id is not None

    @property
    def is_undrawn(self) -> bool:
        """Whether it is a picture nobody could draw when it came and somebody can now; one that was tried and cannot be has a page and no preview."""
        waits = self.content_type == "image/heic" and self.n_pages == 0 and self.erased_at is None
        return waits and heic.has_decoder()

    @property
    def has_preview(self) -> bool:
        """Whether there is a picture of at least the first page, or one can be drawn when it is asked for."""
        return (self.n_previews > 0 or self.is_undrawn) and self.erased_at is None

    @property
    def preview_pages(self) -> range:
        """The numbers of the pages that can be looked at."""
        return range(1, (1 if self.is_undrawn else self.n_previews) + 1)

    @property
    def is_held_back(self) -> bool:
        """Not to be opened: the scanner has not seen it, or found something."""
        return bool({AWAITING_SCAN, INFECTED} & set(self.flags))
