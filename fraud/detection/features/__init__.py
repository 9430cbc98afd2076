"""Features: everything the rules and detectors read about a claim, strictly as of its own time."""

from fraud.detection.features.behaviour import HABIT_DAYS, YEAR_DAYS
from fraud.detection.features.build import build_features
from fraud.detection.features.catalogue import (
    BEHAVIOUR_FEATURES,
    COMPUTED,
    DETECTOR_FEATURES,
    FEATURES,
    LABEL_FEATURES,
    TREE_FEATURES,
    Feature,
    matrix,
)
from fraud.detection.features.columns import ClaimFrameNotValid

#: days of claims before the earliest target that reach every feature: a year, or the fortnight whose
#: habits were worked out in two passes and the habit before
HISTORY_DAYS = max(YEAR_DAYS, 14 + 3 * HABIT_DAYS)

__all__ = [
    "BEHAVIOUR_FEATURES",
    "COMPUTED",
    "DETECTOR_FEATURES",
    "FEATURES",
    "HISTORY_DAYS",
    "LABEL_FEATURES",
    "TREE_FEATURES",
    "ClaimFrameNotValid",
    "Feature",
    "build_features",
    "matrix",
]
