"""Stored reasons as sentences, for templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fraud.detection.scoring.reasons import details, distinct, sentence

__all__ = ["distinct", "is_unusual", "reason_details", "reason_sentence"]

_WITH_DETAILS = ("tree", "novelty")


def reason_sentence(reason: Mapping[str, Any], language: str) -> str:
    """The sentence of a stored reason {kind, code, value, facts}."""
    return sentence(dict(reason), language)


def reason_details(reason: Mapping[str, Any], language: str) -> str:
    """Only what was measured, for one line in a list: `금액 992,800원(본인 30일 평균 92,471원)`."""
    kind = str(reason.get("kind") or reason.get("source") or "")
    facts = reason.get("facts") or {}
    if kind in _WITH_DETAILS and facts.get("features"):
        return details(facts, language, is_against=kind == "tree")
    return sentence(dict(reason), language)


def is_unusual(reason: Mapping[str, Any]) -> bool:
    """Whether a detector's reason says that the claim is unusual: rarer than one in ten, and it speaks for misuse."""
    return reason.get("value", 0) > 0 and float((reason.get("facts") or {}).get("tail") or 0) >= 1.0
