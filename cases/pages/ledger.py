"""The ledger as pages and exports show it: every recovery with how it stands, and what is open by days past due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import pgettext_lazy

from audit.actor import Actor
from audit.permissions import require
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from cases.models import Alert, Recovery, RecoveryPosting
from cases.services.amount_words import AMOUNTS, Amount
from cases.services.money import Balance, balances_of
from cases.visibility import visible_recoveries
from fraud.claims.models import Claim
from rules.language.transactions import MONEY_BACK, PAYMENTS
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
    "uncovered",
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
    AMOUNTS[Amount.UNCOVERED],
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
    shown = visible_recoveries(by).select_related("case__cardholder__department")
    return shown.defer("case__headline", "case__undo")


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


def _sums_of(rows: QuerySet[Recovery]) -> Iterator[LedgerRow]:
    """Every recovery of a set with its balance for sums: of a recovery what is added up, of its case nothing."""
    added = ("amount_minor", "waived_minor", "closed_at", "due_on", "currency", "case__id")
    return ledger_rows(rows.select_related(None).select_related("case").only(*added))


def owed_ids(rows: QuerySet[Recovery]) -> list[int]:
    """Those of a set on which something is to be given back; only those are worked out of which the database cannot say that nothing is."""
    return [row.recovery.pk for row in _sums_of(_perhaps_owed(rows)) if row.balance.overpaid_minor]


def _perhaps_owed(rows: QuerySet[Recovery]) -> QuerySet[Recovery]:
    """Without recoveries on which no more came in than was decided, and all that was decided on is still gone and in no other case.

    Most are such. What is due falls below what was decided only where money came back, a payment left or was told otherwise, or another
    case holds one of them.
    """
    here = Alert.objects.filter(case=OuterRef("case"), left_at=None).order_by()
    elsewhere = Alert.objects.filter(claim=OuterRef("claim")).exclude(case=OuterRef("case"))
    came_back = Claim.objects.filter(original_claim=OuterRef("claim"), txn_type__in=MONEY_BACK)
    counted = here.filter(
        claim__txn_type__in=PAYMENTS,
        claim__amount_minor__gt=0,
        claim__cardholder=F("case__cardholder"),
        claim__currency=F("case__currency"),
    )
    posted = RecoveryPosting.objects.filter(recovery=OuterRef("pk")).order_by().values("recovery")
    told = rows.alias(
        came_in=Coalesce(Subquery(posted.annotate(sum=Sum("amount_minor")).values("sum")), 0),
        spent=Coalesce(
            Subquery(counted.values("case").annotate(sum=Sum("claim__amount_minor")).values("sum")), 0
        ),
    )
    return told.filter(came_in__gt=0).filter(
        Q(came_in__gt=F("amount_minor"))
        | Q(spent__lt=F("came_in"))
        | Exists(here.filter(Exists(elsewhere) | Exists(came_back)))
    )


def ages(today: date, rows: QuerySet[Recovery]) -> list[dict[str, Any]]:
    """Number and open amount per currency of the open ones among `rows`, by days past due: [{above, upto, n, sums: [(currency, minor)]}]."""
    found: list[dict[str, Any]] = [{"above": above, "upto": upto, "n": 0, "sums": {}} for above, upto in AGES]
    for row in _sums_of(rows.filter(closed_at=None)):
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
        to_decimal(balance.uncovered_minor, recovery.currency),
    ]


@one_transaction()
def export_ledger(*, reason: str, by: Actor) -> Iterator[list[Any]]:
    """Lines of the ledger as far as the reader sees it, under EXPORT_HEAD; the reason is kept. Raises NotPermitted."""
    require(by, "cases.view_recovery")
    record(action="recoveries.exported", by=by, subject=CONFIG, reason=reason)
    return (export_row(row) for row in ledger_rows(recoveries(by).order_by("id")))
