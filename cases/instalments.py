"""Repayment in parts: equal ones a month apart, and which of those agreed have been paid. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Instalment:
    """One agreed part: minor units of the recovery's currency, due on a day."""

    due_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class AgreedPart:
    """An instalment of a plan with whether what came back since covers it."""

    due_on: date
    amount_minor: int
    is_paid: bool


def equal_instalments(total_minor: int, parts: int, first_on: date) -> list[Instalment]:
    """`parts` monthly instalments that sum exactly to `total_minor`; a day that a month lacks becomes its last."""
    each = total_minor // parts
    amounts = [each] * (parts - 1) + [total_minor - each * (parts - 1)]
    return [Instalment(_months_later(first_on, k), amount) for k, amount in enumerate(amounts)]


def agreed_parts(
    plan: Iterable[Mapping[str, Any]], *, decided_minor: int, recovered_minor: int
) -> list[AgreedPart]:
    """The stored plan ({due_on, amount_minor}) of a recovery of `decided_minor`, paid in the order of its days.

    What came back before the plan was agreed pays for none of its parts.
    """
    rows = list(plan)
    left = recovered_minor - (decided_minor - sum(row["amount_minor"] for row in rows))
    found = []
    for row in rows:
        left -= row["amount_minor"]
        found.append(AgreedPart(date.fromisoformat(row["due_on"]), row["amount_minor"], left >= 0))
    return found


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))
