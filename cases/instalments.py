"""Repayment in parts: equal ones a month apart, and which of those agreed have been paid. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fraud.company.calendar import CompanyCalendar


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


def equal_instalments(
    total_minor: int, parts: int, first_on: date, calendar: CompanyCalendar
) -> list[Instalment]:
    """`parts` monthly instalments that sum exactly to `total_minor`.

    A day that a month lacks becomes its last; one on which no bank works becomes the next business day.
    """
    each = total_minor // parts
    amounts = [each] * (parts - 1) + [total_minor - each * (parts - 1)]
    days = (_months_later(first_on, k) for k in range(parts))
    due = (day if calendar.is_business_day(day) else calendar.add_business_days(day, 1) for day in days)
    return [Instalment(day, amount) for day, amount in zip(due, amounts, strict=True)]


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
