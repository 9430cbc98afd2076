"""A model card in words: what a version learnt from, how it was put together, what it reads."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from fraud.detection.models import ModelVersion
from fraud.detection.scoring.reasons import label

# key of the card's counts → words
COUNTS: dict[str, Any] = {
    "claims": gettext_lazy("Claims in the period"),
    "rows": gettext_lazy("Claims learnt from"),
    "confirmed": gettext_lazy("Confirmed misuse"),
    "reviewed_genuine": gettext_lazy("Reviewed and legitimate"),
    "unreviewed": gettext_lazy("Not reviewed, a sample"),
}
CALIBRATION: dict[str, Any] = {
    "none": gettext_lazy("none: the score is a rank, no percentage"),
    "platt": gettext_lazy("Platt curve"),
    "isotonic": gettext_lazy("isotonic steps"),
}
SHARES: dict[str, Any] = {
    "trees": gettext_lazy("trees"),
    "stack": gettext_lazy("stack of tree, rules and detectors"),
    "expert": gettext_lazy("rule weights and detectors, unlearnt"),
}
OUT_OF_FOLD: dict[str, tuple[Any, int]] = {
    "average_precision": (gettext_lazy("Average precision"), 3),
    "auc": (gettext_lazy("Area under the curve"), 3),
    "lift_at_20": (gettext_lazy("Lift in the top 20 %"), 2),
    "brier": (gettext_lazy("Brier score"), 4),
    "calibration_error": (gettext_lazy("Calibration error"), 4),
}


def card_context(version: ModelVersion, language: str) -> dict[str, Any]:
    """Rows of the card: counts, shares of the score, figures of the held-out blocks, features by name, libraries."""
    card = version.card
    counts, shares, held_out = (card.get(name) or {} for name in ("counts", "shares", "out_of_fold"))
    return {
        "counts": [(words, counts[key]) for key, words in COUNTS.items() if key in counts],
        "calibration": CALIBRATION.get(card.get("calibration", ""), card.get("calibration", "")),
        "shares": [(words, shares[key]) for key, words in SHARES.items() if shares.get(key)],
        "held_out": [
            (words, round(held_out[key], digits))
            for key, (words, digits) in OUT_OF_FOLD.items()
            if held_out.get(key) is not None
        ],
        "held_out_rows": held_out.get("rows"),
        "held_out_confirmed": held_out.get("confirmed"),
        "features": [label(name, language) for name in card.get("tree_features", [])],
        "rules": list((card.get("rules") or {}).items()),
        "libraries": list((card.get("versions") or {}).items()),
    }
