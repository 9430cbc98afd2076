"""Stored reasons as sentences, for templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fraud.detection.scoring.feature_words import OWN_AMOUNT, is_of_nothing, is_of_payment, meaning, speaks
from fraud.detection.scoring.reasons import (
    feature_text,
    headline_details,
    parts_of_sum,
    sentence,
    together,
    weight_of,
)

__all__ = [
    "headline_reason",
    "parts_of_sum",
    "payment_facts",
    "reason_sentence",
    "tells_payment",
    "together",
    "told_once",
    "weight_of",
]

_WITH_DETAILS = ("tree", "novelty", "anomaly")


def reason_sentence(reason: Mapping[str, Any], language: str) -> str:
    """The sentence of a stored reason {kind, code, value, facts}."""
    return sentence(dict(reason), language)


def headline_reason(reason: Mapping[str, Any], language: str) -> str:
    """What of a reason describes the payment, for one line in a list: `992,800원(본인 30일 평균 92,471원)`."""
    kind = str(reason.get("kind") or reason.get("source") or "")
    facts = reason.get("facts") or {}
    if kind in _WITH_DETAILS:
        code = str(reason.get("code") or "")
        return headline_details(facts, language, code=code, is_against=kind == "tree")
    return sentence(dict(reason), language)


def told_once(reasons: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The reasons of a score with what is unusual in one of them, the last."""
    rest: list[Mapping[str, Any]] = [
        reason for reason in reasons if str(reason.get("kind") or "") not in ("anomaly", "novelty")
    ]
    unusual = together(reasons)
    return [*rest, unusual] if unusual else rest


def tells_payment(reason: Mapping[str, Any]) -> bool:
    """Whether a tree's or novelty's reason names something unusual of the payment itself."""
    features = (reason.get("facts") or {}).get("features") or {}
    is_novel = reason.get("kind") == "novelty"
    return any(
        is_of_payment(name)
        and value is not None
        and value is not False
        and (not is_of_nothing(name, float(value)) if is_novel else speaks(name, float(value)))
        for name, value in features.items()
    )


def payment_facts(reasons: Sequence[Mapping[str, Any]], language: str) -> list[tuple[str, str]]:
    """(feature, its words) of what is unusual of the payment, the strongest first, each meaning once; then what was known before it.

    Numbers with a baseline come before those without: they say against what something is unusual.
    """
    told: dict[str, tuple[tuple[bool, bool, float, int], str, str]] = {}
    for reason in reasons:
        kind, value = str(reason.get("kind") or ""), float(reason.get("value") or 0)
        if kind not in ("tree", "novelty") or value <= 0:
            continue
        facts = reason.get("facts") or {}
        for name, of in (facts.get("features") or {}).items():
            text = feature_text(name, of, facts, language)
            if not text or is_of_nothing(name, float(of)) or (kind == "tree" and not speaks(name, float(of))):
                continue
            about = "own amount" if name in OWN_AMOUNT else meaning(name)
            is_bare = name not in (facts.get("baselines") or {})
            order = (not is_of_payment(name), is_bare, -value, len(told))
            told.setdefault(about, (order, name, text))
    return [(name, text) for _order, name, text in sorted(told.values())]
