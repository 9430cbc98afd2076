"""The hybrid score, its reasons and its thresholds."""

from __future__ import annotations

from fraud.scoring.contributions import Contribution
from fraud.scoring.formula import Constants
from fraud.scoring.hits import HitsNotMatching, Rules
from fraud.scoring.hybrid import HybridModel
from fraud.scoring.thresholds import CostMatrix

__all__ = ["Constants", "Contribution", "CostMatrix", "HitsNotMatching", "HybridModel", "Rules"]
