"""How far windows reach: what a rule may ask for, and what has to be read so that its windows are whole."""

from __future__ import annotations

from collections.abc import Mapping

from rules.language import nodes as n
from rules.language.check_parts import duration_us
from rules.language.specs import ParameterSpec
from rules.language.times import DAY_US

#: The longest lengths a window may have, so that a night need not read further back than `LONGEST_DAYS`.
LONGEST_WITHIN_DAYS = 366
LONGEST_BUSINESS_DAYS = 220
#: Days before a claim that the longest window of a given length reaches.
LONGEST_DAYS = 370
_PERIOD_DAYS = {"day": 2, "week": 8, "month": 32, "quarter": 93, "year": 367}


def spans_of(node: n.Window) -> int:
    """How many of its lengths a window looks back: ``change`` compares one with the one before."""
    return 2 if node.function == "change" else 1


def reach_days(node: n.Window, parameters: Mapping[str, ParameterSpec]) -> float | None:
    """How many days before a claim a window can reach at most; None: any number. Calendar periods count with their longest length."""
    if node.period is not None:
        return _PERIOD_DAYS[node.period]
    if isinstance(node.within, n.DurationLiteral):
        # business days: weekends and runs of holidays lie between them
        factor, extra = (3, 14) if node.within.unit == "business day" else (1, 0)
        return min(duration_us(node.within) / DAY_US * spans_of(node) * factor + extra, LONGEST_DAYS)
    if isinstance(node.within, n.ParameterRef):
        values = parameters[node.within.name].values if node.within.name in parameters else ()
        return max((float(value.value) for value in values), default=0.0) / 86_400 * spans_of(node)
    return None


def reach_days_after(node: n.Window) -> int:
    """How many days after a claim a window can reach: those over a whole period also take what came later in it."""
    return _PERIOD_DAYS[node.period] if node.mode == "whole" and node.period is not None else 0


def is_too_long(node: n.Window, parameters: Mapping[str, ParameterSpec]) -> bool:
    """Whether a window asks for more than is read; a parameter does when one of its values does."""
    if isinstance(node.within, n.DurationLiteral):
        most = LONGEST_BUSINESS_DAYS if node.within.unit == "business day" else LONGEST_WITHIN_DAYS
        return duration_us(node.within) * spans_of(node) > most * DAY_US
    if isinstance(node.within, n.ParameterRef):
        return (reach_days(node, parameters) or 0.0) > LONGEST_WITHIN_DAYS
    return False
