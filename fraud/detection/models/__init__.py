"""Model versions, screening runs and what they found."""

from fraud.detection.models.screening import RuleHit, RunPart, Score, ScreeningRun
from fraud.detection.models.versions import DriftReport, ModelVersion

__all__ = ["DriftReport", "ModelVersion", "RuleHit", "RunPart", "Score", "ScreeningRun"]
