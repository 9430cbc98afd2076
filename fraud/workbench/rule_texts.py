"""A rule's text as its page shows it: in words, or with what is wrong; what it may name."""

from __future__ import annotations

from typing import Any

from audit.language import current_language
from rules.fields import FIELDS
from rules.language import RuleNotValid, to_sentence
from rules.models import Parameter, ValueList
from rules.services.common import checked, warnings_of
from rules.services.rule_sets import list_specs, parameter_specs


def checked_text(text: str) -> dict[str, Any]:
    """{"sentence", "warnings"}, or {"problems"} and the whole rule as it was meant, of a text."""
    lists, parameters = list_specs(), parameter_specs()
    try:
        expression = checked(text)
    except RuleNotValid as error:
        return {"problems": problems_of(error, text), "correction": error.correction}
    language = current_language()
    return {
        "sentence": to_sentence(expression, language, lists=lists, parameters=parameters),
        "warnings": [one.message(language) for one in warnings_of(text)],
    }


def problems_of(error: RuleNotValid, text: str) -> list[dict[str, Any]]:
    """Each problem with the line it stands in, in three parts: before, what is meant, behind."""
    language, lines = current_language(), text.replace("\r\n", "\n").split("\n")
    shown = []
    for p in error.problems:
        line, start = lines[min(p.line, len(lines)) - 1], p.column - 1
        place: dict[str, Any] = {"before": line[:start], "marked": line[start : start + max(p.length, 1)]}
        behind = line[start + max(p.length, 1) :]
        place["is_repeated"] = p.instead == error.correction and p.length == len(text.strip())  # stands below
        shown.append(
            {"line": p.line, "column": p.column, "text": p.message(language), "behind": behind, **place}
        )
    return shown


def vocabulary() -> dict[str, Any]:
    """What a rule may name: {"fields", "lists", "parameters"}."""
    return {
        "fields": sorted(FIELDS.values(), key=lambda item: item.name),
        "lists": ValueList.objects.filter(is_retired=False).order_by("name"),
        "parameters": Parameter.objects.filter(is_retired=False).prefetch_related("values").order_by("name"),
    }
