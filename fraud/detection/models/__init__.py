"""Model versions, screening runs and what they found."""

from fraud.detection.models.screening import RuleHit, RunPart, Score, ScreeningRun
from fraud.detection.models.suppressions import RuleSuppression
from fraud.detection.models.versions import DriftReport, ModelVersion

__all__ = ["DriftReport", "ModelVersion", "RuleHit", "RuleSuppression", "RunPart", "Score", "ScreeningRun"]
