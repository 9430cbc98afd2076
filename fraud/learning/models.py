"""Evaluations of model versions, and drift."""

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
