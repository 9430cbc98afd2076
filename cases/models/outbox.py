"""Side effects waiting to leave, and answers already given to repeated requests."""

from __future__ import annotations

from django.db import models

from cases.models.cases import Case


class OutboxMessage(models.Model):
    """A mail written in the transaction of the change that causes it; sent later, at least once, with one key."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        DEAD = "dead"
        CANCELLED = "cancelled"  # the step that wrote it was taken back in time

    key = models.CharField(max_length=120, unique=True)  # "explanation.requested:Q-2026-000123-1": once, ever
    case = models.ForeignKey(
        Case, null=True, on_delete=models.PROTECT, related_name="mails"
    )  # what it is about
    recipient = models.EmailField(
        blank=True
    )  # "" for a cardholder of whom none is known: dead from the start
    subject = models.CharField(max_length=200)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    next_attempt_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)  # text and address are gone after their period
    sent_at = models.DateTimeField(null=True)  # also: when somebody said they told it another way

    class Meta:
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="outboxmessage_due")]

    def __str__(self) -> str:
        return self.key


class IdempotencyRecord(models.Model):
    """The answer to a request with an Idempotency-Key: the same key gets the same answer."""

    key = models.CharField(max_length=80)
    actor = models.CharField(max_length=150)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveIntegerField()
    answer = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="idempotencyrecord_key")]

    def __str__(self) -> str:
        return self.key
