"""The hybrid score, its reasons and its thresholds."""

from __future__ import annotations

from fraud.company.thresholds import CostMatrix
from fraud.detection.scoring.contributions import Contribution
from fraud.detection.scoring.formula import Constants
from fraud.detection.scoring.hits import HitsNotMatching, Rules
from fraud.detection.scoring.hybrid import HybridModel

__all__ = ["Constants", "Contribution", "CostMatrix", "HitsNotMatching", "HybridModel", "Rules"]
