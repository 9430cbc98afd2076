"""The starter rules as the engine takes them, without a database: for tests and benchmarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rules.engine import RuleSpec
from rules.language.parse import parse
from rules.language.specs import Calendar, Context, ParameterSpec, PlainCalendar, ValueListSpec
from rules.starter import STARTER_RULES
from rules.starter_lists import STARTER_LISTS
from rules.starter_parameters import STARTER_PARAMETERS


def starter_context(
    *,
    calendar: Calendar | None = None,
    zone: str = "Asia/Seoul",
    lists: Mapping[str, ValueListSpec] = STARTER_LISTS,
    parameters: Mapping[str, ParameterSpec] = STARTER_PARAMETERS,
) -> Context:
    """A context with the starter lists and parameters."""
    return Context(lists=lists, parameters=parameters, calendar=calendar or PlainCalendar(), zone=zone)


def starter_specs(*, states: Sequence[str] = ("active",)) -> list[RuleSpec]:
    """The starter rules as the engine takes them."""
    return [
        RuleSpec(rule.code, 1, parse(rule.text), rule.weight, rule.is_always_open)
        for rule in STARTER_RULES
        if rule.state in states
    ]
