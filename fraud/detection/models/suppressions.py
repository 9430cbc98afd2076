"""A rule that is told to leave one person or merchant alone for a while."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from audit.proposals import Proposal
from fraud.claims.models.claims import Cardholder, Merchant
from rules.models import Rule


class RuleSuppression(Proposal):
    """Hits of one rule on one person or at one merchant lift no score and open no case up to a day; they are stored and counted.

    Proposed with a reason by one person, in force once another confirmed it, ended early by either.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("suppression", "Proposed")
        ACTIVE = "active", pgettext_lazy("suppression", "In force")
        RETURNED = "returned", pgettext_lazy("suppression", "Returned")
        ENDED = "ended", pgettext_lazy("suppression", "Ended early")

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="suppressions")
    cardholder = models.ForeignKey(
        Cardholder, null=True, on_delete=models.PROTECT, related_name="suppressions"
    )
    merchant = models.ForeignKey(Merchant, null=True, on_delete=models.PROTECT, related_name="suppressions")
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    reason = models.CharField(max_length=500)
    until = models.DateField()  # the last day it holds
    version = models.PositiveIntegerField(default=1)
    answer = models.CharField(max_length=500, blank=True)  # why it was returned or ended
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(
                condition=Q(cardholder__isnull=True) ^ Q(merchant__isnull=True),
                name="rulesuppression_one_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule.code}: {self.cardholder or self.merchant}"
