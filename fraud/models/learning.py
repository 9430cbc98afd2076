"""Labels, model versions, their evaluations, and drift."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from fraud.models.claims import Claim


class Label(models.Model):
    """Training truth about one claim. A changed mind adds a row; the newest known by a moment counts."""

    class Source(models.TextChoices):
        REVIEW = "review"
        APPEAL = "appeal"
        CONTROL_SAMPLE = "control_sample"
        TIP = "tip"
        IMPORT = "import"
        SIMULATED_HISTORY = "simulated_history"

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="labels")
    is_misuse = models.BooleanField(null=True)  # None: an earlier label is withdrawn and nothing is known
    source = models.CharField(max_length=20, choices=Source)
    scheme = models.CharField(max_length=40, blank=True)
    disposition = models.CharField(max_length=40, blank=True)
    selection_probability = models.FloatField(default=1.0)  # with which the claim came to be looked at
    known_at = models.DateTimeField()
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
    proposed_at = models.DateTimeField(null=True)
    proposed_reason = models.TextField(blank=True)
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


class Evaluation(models.Model):
    """Champion and challenger on the same later data, with gates and figures."""

    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="evaluations")
    against = models.ForeignKey(ModelVersion, null=True, on_delete=models.PROTECT, related_name="+")
    window_from = models.DateTimeField()
    window_to = models.DateTimeField()
    # Out-of-time test: the version's recipe, trained again on what was known at this moment, scored the window.
    trained_again_at = models.DateTimeField(null=True)
    n_claims = models.IntegerField()
    n_misuse = models.IntegerField()
    figures = models.JSONField(
        default=dict
    )  # per scorer: ap, auc, recall, precision, brier, ece, lift, cost …
    curves = models.JSONField(default=dict)  # points for precision–recall and cost
    segments = models.JSONField(default=list)
    gates = models.JSONField(default=list)  # [{gate, value, limit, holds}]
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.model_version} against {self.against}"


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
