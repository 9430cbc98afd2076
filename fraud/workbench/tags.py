"""Words of the gallery, the rule book and a list's file for templates."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from audit.language import current_language
from fraud.web.markup import format_html
from rules.citing import number_words
from rules.mcc_words import holds_categories
from rules.models import Rule, ValueList
from rules.services.groups import group_name
from rules.services.paragraphs import Policy, cited_by, clause_words, policy_on

register = template.Library()


@register.simple_tag
def rule_group(name: str) -> str:
    """A group of rules in words."""
    return group_name(name, current_language())


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
        "groups": pgettext("book part", "Group"),
    }.get(part, part)


@register.filter
def covers_chains(value_list: ValueList) -> bool:
    """Whether a list holds merchant categories, so that a trade in it stands for the codes of its chains."""
    return holds_categories(value_list.name, value_list.kind)


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


def _policy(context: Any) -> Policy:
    """The policy of today, read once a page; where a page brings what its rules cite, that."""
    cited: Policy | None = context.get("cited_policy")
    if cited is not None:
        return cited
    held = vars(context["request"])
    if "policy_of_today" not in held:
        held["policy_of_today"] = policy_on()
    found: Policy = held["policy_of_today"]
    return found


@register.simple_tag(takes_context=True)
def clause(context: Any, rule: Rule) -> str:
    """What a rule cites, as the policy names it today."""
    return clause_words(rule, current_language(), _policy(context))


@register.simple_tag(takes_context=True)
def cited_paragraph(context: Any, rule: Rule) -> Any:
    """The paragraph a rule cites as it holds today, an example or not; None where the policy has none such."""
    return _policy(context).get(cited_by(rule))


@register.filter
def paragraph_words(number: str) -> str:
    """A paragraph's number as it is cited."""
    return number_words(number, current_language())
