"""Words of scores for templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from fraud.detection.sentences import reason_sentence
from fraud.web.tags import current_language

register = template.Library()


@register.simple_tag
def sentence(reason: Mapping[str, Any] | None) -> str:
    """A stored reason in the reader's language."""
    return reason_sentence(reason, current_language()) if reason else ""
