"""Stored reasons as sentences, for templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fraud.scoring.reasons import details, sentence

_WITH_DETAILS = ("tree", "novelty")


def reason_sentence(reason: Mapping[str, Any], language: str) -> str:
    """The sentence of a stored reason {kind, code, value, facts}."""
    return sentence(dict(reason), language)


def reason_details(reason: Mapping[str, Any], language: str) -> str:
    """Only what was measured, for one line in a list: `금액 992,800원(본인 30일 평균 92,471원)`."""
    kind = str(reason.get("kind") or reason.get("source") or "")
    facts = reason.get("facts") or {}
    if kind in _WITH_DETAILS and facts.get("features"):
        return details(facts, language)
    return sentence(dict(reason), language)
