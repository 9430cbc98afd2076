"""Files on their way in, in parts: what was said of them beforehand and how many bytes are there."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models

from fraud.claims.models.claims import ClaimFile, ImportProfile


def new_upload_reference() -> str:
    """A public id that cannot be guessed: "U-" and 128 random bits."""
    return f"U-{secrets.token_hex(16)}"


class UploadInParts(models.Model):
    """A file that is sent in parts, so that a connection cut off costs one part; its sender's alone until it is whole.

    The bytes lie in the folder of incoming files. `n_bytes` of them count; what a process that died had written beyond is
    written over.
    """

    reference = models.CharField(max_length=34, unique=True, default=new_upload_reference)
    name = models.CharField(max_length=200)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)  # as announced; "" where the sender does not know it
    mark = models.CharField(max_length=64, blank=True)  # what tells it from others of its name and size
    profile = models.ForeignKey(ImportProfile, on_delete=models.PROTECT, related_name="+")
    is_history = models.BooleanField(default=False)
    again = models.BooleanField(default=False)
    n_bytes = models.BigIntegerField(default=0)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    file = models.ForeignKey(
        ClaimFile, null=True, on_delete=models.PROTECT, related_name="+"
    )  # once it is whole

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(n_bytes__gte=0, n_bytes__lte=models.F("size_bytes")),
                name="uploadinparts_within",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.n_bytes} of {self.size_bytes}"
