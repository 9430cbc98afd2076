"""The money of a period, case by case: what the overview and the assurance report add up, and what the list behind each sum shows.

Confirmed is what decisions on misuse ask for, after appeals, as far as the card has not given it back; what people repaid is part of
it and never more; all that came in, as the ledger has it, stands beside it. What came in, or was given up, on a case that was decided anew
counts with the case whose decision holds now, as far as that needs it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from audit.reading import read_once
from cases.models import Case, Recovery
from cases.services.decided import misuse_decided_in
from cases.services.money import Stake, balances_of, stakes_of
from cases.services.money_told import confirmed_by_currency


class Sum(StrEnum):
    """What is added up. All but the last are of cases decided as misuse in a period; the last is of all open recoveries."""

    CONFIRMED = "confirmed"
    PREVENTED = "prevented"  # came back by the card: nobody had to be asked for it
    RECOVERED = "recovered"
    CAME_IN = "came_in"  # as the ledger tells it: also what is now more than was lost
    WRITTEN_OFF = "written_off"
    OUTSTANDING = "outstanding"


@dataclass(frozen=True, slots=True)
class CaseMoney:
    """What one case adds to each sum, in minor units of its currency."""

    case_id: int
    currency: str
    confirmed_minor: int = 0
    prevented_minor: int = 0
    recovered_minor: int = 0
    came_in_minor: int = 0
    written_off_minor: int = 0
    outstanding_minor: int = 0

    def minor(self, of: Sum) -> int:
        """What it adds to this sum."""
        found: int = getattr(self, f"{of.value}_minor")
        return found


def money_counted(since: date, until: date | None, hidden: frozenset[int]) -> tuple[CaseMoney, ...]:
    """What each case adds to the sums of these company days, both included, without the `hidden` cases.

    A case that waits for money and was decided in the period has two rows, each with what the other has not.
    """
    misuse, waiting = _misuse(since, until, hidden), _waiting(hidden)
    stakes = stakes_of({case.pk: case for case in (*misuse, *(one.case for one in waiting))}.values())
    for one in waiting:
        one.case.stake = stakes[one.case_id]
    return (*_decided(misuse, stakes), *_still_open(waiting))


def money_decided(since: date, until: date | None, hidden: frozenset[int]) -> Iterator[CaseMoney]:
    """A row a case decided as misuse in the period, with all but what is still open."""
    misuse = _misuse(since, until, hidden)
    return _decided(misuse, stakes_of(misuse))


def money_still_open(hidden: frozenset[int]) -> Iterator[CaseMoney]:
    """A row an open recovery, whenever its case was decided, with what is still open of it."""
    return _still_open(_waiting(hidden))


def _misuse(since: date, until: date | None, hidden: frozenset[int]) -> list[Case]:
    return list(misuse_decided_in(since, until).exclude(pk__in=hidden))


def _waiting(hidden: frozenset[int]) -> list[Recovery]:
    """The open recoveries; the same for any period, so asked once a page."""
    rows = Recovery.objects.filter(closed_at=None).exclude(case__in=hidden)
    return read_once(
        ("recoveries that wait", hidden), lambda: list(rows.select_related("case").order_by("pk"))
    )


def _decided(misuse: list[Case], stakes: Mapping[int, Stake]) -> Iterator[CaseMoney]:
    by_id = {case.pk: case for case in misuse}
    confirmed = confirmed_by_currency(misuse)
    repaid = list(Recovery.objects.filter(case__in=misuse).select_related("case"))
    for recovery in repaid:
        recovery.case.stake = stakes[recovery.case_id]
    balances = balances_of(repaid)
    of_case = {recovery.case_id: balances[recovery.pk] for recovery in repaid}
    for pk, case in by_id.items():
        found, balance, stake = confirmed.get(case.currency), of_case.get(pk), stakes[pk]
        asked = found.of_case.get(pk, 0) if found else 0
        came_in = (balance.recovered_minor if balance else 0) + stake.carried_minor
        came_in += stake.short_minor - stake.needed_minor  # told with the last decision
        lost = (balance.written_off_minor if balance else 0) + stake.forgone_minor
        yield CaseMoney(
            pk,
            case.currency,
            confirmed_minor=asked,
            prevented_minor=found.prevented_of_case.get(pk, 0) if found else 0,
            recovered_minor=min(came_in, asked),  # two cases on one payment may each have got what it cost
            came_in_minor=came_in,
            written_off_minor=max(lost - stake.needed_forgone_minor, 0),
        )


def _still_open(waiting: list[Recovery]) -> Iterator[CaseMoney]:
    balances = read_once(
        ("balances that wait", tuple(one.pk for one in waiting)), lambda: balances_of(waiting)
    )
    for recovery in waiting:
        minor = balances[recovery.pk].outstanding_minor
        yield CaseMoney(recovery.case_id, recovery.currency, outstanding_minor=minor)
