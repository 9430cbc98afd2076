"""Features: everything the rules and detectors read about a claim, strictly as of its own time."""

from fraud.features.behaviour import YEAR_DAYS
from fraud.features.build import build_features
from fraud.features.catalogue import (
    BEHAVIOUR_FEATURES,
    COMPUTED,
    DETECTOR_FEATURES,
    FEATURES,
    LABEL_FEATURES,
    TREE_FEATURES,
    Feature,
    matrix,
)
from fraud.features.columns import ClaimFrameNotValid

#: days of claims before the targets that reach every feature: a year, and the fortnight whose own
#: habits look a year back
HISTORY_DAYS = YEAR_DAYS + 14

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
