"""When each bell of the schedule rang last: whoever watches from outside sees that time still passes."""

from __future__ import annotations

from django.db import models


class LastRing(models.Model):
    """One row a bell."""

    class Bell(models.TextChoices):
        SWEEP = "sweep"
        NIGHT = "night"

    bell = models.CharField(max_length=10, choices=Bell, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.bell} {self.at}"
