"""Words of scores for templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString

from audit.language import current_language
from fraud.claims.models import Claim
from fraud.detection import claim_rows
from fraud.detection.sentences import parts_of_sum, reason_sentence, told_once

register = template.Library()


@register.simple_tag
def sentence(reason: Mapping[str, Any] | None) -> str:
    """A stored reason in the reader's language."""
    return reason_sentence(reason, current_language()) if reason else ""


@register.simple_tag(takes_context=True)
def claim_lines(context: Any, claims: Iterable[Claim]) -> SafeString:
    """The lines of a list of claims, with their risk where the page's `scores` are for the reader."""
    may_see = bool(context.get("may_see_scores"))
    return claim_rows.claim_lines(context, claims, context.get("scores") or {}, may_see_scores=may_see)


register.filter("told_once", told_once)
register.filter("parts_of_sum", parts_of_sum)
