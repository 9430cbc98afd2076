"""What is kept of the links between money that came back and its purchase."""

from __future__ import annotations

from django.db import models

from fraud.claims.models.claims import Claim


class EarlierLink(models.Model):
    """A link that held from `linked_at` until `superseded_at`; the one that holds now is on the claim itself. Never changed."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="earlier_links")
    purchase = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="+")
    credit_minor = models.BigIntegerField(null=True)  # of the purchase's currency
    linked_at = models.DateTimeField()
    superseded_at = models.DateTimeField()

    class Meta:
        ordering = ["claim", "linked_at", "id"]

    def __str__(self) -> str:
        return f"{self.claim} → {self.purchase}"


class MoneyBackChoice(models.Model):
    """What a person decided about money back that found no purchase by itself, or the wrong one."""

    class Kind(models.TextChoices):
        LINKED = "linked"  # it belongs to `purchase`
        DISMISSED = "dismissed"  # it belongs to none that is known; off the list
        REST = "rest"  # it belongs to `purchase`, and what is beyond it to none that is known; off the list
        APART = "apart"  # unlinked: back on the list, never linked by itself again

    claim = models.OneToOneField(Claim, on_delete=models.PROTECT, related_name="money_back_choice")
    kind = models.CharField(max_length=10, choices=Kind)
    purchase = models.ForeignKey(Claim, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    decided_by = models.CharField(max_length=150)
    decided_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.claim} {self.kind}"
