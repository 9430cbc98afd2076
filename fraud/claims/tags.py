"""Words of claim files for templates."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from audit.language import current_language
from fraud.claims.file_words import state_words
from fraud.claims.loose_money import waiting_money
from fraud.claims.models import ClaimSource
from fraud.web.markup import format_html
from rules.fields import FIELDS

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


#: Columns of a claim whose field of the rules has another name.
_FIELDS = {"amount_minor": "amount", "merchant_id": "merchant", "department_id": "department"}


@register.filter
def told_fields(source: ClaimSource) -> str:
    """The fields of a claim whose values are this source's, by the names rules have for them."""
    language = current_language()
    by_column = {column: field for field in FIELDS.values() for column in field.requires}
    names = []
    for column in source.fields.split():
        field = FIELDS.get(_FIELDS.get(column, column.removesuffix("_minor"))) or by_column.get(column)
        names.append(field.label(language) if field else column)
    return ", ".join(dict.fromkeys(names))
