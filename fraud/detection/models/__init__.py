"""Model versions, screening runs and what they found."""

from fraud.detection.models.prechecks import PrecheckUse
from fraud.detection.models.screening import RuleHit, RunPart, Score, ScreeningRun
from fraud.detection.models.suppressions import RuleSuppression
from fraud.detection.models.versions import DriftReport, ModelVersion

__all__ = [
    "DriftReport",
    "ModelVersion",
    "PrecheckUse",
    "RuleHit",
    "RuleSuppression",
    "RunPart",
    "Score",
    "ScreeningRun",
]
