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
    """An instalment of a plan as it stands now, and what of it came back since the plan was agreed."""

    due_on: date
    amount_minor: int
    paid_minor: int

    @property
    def is_paid(self) -> bool:
        """Whether all of it came back."""
        return self.paid_minor >= self.amount_minor


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
    def recovered_minor(self) -> int: ...
    @property
    def outstanding_minor(self) -> int: ...


def agreed_parts(plan: Iterable[Mapping[str, Any]], balance: Standing, paid_before: int) -> list[AgreedPart]:
    """The stored plan ({due_on, amount_minor}) of a recovery as it stands, paid in the order of its days.

    `paid_before`: what had come back when it was agreed, which pays for none of its parts. The parts always add up to what is open
    and what was paid of them: what is no longer due, or was given up, is taken from the last ones; what is due again, or came to
    be, is due with the last.
    """
    rows = list(plan)
    paid = max(balance.recovered_minor - paid_before, 0)
    left = balance.outstanding_minor + paid
    found = []
    for number, row in enumerate(rows, start=1):
        amount = left if number == len(rows) else min(row["amount_minor"], left)
        left -= amount
        if amount:
            covered = max(min(paid, amount), 0)
            paid -= covered
            found.append(AgreedPart(date.fromisoformat(row["due_on"]), amount, covered))
    return found


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))
