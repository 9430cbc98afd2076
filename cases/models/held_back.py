"""Claims over the threshold that got no seat: they compete again on the next nights."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from fraud.claims.models import Claim
from fraud.detection.models import ScreeningRun


class HeldBack(models.Model):
    """A claim that waits for a seat, and how its waiting ended. The claim's newest score says what it competes with."""

    class Why(models.TextChoices):
        CAPACITY = "capacity"
        RULE_BUDGET = "rule_budget"
        PERSON_BUDGET = "person_budget"
        UNPROVEN = "unproven"  # only a rule of which nothing was confirmed yet asks for it: everything else goes first
        DETACHED = "detached"  # a reviewer took it out of a case

    class How(models.TextChoices):
        OPENED = "opened"
        JOINED = "joined"
        EXPIRED = "expired"
        OUTDATED = "outdated"  # the claim changed, was taken back or is no longer over the threshold

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="held_back")
    run = models.ForeignKey(ScreeningRun, on_delete=models.PROTECT, related_name="held_back")  # held first
    last_run = models.ForeignKey(
        ScreeningRun, on_delete=models.PROTECT, related_name="+"
    )  # held or let go last
    why = models.CharField(max_length=16, choices=Why)  # on the last night
    pattern = models.CharField(max_length=40)
    expected_loss_minor = models.BigIntegerField()  # when it was held first, in the claim's currency
    since = models.DateTimeField()
    nights_waited = models.PositiveIntegerField(default=0)  # nights it competed for a seat since
    resolved_at = models.DateTimeField(null=True)
    how = models.CharField(max_length=10, blank=True, choices=How)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["claim"], condition=Q(resolved_at=None), name="heldback_once_waiting"
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None, how="") | Q(resolved_at__isnull=False) & ~Q(how=""),
                name="heldback_end_has_reason",
            ),
        ]
        indexes = [
            # The list of those waiting, the largest first.
            models.Index(
                fields=["-expected_loss_minor", "-id"], condition=Q(resolved_at=None), name="heldback_waiting"
            ),
            models.Index(fields=["how", "-resolved_at", "-id"], name="heldback_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.claim} held back"
