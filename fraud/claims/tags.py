"""Words of claim files for templates."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from fraud.claims.file_words import state_words
from fraud.claims.loose_money import waiting_money

register = template.Library()


@register.simple_tag(takes_context=True)
def waiting_money_count(context: Context) -> int:
    """How many refunds and cancellations wait that the reader may see."""
    return waiting_money(context["request"].actor).count()


@register.simple_tag
def file_state(state: str) -> SafeString:
    """A claim file's state as a tag with its word."""
    word, kind = state_words().get(state, (state, "info"))
    return format_html('<span class="tag {}">{}</span>', kind, word)
