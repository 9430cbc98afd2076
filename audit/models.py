"""Append-only records: what was done (hash-chained) and who looked at personal data."""

from __future__ import annotations

from typing import NoReturn

from django.db import models

from audit.people_rows import indexed_key


class AppendOnly(Exception):
    """An audit record cannot be changed or deleted."""


class AppendOnlyQuerySet(models.QuerySet[models.Model]):
    def update(self, **kwargs: object) -> NoReturn:
        raise AppendOnly("audit records cannot be changed")

    def delete(self) -> NoReturn:
        raise AppendOnly("audit records cannot be deleted")


class AuditEvent(models.Model):
    """One change: who, in which role, when, what, why, before and after.

    Entries of one subject form a chain: each carries the hash of the one before it. Database triggers refuse UPDATE
    and DELETE (migration 0002).
    """

    subject = models.CharField(max_length=80)  # "case:C-2026-000123", "config", …
    seq = models.PositiveIntegerField()
    action = models.CharField(max_length=60)
    actor = models.CharField(max_length=150)
    actor_role = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    request_id = models.CharField(max_length=40, blank=True)
    at = models.CharField(max_length=32)  # ISO text: part of the hash, so no database may round it
    recorded_at = models.DateTimeField(auto_now_add=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "seq"], name="auditevent_subject_seq")]
        indexes = [
            # The audit page: newest first, by actor or by action.
            models.Index(fields=["actor", "-id"], name="auditevent_actor"),
            models.Index(fields=["action", "-id"], name="auditevent_action"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} #{self.seq} {self.action}"

    def save(self, *args: object, **kwargs: object) -> None:
        if self.pk is not None:
            raise AppendOnly("audit records cannot be changed")
        super().save(*args, **kwargs)

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        raise AppendOnly("audit records cannot be deleted")


class AuditHead(models.Model):
    """Length and last hash of each chain: the row that serialises appends, and shows a cut tail."""

    subject = models.CharField(max_length=80, primary_key=True)
    seq = models.PositiveIntegerField(default=0)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.subject}: {self.seq}"


class AccessRecord(models.Model):
    """A member of staff looked at somebody's personal data."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.CharField(max_length=150)
    actor_role = models.CharField(max_length=200)
    subject = models.CharField(max_length=80)
    employee_no = models.CharField(max_length=40, blank=True)  # whose data
    what = models.CharField(max_length=60)
    reason = models.TextField(blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    address = models.GenericIPAddressField(null=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        # "Who saw my data", newest first.
        indexes = [
            models.Index(indexed_key("employee_no"), models.F("id").desc(), name="accessrecord_employee")
        ]

    def __str__(self) -> str:
        return f"{self.actor} saw {self.what} of {self.subject}"
