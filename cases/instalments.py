"""Repayment in parts: equal ones a month apart, and which of those agreed have been paid. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

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


class Standing(Protocol):
    """What a plan needs of a recovery's balance, in minor units."""

    @property
    def decided_minor(self) -> int: ...
    @property
    def due_minor(self) -> int: ...
    @property
    def recovered_minor(self) -> int: ...
    @property
    def written_off_minor(self) -> int: ...


def agreed_parts(plan: Iterable[Mapping[str, Any]], balance: Standing) -> list[AgreedPart]:
    """The stored plan ({due_on, amount_minor}) of a recovery, paid in the order of its days.

    What came back before the plan was agreed pays for none of its parts; what is no longer due, or was given up, takes from the last ones.
    """
    rows = list(plan)
    paid = balance.recovered_minor - (balance.decided_minor - sum(row["amount_minor"] for row in rows))
    spared = balance.decided_minor - balance.due_minor + balance.written_off_minor
    owed: list[tuple[str, int]] = []
    for row in reversed(rows):
        cut = min(spared, row["amount_minor"])
        spared -= cut
        if row["amount_minor"] > cut:
            owed.append((row["due_on"], row["amount_minor"] - cut))
    found = []
    for due_on, amount_minor in reversed(owed):
        paid -= amount_minor
        found.append(AgreedPart(date.fromisoformat(due_on), amount_minor, paid >= 0))
    return found


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))
