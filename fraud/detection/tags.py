"""Words of scores for templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from audit.language import current_language
from fraud.detection.sentences import parts_of_sum, reason_sentence, told_once

register = template.Library()


@register.simple_tag
def sentence(reason: Mapping[str, Any] | None) -> str:
    """A stored reason in the reader's language."""
    return reason_sentence(reason, current_language()) if reason else ""


register.filter("told_once", told_once)
register.filter("parts_of_sum", parts_of_sum)
