"""Stored reasons as sentences, for templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def reason_sentence(reason: Mapping[str, Any], language: str) -> str:
    """The sentence of a stored reason {kind, code, value, facts}; its own text or its code where there is none."""
    try:
        from fraud.scoring.reasons import sentence
    except ImportError:
        return str(reason.get("text") or reason.get("code") or "")
    return sentence(dict(reason), language)
