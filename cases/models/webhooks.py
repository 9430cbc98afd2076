"""Other systems that are told of events, and the messages to them that wait, left or were given up."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Webhook(models.Model):
    """An address that is told of some events once a second person agrees. Its secret is derived from `salt`, never stored."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        ACTIVE = "active"
        RETURNED = "returned"
        STOPPED = "stopped"

    name = models.CharField(max_length=60, unique=True)
    url = models.CharField(max_length=500)
    events = models.JSONField(default=list)
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    version = models.PositiveIntegerField(default=1)
    salt = models.CharField(max_length=32)
    earlier_salt = models.CharField(max_length=32, blank=True)  # signs as well until `earlier_until`
    earlier_until = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)  # why it was returned or stopped

    class Meta:
        ordering = ["id"]
        constraints = [
            # Four eyes: whoever proposed does not decide.
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("proposed_by")),
                name="webhook_four_eyes",
            )
        ]

    def __str__(self) -> str:
        return self.name


class WebhookMessage(models.Model):
    """One event for one address, written in the transaction of the change; sent later, at least once, with one id."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        DEAD = "dead"
        CANCELLED = "cancelled"  # the step was taken back in time, or the address is told no more

    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="messages")
    event_id = models.CharField(
        max_length=100
    )  # "case:C-2026-000123#7": the entry of the audit log behind it
    event = models.CharField(max_length=30)
    payload = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    status = models.PositiveIntegerField(null=True)  # of the last answer
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    next_attempt_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["webhook", "event_id"], name="webhookmessage_once")]
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="webhookmessage_due")]

    def __str__(self) -> str:
        return f"{self.webhook} {self.event_id}"
