"""Who works how much of what, and what each person of staff was told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models.cases import Case


class WorkProfile(models.Model):
    """What a reviewer knows best, and how many open cases are enough for them; without one: everything, without a limit."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="work_profile"
    )
    most_open = models.PositiveSmallIntegerField(null=True)  # cases at a time; None: no limit
    patterns = models.JSONField(default=list)  # codes of rules they know best
    departments = models.JSONField(default=list)  # codes of departments they know best
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"work of {self.user_id}"


class Notice(models.Model):
    """One thing somebody of staff was told, once; its words are made when it is read, in the reader's language."""

    class Mail(models.TextChoices):
        NONE = "none"  # they want it on the page only
        SENT = "sent"  # by itself, at once
        DAILY = "daily"  # waits for the day's letter
        GATHERED = "gathered"  # went with a day's letter

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=120)  # "late:C-2026-000012:2026-11-20:1": once a person, ever
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notices")
    facts = models.JSONField(default=dict)  # what its sentence names: days, names of logins
    mail = models.CharField(max_length=8, choices=Mail)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="notice_of_person"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["user"], condition=Q(mail="daily"), name="notice_daily"),
            models.Index(fields=["key"], name="notice_key"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class NoticeChoice(models.Model):
    """How somebody wants a kind of notice by mail, where it is not as set for everybody."""

    class How(models.TextChoices):
        AT_ONCE = "at_once"
        DAILY = "daily"
        NEVER = "never"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notice_choices"
    )
    kind = models.CharField(max_length=12)
    how = models.CharField(max_length=8, choices=How)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="noticechoice_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.how}"
