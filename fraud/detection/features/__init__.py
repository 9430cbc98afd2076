"""Features: everything the rules and detectors read about a claim, strictly as of its own time."""

from fraud.detection.features.behaviour import HABIT_DAYS, YEAR_DAYS
from fraud.detection.features.build import build_features
from fraud.detection.features.catalogue import (
    BEHAVIOUR_FEATURES,
    COMPUTED,
    DESCRIBED,
    DETECTOR_FEATURES,
    FEATURES,
    LABEL_FEATURES,
    TREE_FEATURES,
    Feature,
    grows_by_itself,
)
from fraud.detection.features.columns import ClaimFrameNotValid
from fraud.detection.features.peers import SHARE_DAYS
from rules.language.reach import LONGEST_DAYS

#: days of a cardholder's claims that reach every feature: a year, or the fortnight whose habits were worked
#: out in two passes and the habit before
_CARDHOLDER_DAYS = max(YEAR_DAYS, 14 + 3 * HABIT_DAYS)
#: days of claims before the earliest target that reach every feature, and every window that has a length
HISTORY_DAYS = max(_CARDHOLDER_DAYS, LONGEST_DAYS)
#: what features look back on: the columns of the claim frame that earlier claims share with the claim, and how many days
FEATURE_WINDOWS = (
    (("cardholder_id",), _CARDHOLDER_DAYS),
    (("merchant_id",), YEAR_DAYS),
    (("department_id",), SHARE_DAYS),
    (("department_id", "category"), YEAR_DAYS),
)

__all__ = [
    "BEHAVIOUR_FEATURES",
    "COMPUTED",
    "DESCRIBED",
    "DETECTOR_FEATURES",
    "FEATURES",
    "FEATURE_WINDOWS",
    "HISTORY_DAYS",
    "LABEL_FEATURES",
    "TREE_FEATURES",
    "ClaimFrameNotValid",
    "Feature",
    "build_features",
    "grows_by_itself",
]
