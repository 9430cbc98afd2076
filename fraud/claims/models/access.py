"""Which roles a login holds from when until when, and what somebody proposed to change about that."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from audit import clock
from audit.actor import Role

ROLES = [(role.value, role.value) for role in Role]


class GrantQuerySet(models.QuerySet["RoleGrant"]):
    def standing(self, today: date | None = None) -> GrantQuerySet:
        """Grants that nobody ended and whose last day is not over: those of today and of days to come."""
        today = today or clock.today()
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=today), ended_at=None)

    def in_force(self, today: date | None = None) -> GrantQuerySet:
        """Grants that give their role now."""
        today = today or clock.today()
        return self.standing(today).filter(Q(starts_on=None) | Q(starts_on__lte=today))

    def overlapping(self, starts_on: date | None, ends_on: date | None) -> GrantQuerySet:
        """Standing grants that hold on some day of a stretch; None leaves its side open."""
        found = self.standing()
        if starts_on:
            found = found.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on))
        return found.filter(Q(starts_on=None) | Q(starts_on__lte=ends_on)) if ends_on else found


class RoleGrant(models.Model):
    """A role of a login, from its first to its last day (both included, on the company's calendar), or until it is taken."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20, choices=ROLES)
    starts_on = models.DateField(null=True)  # None: from the beginning
    ends_on = models.DateField(null=True)  # None: without an end
    ended_at = models.DateTimeField(null=True)  # taken before its last day
    created_at = models.DateTimeField(auto_now_add=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="rolegrant_days_in_order",
            )
        ]
        indexes = [models.Index(fields=["role", "user"], name="rolegrant_role")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class AccessChange(models.Model):
    """A change of what a login may do or see: one person proposes it, another confirms or returns it."""

    class Kind(models.TextChoices):
        GIVE_ROLE = "give_role"
        TAKE_ROLE = "take_role"
        UNITS = "units"
        RETURN = "return"  # a login that was ended works again

    class State(models.TextChoices):
        PROPOSED = "proposed"
        CONFIRMED = "confirmed"
        RETURNED = "returned"
        WITHDRAWN = "withdrawn"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="access_changes"
    )
    kind = models.CharField(max_length=12, choices=Kind)
    role = models.CharField(max_length=20, choices=ROLES, blank=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    grant = models.ForeignKey(RoleGrant, null=True, on_delete=models.PROTECT, related_name="+")
    units = models.JSONField(default=list)  # codes of departments
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(  # None: the company's directory
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "proposed_at"], name="accesschange_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} {self.role} {self.user_id}"


class AccessReview(models.Model):
    """What somebody found when they looked at a login's access in a month: it stays, or it ends."""

    class Result(models.TextChoices):
        KEPT = "kept"
        ENDED = "ended"

    month = models.CharField(max_length=7)  # 2026-11
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews")
    result = models.CharField(max_length=6, choices=Result)
    roles = models.CharField(max_length=200, blank=True)  # what was looked at
    reason = models.TextField(blank=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "user"], name="accessreview_once_a_month")]

    def __str__(self) -> str:
        return f"{self.month} {self.user_id} {self.result}"
