"""Evaluations of model versions, and experiments beside them."""

from __future__ import annotations

from django.db import models

from fraud.detection.models import ModelVersion


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


class Experiment(models.Model):
    """A question asked of the company's own claims: which method, what an autoencoder sees, which paths a score
    follows, which rules would have caught what no rule flagged. And the training of a version somebody asked for, which is
    worked, watched and cancelled in the same way."""

    class Kind(models.TextChoices):
        METHODS = "methods"
        AUTOENCODER = "autoencoder"
        SURROGATE = "surrogate"
        MINING = "mining"
        TRAINING = "training"

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        FINISHED = "finished"
        FAILED = "failed"
        CANCELLED = "cancelled"

    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    cut_off_at = models.DateTimeField()  # learnt from what was known here, tested on the claims after it
    options = models.JSONField(default=dict)
    n_steps = models.PositiveIntegerField(default=0)
    n_done = models.PositiveIntegerField(default=0)
    doing = models.CharField(max_length=40, blank=True)  # the step it is in
    counts = models.JSONField(default=dict)  # claims and misuse learnt from, calibrated on, tested on
    result = models.JSONField(default=dict)  # of an autoencoder, a surrogate or a search for rules
    error = models.TextField(blank=True)
    started_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)
    beat_at = models.DateTimeField(null=True)  # last sign of life of its process
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                models.Case(models.When(state__in=["waiting", "running"], then=models.Value(1))),
                name="experiment_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_over(self) -> bool:
        """Nothing more will happen."""
        return self.state in (self.State.FINISHED, self.State.FAILED, self.State.CANCELLED)


class ExperimentRow(models.Model):
    """One method of an experiment, measured on the same later claims as the others."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="rows")
    method = models.CharField(max_length=20)
    figures = models.JSONField(default=dict)
    curves = models.JSONField(default=dict)
    seconds = models.FloatField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["experiment", "method"], name="experimentrow_once")]

    def __str__(self) -> str:
        return f"{self.experiment}: {self.method}"
