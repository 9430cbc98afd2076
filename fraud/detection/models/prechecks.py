"""How often somebody looked at a payment before filing it: a number an hour, nothing of the payment."""

from __future__ import annotations

from django.db import models


class PrecheckUse(models.Model):
    """Checks of one person or program in one hour; rows of earlier days are deleted by the next check."""

    who = models.CharField(max_length=150)
    hour = models.DateTimeField()
    n = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["who", "hour"], name="precheckuse_hour")]

    def __str__(self) -> str:
        return f"{self.who} {self.hour:%Y-%m-%d %H}: {self.n}"
