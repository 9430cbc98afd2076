"""The ledger as pages and exports show it: every recovery with how it stands, and what is open by days past due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import pgettext_lazy

from audit.actor import Actor
from audit.permissions import require
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from cases.models import Recovery
from cases.services.amount_words import AMOUNTS, Amount
from cases.services.money import Balance, balances_of
from cases.visibility import visible_recoveries
from rules.money import to_decimal

#: Days past due that the ageing is split by.
AGES = ((None, 0), (0, 7), (7, 30), (30, None))
_CHUNK = 500
EXPORT_HEAD = [
    "case",
    "employee_no",
    "currency",
    "decided",
    "due",
    "recovered",
    "written_off",
    "open",
    "overpaid",
    "given_back",
    "due_on",
    "closed_at",
    "recovered_before",
    "written_off_before",
]


#: The same columns for people, in their order.
_HEADS = (
    pgettext_lazy("ledger export", "Case"),
    pgettext_lazy("ledger export", "Employee number"),
    pgettext_lazy("ledger export", "Currency"),
    AMOUNTS[Amount.DECIDED],
    AMOUNTS[Amount.DUE],
    AMOUNTS[Amount.RECOVERED],
    AMOUNTS[Amount.WRITTEN_OFF],
    AMOUNTS[Amount.OUTSTANDING],
    AMOUNTS[Amount.OVERPAID],
    AMOUNTS[Amount.GIVEN_BACK],
    pgettext_lazy("ledger export", "Due on"),
    pgettext_lazy("ledger export", "Closed at"),
    AMOUNTS[Amount.RECOVERED_BEFORE],
    AMOUNTS[Amount.WRITTEN_OFF_BEFORE],
)


def export_heads() -> list[str]:
    """Heads of the export in the reader's language, column by column those of EXPORT_HEAD, which programs read."""
    return [str(head) for head in _HEADS]


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A recovery and how it stands."""

    recovery: Recovery
    balance: Balance


def recoveries(by: Actor) -> QuerySet[Recovery]:
    """Recoveries the reader is not involved in, with what a line of the ledger shows of their case."""
    return visible_recoveries(by).select_related("case__cardholder__department")


def with_balances(rows: Iterable[Recovery]) -> list[LedgerRow]:
    """The rows with their balances, in their order."""
    found = list(rows)
    balances = balances_of(found)
    return [LedgerRow(row, balances[row.pk]) for row in found]


def ledger_rows(rows: QuerySet[Recovery]) -> Iterator[LedgerRow]:
    """Every recovery of a set with its balance, some hundred at a time."""
    chunk: list[Recovery] = []
    for row in rows.iterator(chunk_size=_CHUNK):
        chunk.append(row)
        if len(chunk) == _CHUNK:
            yield from with_balances(chunk)
            chunk = []
    yield from with_balances(chunk)


def owed_ids(rows: QuerySet[Recovery]) -> list[int]:
    """Those of a set on which something is to be given back. It is worked out for every recovery on which money came in, some hundred at a time."""
    came_in = rows.filter(postings__amount_minor__gt=0).distinct()
    return [row.recovery.pk for row in ledger_rows(came_in) if row.balance.overpaid_minor]


def ages(today: date, rows: QuerySet[Recovery]) -> list[dict[str, Any]]:
    """Number and open amount per currency of the open ones among `rows`, by days past due: [{above, upto, n, sums: [(currency, minor)]}]."""
    found: list[dict[str, Any]] = [{"above": above, "upto": upto, "n": 0, "sums": {}} for above, upto in AGES]
    for row in ledger_rows(rows.filter(closed_at=None)):
        late = (today - row.recovery.due_on).days
        for age in found:
            if (age["above"] is None or late > age["above"]) and (age["upto"] is None or late <= age["upto"]):
                currency = row.recovery.currency
                age["n"] += 1
                age["sums"][currency] = age["sums"].get(currency, 0) + row.balance.outstanding_minor
    return [{**age, "sums": sorted(age["sums"].items())} for age in found]


def export_row(row: LedgerRow) -> list[Any]:
    """A line of the export, in the order of EXPORT_HEAD; amounts as decimals of their currency."""
    recovery, balance = row.recovery, row.balance
    amounts = (
        balance.decided_minor,
        balance.due_minor,
        balance.recovered_minor,
        balance.written_off_minor,
        balance.outstanding_minor,
        balance.overpaid_minor,
        balance.given_back_minor,
    )
    return [
        recovery.case.reference,
        recovery.case.cardholder.employee_no,
        recovery.currency,
        *(to_decimal(minor, recovery.currency) for minor in amounts),
        recovery.due_on,
        recovery.closed_at,
        to_decimal(balance.carried_minor, recovery.currency),
        to_decimal(balance.forgone_minor, recovery.currency),
    ]


@one_transaction()
def export_ledger(*, reason: str, by: Actor) -> Iterator[list[Any]]:
    """Lines of the ledger as far as the reader sees it, under EXPORT_HEAD; the reason is kept. Raises NotPermitted."""
    require(by, "cases.view_recovery")
    record(action="recoveries.exported", by=by, subject=CONFIG, reason=reason)
    return (export_row(row) for row in ledger_rows(recoveries(by).order_by("id")))
