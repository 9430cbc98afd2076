"""What another list or parameter value would have done: hits and case load of the rules that refer to it, over the last 90 days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from fraud.company.values import current_calendar
from fraud.detection.bundles import bundles_of
from fraud.workbench.frames import WINDOW_DAYS, window_frames
from fraud.workbench.values_page import used_by
from rules.engine import Context, RuleSpec
from rules.language import parse
from rules.models import Parameter, RuleVersion, ValueChange
from rules.services.rule_sets import current_context, proposed_value

#: As if it had always held: a value that begins tomorrow would change nothing in the past.
_ALWAYS = date(2000, 1, 1)


@dataclass(frozen=True)
class Effect:
    """One rule: hits now and with the change, and cases a night (cardholder × merchant × week) more or fewer."""

    code: str
    hits_now: int
    hits_then: int
    more_cases_a_night: float


def preview_change(change: ValueChange) -> list[Effect]:
    """Effects of a proposed (or not yet stored) change on every active rule that refers to it. Takes seconds the first time."""
    sign = f"${change.parameter.name}" if change.parameter else f"@{change.value_list.name}"  # type: ignore[union-attr]
    codes = used_by(sign)
    if not codes:
        return []
    active = RuleVersion.objects.filter(state=RuleVersion.State.ACTIVE, rule__code__in=codes)
    rows = list(active.select_related("rule").order_by("rule__code"))
    specs = [RuleSpec(row.rule.code, row.number, parse(row.text)) for row in rows]
    frames = window_frames(specs)
    if frames is None:
        return []
    now = current_context(calendar=current_calendar())
    before, after = (frames.evaluate(specs, c).hits for c in (now, _changed(now, change)))
    keys = bundles_of(frames.rows)
    return [
        Effect(
            spec.code,
            int(before[:, j].sum()),
            int(after[:, j].sum()),
            (len(np.unique(keys[after[:, j]])) - len(np.unique(keys[before[:, j]]))) / WINDOW_DAYS,
        )
        for j, spec in enumerate(specs)
    ]


def _changed(context: Context, change: ValueChange) -> Context:
    """The context with the change in it."""
    if change.value_list is not None:
        spec = context.lists[change.value_list.name]
        values = frozenset(map(str, change.content["values"]))
        return replace(context, lists={**context.lists, spec.name: replace(spec, values=values)})
    assert change.parameter is not None
    new = replace(proposed_value(change.content), valid_from=_ALWAYS, valid_to=None)
    old = context.parameters[change.parameter.name]
    kept = tuple(value for value in old.values if _scope(value) != _scope(new))
    return replace(context, parameters={**context.parameters, old.name: replace(old, values=(*kept, new))})


def _scope(value: Any) -> tuple[str, ...]:
    return value.currency, value.grade, value.purpose_code, value.department_code


def unsaved_parameter_change(parameter: Parameter, content: dict[str, Any]) -> ValueChange:
    """A change that is only looked at."""
    return ValueChange(parameter=parameter, content=content)
