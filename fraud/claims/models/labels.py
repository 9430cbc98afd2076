"""Labels: what became known of a claim, by whom and when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from fraud.claims.models.claims import Claim


class Label(models.Model):
    """Training truth about one claim. A changed mind adds a row; of what was known by a moment the latest decision counts."""

    class Source(models.TextChoices):
        REVIEW = "review"
        APPEAL = "appeal"
        CONTROL_SAMPLE = "control_sample"
        TIP = "tip"
        AUDIT = "audit"  # a finding of internal audit
        OTHER_SYSTEM = "other_system"  # judged in a system before or beside this one
        EARLIER_APPEAL = "earlier_appeal"  # an appeal that was decided elsewhere
        IMPORT = "import"
        SIMULATED_HISTORY = "simulated_history"

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="labels")
    claim_version = models.PositiveIntegerField(default=1)  # what was judged
    is_misuse = models.BooleanField(null=True)  # None: an earlier label is withdrawn and nothing is known
    source = models.CharField(max_length=20, choices=Source)
    scheme = models.CharField(max_length=40, blank=True)
    disposition = models.CharField(max_length=40, blank=True)
    selection_probability = models.FloatField(default=1.0)  # with which the claim came to be looked at
    known_at = models.DateTimeField()  # admits it: what a cut-off may know
    decided_at = models.DateTimeField(null=True)  # orders it, where it was decided before it became known
    labelled_by = models.CharField(max_length=150)
    reference = models.CharField(max_length=80, blank=True)  # case or file the label comes from
    supersedes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # The same outcome delivered twice is one label.
            models.UniqueConstraint(
                fields=["claim", "source", "reference", "known_at"], name="label_identity"
            ),
            models.CheckConstraint(
                condition=Q(selection_probability__gt=0) & Q(selection_probability__lte=1),
                name="label_selection_range",
            ),
        ]
        indexes = [
            models.Index(fields=["known_at", "claim"], name="label_known")
        ]  # everything known by a cut-off

    def __str__(self) -> str:
        return f"{self.claim}: {self.is_misuse} ({self.source})"
