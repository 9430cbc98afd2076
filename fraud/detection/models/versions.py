"""Trained hybrids and where each stands."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class ModelVersion(models.Model):
    """A trained hybrid: its files, its card, and where it stands."""

    class Stage(models.TextChoices):
        CHALLENGER = "challenger"
        PROPOSED = "proposed"
        CHAMPION = "champion"
        ARCHIVED = "archived"

    reference = models.CharField(max_length=20, unique=True)  # "M-2026-0007"
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.CHALLENGER)
    folder = models.CharField(max_length=100)  # below MODELS_DIR
    sha256 = models.CharField(max_length=64)  # of the manifest that names every file with its hash
    card = models.JSONField(default=dict)  # the model card
    n_confirmed = models.IntegerField(default=0)
    is_calibrated = models.BooleanField(default=False)
    label_cut_off_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=150)
    proposed_by = models.CharField(max_length=150, blank=True)
    proposed_by_no = models.CharField(max_length=60, blank=True)  # the proposer's employee number then
    proposed_at = models.DateTimeField(null=True)
    proposed_reason = models.TextField(blank=True)
    # The champion it was proposed to replace, empty for none; null where it was not proposed.
    proposed_over = models.CharField(max_length=20, null=True)
    promoted_by = models.CharField(max_length=150, blank=True)
    promoted_at = models.DateTimeField(null=True)
    previous_champion = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["stage"], condition=Q(stage="champion"), name="modelversion_one_champion"
            ),
            # Four eyes: nobody promotes what they proposed.
            models.CheckConstraint(
                condition=Q(promoted_by="") | Q(proposed_by="") | ~Q(promoted_by=models.F("proposed_by")),
                name="modelversion_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class DriftReport(models.Model):
    """How far a week's claims have moved from those the version learnt from, per feature."""

    run = models.ForeignKey(
        "fraud.ScreeningRun", null=True, on_delete=models.CASCADE, related_name="drift_reports"
    )
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="drift_reports")
    n_claims = models.IntegerField()  # of the seven days up to the run's business date
    n_nights = models.IntegerField(default=1)
    is_whole_week = models.BooleanField(default=False)  # before that nothing is judged
    psi = models.JSONField(default=dict)  # feature → {psi, floor, level, counts of this night}
    level = models.CharField(max_length=8, default="calm")  # calm, warn, act
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.model_version} {self.level}"
