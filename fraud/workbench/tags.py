"""Words of the gallery, the rule book and a list's file for templates."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

register = template.Library()


@register.simple_tag
def rule_group(name: str) -> str:
    """A group of rules in words."""
    return {
        "time": pgettext("rule group", "Time"),
        "merchant": pgettext("rule group", "Merchant"),
        "amount": pgettext("rule group", "Amount"),
        "place": pgettext("rule group", "Place"),
        "document": pgettext("rule group", "Documents"),
        "card": pgettext("rule group", "Card"),
        "people": pgettext("rule group", "People and tax"),
        "other": pgettext("rule group", "Other"),
    }.get(name, name)


@register.simple_tag
def book_action(action: str) -> str:
    """What an import does with an entry."""
    return {
        "new": pgettext("book action", "new"),
        "draft": pgettext("book action", "draft of a new version"),
        "proposal": pgettext("book action", "proposal"),
        "same": pgettext("book action", "unchanged"),
        "refused": pgettext("book action", "refused"),
    }.get(action, action)


@register.simple_tag
def book_part(part: str) -> str:
    """The part of a book an entry stands in."""
    return {
        "rules": pgettext("book part", "Rule"),
        "lists": pgettext("book part", "List"),
        "parameters": pgettext("book part", "Parameter"),
    }.get(part, part)


@register.simple_tag
def list_row_status(status: str) -> str:
    """What became of a line of a list's file."""
    return {
        "accepted": pgettext("list row", "accepted"),
        "duplicate": pgettext("list row", "duplicate"),
        "refused": pgettext("list row", "refused"),
    }.get(status, status)


@register.simple_tag
def diff_line(line: str) -> SafeString | str:
    """A line that goes or comes, marked as such."""
    tag = {"-": "del", "+": "ins"}.get(line[:1])
    return format_html("<{0}>{1}</{0}>", tag, line) if tag else line
