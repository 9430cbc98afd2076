"""Twelve months of what became known of a case's person and merchant: month by month, each month with its list.

By the month of the payment, as known now: found to be misuse, found to be in order, or in a case that is open. A random check
that is not decided shows none of it, and nobody sees what they are involved in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from audit import clock
from audit.actor import Actor
from audit.people import same_number
from audit.prepared import prepared
from cases.models import Alert, Case
from cases.pages.person import last_months
from cases.services.conflicts import lists
from cases.services.decided import start_of
from cases.workflow import State
from fraud.claims.identity import barred_cardholders
from fraud.claims.labels import outcomes_about, read_attendees
from fraud.claims.models import Cardholder
from fraud.claims.units import within_units

ABOUT = ("person", "merchant")
MISUSE, IN_ORDER, OPEN = "misuse", "in_order", "open"
#: What became of a payment → its word.
VERDICTS: dict[str, str | Promise] = {
    MISUSE: gettext_lazy("misuse"),
    IN_ORDER: gettext_lazy("in order"),
    OPEN: gettext_lazy("in an open case"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of one payment; `known_at` None: nothing yet, it is in an open case."""

    claim_id: int
    month: date  # its first day
    verdict: str
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One month: how many payments were found to be misuse, in order, or are in an open case."""

    month: date
    n_misuse: int = 0
    n_in_order: int = 0
    n_open: int = 0

    @property
    def n(self) -> int:
        return self.n_misuse + self.n_in_order + self.n_open

    @property
    def counts(self) -> list[tuple[str, int]]:
        """(verdict, how many) of those that occur."""
        pairs = ((MISUSE, self.n_misuse), (IN_ORDER, self.n_in_order), (OPEN, self.n_open))
        return [pair for pair in pairs if pair[1]]


@dataclass(frozen=True, slots=True)
class Strip:
    """The months of a person or a merchant, oldest first; `outcomes` are the payments counted in them."""

    about: str
    name: str
    cells: list[Cell]
    outcomes: list[Outcome] = field(default_factory=list)

    def total(self, verdict: str) -> int:
        return sum(one.verdict == verdict for one in self.outcomes)

    @property
    def totals(self) -> list[tuple[str, int]]:
        """(verdict, how many) over the whole strip, of those that occur."""
        return [(verdict, n) for verdict in VERDICTS if (n := self.total(verdict))]


def strips_of(case: Case, by: Actor) -> list[Strip]:
    """The strips of the case's person and, where it has one, its merchant; none for a random check not yet decided. Three queries."""
    if case.is_blind:
        return []
    months = last_months(clock.today())
    rows = _rows(case, by, months[0])
    subjects: list[tuple[str, str, str, int | None]] = [
        ("person", str(case.cardholder), "cardholder_id", case.cardholder_id),
        ("merchant", str(case.merchant or ""), "merchant_id", case.merchant_id),
    ]
    return [
        _strip(about, name, [row["outcome"] for row in rows if row[column] == key], months)
        for about, name, column, key in subjects
        if key is not None
    ]


def _strip(about: str, name: str, outcomes: list[Outcome], months: list[date]) -> Strip:
    counts = {month: dict.fromkeys(VERDICTS, 0) for month in months}
    kept = [one for one in outcomes if one.month in counts]
    for one in kept:
        counts[one.month][one.verdict] += 1
    cells = [Cell(month, n[MISUSE], n[IN_ORDER], n[OPEN]) for month, n in counts.items()]
    return Strip(about, name, cells, kept)


def _rows(case: Case, by: Actor, first: date) -> list[dict[str, Any]]:
    """One row a payment about which something is known or asked; what is known goes before what is open."""
    since = start_of(first)
    known = outcomes_about(
        clock.now(), cardholder_id=case.cardholder_id, merchant_id=case.merchant_id, since=since
    )
    labelled = {row["claim_id"] for row in known}
    alerts = _asked.rows(case.cardholder_id, case.merchant_id or 0, since)
    asked = {row[0]: row for row in alerts if row[0] not in labelled}
    rows = [
        *((r["claim_id"], r["transacted_at"], r["cardholder_id"], r["merchant_id"], r) for r in known),
        *((*row[:4], None) for row in asked.values()),
    ]
    people = {r["claim_id"]: (r["approver_no"], read_attendees(r["attendees"])) for r in known}
    people |= {row[0]: row[4:] for row in asked.values()}
    is_hidden = _hides(by, {row[2] for row in rows})
    return [_row(*row) for row in rows if not is_hidden(row[2], *people[row[0]])]


@prepared
def _asked(cardholder_id: int, merchant_id: int, since: datetime) -> QuerySet[Alert, Any]:
    near = Q(claim__cardholder=cardholder_id) | Q(claim__merchant=merchant_id)
    rows = Alert.objects.filter(near, left_at=None, claim__transacted_at__gte=since)
    columns = ("claim_id", "claim__transacted_at", "claim__cardholder_id", "claim__merchant_id")
    named = ("claim__approver_no", "claim__attendees")
    return rows.exclude(case__state=State.CLOSED).values_list(*columns, *named)


def _row(
    claim_id: int, at: datetime, person: int, place: int, known: dict[str, Any] | None = None
) -> dict[str, Any]:
    month = timezone.localtime(at).date().replace(day=1)
    verdict = OPEN if known is None else MISUSE if known["is_misuse"] else IN_ORDER
    outcome = Outcome(claim_id, month, verdict, known["known_at"] if known else None)
    return {"outcome": outcome, "cardholder_id": person, "merchant_id": place}


def _hides(by: Actor, cardholders: Collection[int]) -> Callable[[int, str, object], bool]:
    """Whether the reader is involved in a claim of this cardholder, approver and these attendees, or sees not their department. One query each, where several people are concerned."""
    number = "" if by.is_system else by.employee_no
    barred = barred_cardholders(by) if number and len(cardholders) > 1 else set()
    if by.units and len(cardholders) > 1:
        seen = within_units(Cardholder.objects.filter(pk__in=cardholders), by, "department")
        barred = barred | (set(cardholders) - set(seen.values_list("pk", flat=True)))

    def is_hidden(person: int, approver_no: str, attendees: object) -> bool:
        return (
            person in barred or same_number(approver_no, number) or bool(number and lists(attendees, number))
        )

    return is_hidden


def outcomes_in(case: Case, by: Actor, about: str, month: date) -> list[Outcome] | None:
    """The payments one cell counted, the latest delivered first; None for a cell the case does not have."""
    strip = next((one for one in strips_of(case, by) if one.about == about), None)
    if strip is None or month not in {cell.month for cell in strip.cells}:
        return None
    found = [one for one in strip.outcomes if one.month == month]
    return sorted(found, key=lambda one: -one.claim_id)
