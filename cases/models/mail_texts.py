"""What a company made of the text of a mail: proposed by one person, in force once another agreed, kept for ever."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy


class MailText(models.Model):
    """One version of one mail's text in one language. Without an active one the shipped text counts (`is_shipped` goes back to it)."""

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("mail text", "Proposed")
        ACTIVE = "active", pgettext_lazy("mail text", "In force")
        RETURNED = "returned", pgettext_lazy("mail text", "Returned")
        RETIRED = "retired", pgettext_lazy("mail text", "Replaced")

    mail = models.CharField(max_length=40)  # a name of cases.services.mail_defaults
    language = models.CharField(max_length=2)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    is_shipped = models.BooleanField(default=False)  # the text as shipped, whatever later releases make of it
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    reason = models.CharField(max_length=300)
    proposed_over = models.PositiveIntegerField(
        default=0
    )  # the version that counted then, 0 for the shipped text
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)  # why it was returned

    class Meta:
        ordering = ["mail", "language", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["mail", "language", "number"], name="mailtext_number"),
            # One text counts, and one waits, at a time.
            models.UniqueConstraint(
                fields=["mail", "language", "state"],
                condition=Q(state__in=["active", "proposed"]),
                name="mailtext_one_active",
            ),
            # Four eyes: whoever proposed does not decide.
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("proposed_by")),
                name="mailtext_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mail} {self.language} {self.number}"
