"""A model card in words: what a version learnt from, how it was put together, what it reads."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from fraud.detection.models import ModelVersion
from fraud.detection.scoring.calibration import PLATT_FROM
from fraud.detection.scoring.reasons import label

# key of the card's counts → words
COUNTS: dict[str, Any] = {
    "claims": gettext_lazy("Claims in the period"),
    "rows": gettext_lazy("Claims learnt from"),
    "confirmed": gettext_lazy("Confirmed misuse"),
    "reviewed_genuine": gettext_lazy("Reviewed and legitimate"),
    "unreviewed": gettext_lazy("Not reviewed, a sample"),
}
#: In the place of the sample where a training took all of them.
_ALL_UNREVIEWED = gettext_lazy("Not reviewed, all of them")
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
        "counts": [
            (_ALL_UNREVIEWED if key == "unreviewed" and not _is_sample(card) else words, counts[key])
            for key, words in COUNTS.items()
            if key in counts
        ],
        "calibration": CALIBRATION.get(card.get("calibration", ""), card.get("calibration", "")),
        "why_ranks": why_ranks(version),
        "shares": [(words, shares[key]) for key, words in SHARES.items() if shares.get(key)],
        "held_out": [
            (words, round(held_out[key], digits))
            for key, (words, digits) in OUT_OF_FOLD.items()
            if held_out.get(key) is not None
        ],
        "claims_from": _day(card.get("data_from")),
        "claims_to": _day(card.get("data_to")),
        "held_out_rows": held_out.get("rows"),
        "held_out_confirmed": held_out.get("confirmed"),
        "features": [label(name, language) for name in card.get("tree_features", [])],
        "rules": list((card.get("rules") or {}).items()),
        "libraries": list((card.get("versions") or {}).items()),
    }


def card_told(version: ModelVersion, language: str) -> dict[str, Any]:
    """The card for programs: `lines` (name, value) in words, `features`, `libraries`."""
    card = card_context(version, language)
    pairs = [
        *card["counts"],
        (gettext("Calibration"), str(card["calibration"])),
        *card["shares"],
        *card["held_out"],
    ]
    return {
        "lines": [{"name": str(name), "value": value} for name, value in pairs],
        "features": card["features"],
        "libraries": {str(name): str(value) for name, value in card["libraries"]},
    }


def _day(text: str | None) -> date | None:
    """The company's day of a moment as cards keep it, which is in UTC."""
    moment = datetime.fromisoformat(text) if text else None
    return timezone.localtime(moment).date() if moment is not None and moment.tzinfo else moment


def why_ranks(version: ModelVersion | None) -> str:
    """What is missing before the version's scores are percentages; empty where they are, or where nothing is in service."""
    if version is None or version.is_calibrated:
        return ""
    card = version.card
    there = (card.get("out_of_fold") or {}).get("confirmed") or 0
    needed = (card.get("config") or {}).get("percent_from", PLATT_FROM)
    return gettext(
        "Percentages need %(needed)s confirmed misuses among the claims that training holds out (the last weeks, block by block); there were %(there)s."
    ) % {"needed": needed, "there": there}


def _is_sample(card: dict[str, Any]) -> bool:
    """Whether claims without confirmed misuse were drawn: only where there were more than a training takes."""
    counts, most = card.get("counts") or {}, (card.get("config") or {}).get("max_negatives")
    taken = counts.get("reviewed_genuine", 0) + counts.get("unreviewed", 0)
    return most is None or taken >= most
