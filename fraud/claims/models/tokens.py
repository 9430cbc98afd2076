"""Tokens of programs: a token itself is shown once and only its hash is kept."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class ServiceToken(models.Model):
    """What a program shows to be known, with narrower rights than its role and an end."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tokens")
    prefix = models.CharField(max_length=8)  # its first letters, by which people tell tokens apart
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the token
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user} {self.prefix}…"
