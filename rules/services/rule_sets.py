"""The rules as they are now, as the engine takes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from audit import clock
from rules.ahead import not_own
from rules.engine import Context, ParameterSpec, ParameterValue, RuleSpec, ValueListSpec
from rules.language import parse
from rules.language.specs import Calendar, PlainCalendar
from rules.models import Parameter, RuleVersion, ValueList
from rules.models import ParameterValue as StoredValue


@dataclass(frozen=True)
class RuleSet:
    """Frozen: a run that took it is not touched by what is activated meanwhile. ``version_hash`` names its whole content."""

    version_hash: str
    specs: tuple[RuleSpec, ...]
    version_ids: tuple[int, ...]
    lists: Mapping[str, ValueListSpec]
    parameters: Mapping[str, ParameterSpec]

    def context(
        self, *, calendar: Calendar | None = None, zone: str = "", now: datetime | None = None
    ) -> Context:
        """What the engine needs beside the rules; ``now`` is the run's business time."""
        return Context(
            self.lists, self.parameters, calendar or PlainCalendar(), zone or settings.TIME_ZONE, now
        )


def active_rule_set(*, states: Iterable[str] = (RuleVersion.State.ACTIVE,)) -> RuleSet:
    """The rules in the given states (normally the active ones), by code, with all lists and parameters."""
    versions = list(
        RuleVersion.objects.filter(state__in=list(states))
        .select_related("rule")
        .order_by("rule__code", "number")
    )
    lists, parameters = list_specs(), parameter_specs()
    specs = tuple(
        RuleSpec(row.rule.code, row.number, parse(row.text), row.weight, row.is_always_open)
        for row in versions
    )
    content = {
        "rules": [[row.rule.code, row.number, row.text, row.weight, row.is_always_open] for row in versions],
        "lists": {name: [spec.kind, sorted(spec.values)] for name, spec in sorted(lists.items())},
        "parameters": {
            name: [spec.type, [_plain(value) for value in spec.values]]
            for name, spec in sorted(parameters.items())
        },
    }
    return RuleSet(content_hash(content), specs, tuple(row.pk for row in versions), lists, parameters)


def told_ahead() -> list[tuple[RuleVersion, RuleSpec]]:
    """The rules that count and may be told before a claim is filed, by code (`rules/ahead.py`)."""
    versions = RuleVersion.objects.filter(state=RuleVersion.State.ACTIVE, is_told_ahead=True)
    found = [
        (row, RuleSpec(row.rule.code, row.number, parse(row.text), row.weight, row.is_always_open))
        for row in versions.select_related("rule").order_by("rule__code")
    ]
    return [
        (row, spec) for row, spec in found if row.rule.policy_clause and not not_own(spec.expression, "en")
    ]


def current_context(*, calendar: Calendar | None = None, now: datetime | None = None) -> Context:
    """Lists and parameters as they are now, for checking and previewing a text."""
    return Context(list_specs(), parameter_specs(), calendar or PlainCalendar(), settings.TIME_ZONE, now)


def list_specs(*, is_offered: bool = False) -> dict[str, ValueListSpec]:
    """All managed lists by name, with the values that count today; with ``is_offered`` only those that a text may name."""
    today = clock.today()
    rows = ValueList.objects.filter(is_retired=False) if is_offered else ValueList.objects.all()
    return {
        row.name: ValueListSpec(
            row.name, row.kind, frozenset(row.values_on(today)), row.label_en, row.label_ko
        )
        for row in rows.order_by("name")
    }


def parameter_specs(*, is_offered: bool = False) -> dict[str, ParameterSpec]:
    """All parameters by name with their dated values; with ``is_offered`` only those that a text may name."""
    rows = Parameter.objects.prefetch_related("values").order_by("name")
    rows = rows.filter(is_retired=False) if is_offered else rows
    return {
        row.name: ParameterSpec(
            row.name,
            row.kind,
            # Of two values for the same people from the same day, the one that was agreed on later counts.
            tuple(
                stored_value(value)
                for value in sorted(row.values.all(), key=lambda value: (value.valid_from, -value.pk))
            ),
            row.label_en,
            row.label_ko,
        )
        for row in rows
    }


def stored_value(row: StoredValue) -> ParameterValue:
    """A stored value as the engine takes it: money and durations whole, numbers exact."""
    return ParameterValue(
        whole(Decimal(row.value)),
        row.valid_from,
        row.valid_to,
        row.currency,
        row.grade,
        row.purpose_code,
        row.department_code,
    )


def proposed_value(content: Mapping[str, Any]) -> ParameterValue:
    """The value a proposed change (``ValueChange.content``) holds."""
    return ParameterValue(
        whole(Decimal(content["value"])),
        date.fromisoformat(content["valid_from"]),
        date.fromisoformat(content["valid_to"]) if content["valid_to"] else None,
        content["currency"],
        content["grade"],
        content["purpose_code"],
        content["department_code"],
    )


def whole(value: Decimal) -> int | Decimal:
    """An integer where the value is one."""
    return int(value) if value == value.to_integral_value() else value


def content_hash(content: Any) -> str:
    """SHA-256 of plain JSON content."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _plain(value: ParameterValue) -> list[str]:
    until = value.valid_to.isoformat() if value.valid_to else ""
    scope = [value.currency, value.grade, value.purpose_code, value.department_code]
    return [str(value.value), value.valid_from.isoformat(), until, *scope]
