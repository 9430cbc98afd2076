"""Checks at start: the vocabulary is sound and every rule that runs still reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from rules.fields import FIELDS, is_outcome_name
from rules.language import RuleNotValid, check, parse
from rules.language.functions import FUNCTIONS, WINDOW_EXAMPLES
from rules.starter import GALLERY
from rules.starter_lists import STARTER_LISTS
from rules.starter_parameters import STARTER_PARAMETERS


@register()
def check_vocabulary(**kwargs: Any) -> list[CheckMessage]:
    """No field is an outcome or bears a function's name in a way that changes its meaning; every example is valid."""
    problems: list[CheckMessage] = []
    for field in FIELDS.values():
        if is_outcome_name(field.name):
            problems.append(
                Error(
                    f"The rule field {field.name} is an outcome.",
                    hint="Rules may use only what is known at the claim's time; take it out of rules/field_data.py.",
                    id="rules.E001",
                )
            )
        try:
            check(parse(field.example), lists=STARTER_LISTS, parameters=STARTER_PARAMETERS)
        except RuleNotValid as error:
            problems.append(Error(f"The example of {field.name} is not valid: {error}", id="rules.E002"))
    for name in set(FUNCTIONS) & set(WINDOW_EXAMPLES) - {"min", "max"}:
        problems.append(Error(f"{name} is both a function and a window.", id="rules.E003"))
    return problems


@register()
def check_starter_rules(**kwargs: Any) -> list[CheckMessage]:
    """Every starter rule has its question and is valid with the starter lists and parameters."""
    problems: list[CheckMessage] = []
    for rule in GALLERY.values():
        try:
            check(parse(rule.text), lists=STARTER_LISTS, parameters=STARTER_PARAMETERS)
        except RuleNotValid as error:
            problems.append(Error(f"Starter rule {rule.code} is not valid: {error}", id="rules.E004"))
        if not (rule.question_ko.strip() and rule.question_en.strip()):
            problems.append(
                Error(
                    f"Starter rule {rule.code} asks the cardholder nothing in one language.", id="rules.E005"
                )
            )
    return problems


@register(Tags.database)
def check_running_rules(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Every active or shadow rule reads with today's lists and parameters (``manage.py check --database default``)."""
    from rules.models import RuleVersion
    from rules.services import list_specs, parameter_specs

    if not databases:
        return []
    problems: list[CheckMessage] = []
    try:
        lists, parameters = list_specs(), parameter_specs()
        running = RuleVersion.objects.filter(state__in=[RuleVersion.State.ACTIVE, RuleVersion.State.SHADOW])
        for version in running.select_related("rule"):
            try:
                check(parse(version.text), lists=lists, parameters=parameters)
            except RuleNotValid as error:
                problems.append(
                    Warning(
                        f"Rule {version} cannot run: {error}",
                        hint="Restore the list or parameter it needs, or retire the rule.",
                        id="rules.W001",
                    )
                )
    except DatabaseError:
        return []  # before the first migration there is nothing to check
    return problems
