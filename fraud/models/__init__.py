"""Models of claims, people and merchants, screening, labels and model versions."""

from fraud.models.claims import Claim, ClaimFile, ClaimFileReject, ImportProfile
from fraud.models.learning import DriftReport, Evaluation, Label, ModelVersion
from fraud.models.people import (
    Absence,
    Cardholder,
    CompanyHoliday,
    Department,
    Merchant,
    OvertimeApproval,
    Trip,
    User,
)
from fraud.models.screening import CompanySettings, RuleHit, RunPart, Score, ScreeningRun

__all__ = [
    "Absence",
    "Cardholder",
    "Claim",
    "ClaimFile",
    "ClaimFileReject",
    "CompanyHoliday",
    "CompanySettings",
    "Department",
    "DriftReport",
    "Evaluation",
    "ImportProfile",
    "Label",
    "Merchant",
    "ModelVersion",
    "OvertimeApproval",
    "RuleHit",
    "RunPart",
    "Score",
    "ScreeningRun",
    "Trip",
    "User",
]
