"""Entries of a statement as lines to post: whose case, and under which reference each is known."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from audit.keeping import kept, keyed
from audit.language import current_language
from cases.models import RecoveryPosting, StatementEntry
from cases.statements import Entry, Statement
from cases.statements.matching import cases_named
from rules.money import format_money, to_decimal

_REFERENCE_LENGTH = 80
#: The counter-posting of a bank's own reversal ends so: banks may give it the id of what it reverses.
TAKEN_BACK = "/R"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """An entry with the reference it is known by: the bank's own, else what tells it from every other entry of the account."""

    entry: Entry
    reference: str

    @property
    def case_reference(self) -> str:
        """The one case number its words name; "" for none or several."""
        named = cases_named(self.entry.text)
        return named.pop() if len(named) == 1 else ""

    def as_row(self) -> dict[str, str]:
        """The columns of a posting file."""
        return {
            "case": self.case_reference,
            "amount": str(to_decimal(self.entry.minor, self.entry.currency)),
            "currency": self.entry.currency,
            "received_on": self.entry.booked_on.isoformat(),
            "method": self.entry.method,
            "bank_reference": self.reference,
        }

    def shown(self) -> str:
        """The entry in one line."""
        entry = self.entry
        return (
            f"{entry.booked_on} {format_money(entry.minor, entry.currency, current_language())} "
            f"{kept(entry.text)}"[:200]
        )


def lines_of(statements: Sequence[Statement]) -> list[list[StatementLine]]:
    """What came in, what took something that came in back, and what went out where it speaks of a case or of money that came in,
    by statement; other payments of the account are nobody's here."""
    return [list(_lines(each)) for each in statements]


def _lines(statement: Statement) -> Iterator[StatementLine]:
    seen: Counter[str] = Counter()
    came_in = _ids_that_came_in(statement)
    for entry in statement.entries:
        if entry.minor <= 0 and not (entry.is_reversal or _is_ours(entry, came_in)):
            continue
        reference = keyed(entry.reference, _REFERENCE_LENGTH)[:_REFERENCE_LENGTH]
        if not reference:
            facts = (
                f"{statement.account}|{entry.booked_on}|{entry.minor}|{entry.currency}|{keyed(entry.text)}"
            )
            if entry.employee_no:
                facts += f"|{entry.employee_no}"
            reference = hashlib.sha256(facts.encode()).hexdigest()[:24]
        # two entries of one statement are two payments, also where the bank gives both one id
        way = "" if entry.minor > 0 else TAKEN_BACK
        seen[reference + way] += 1
        number = seen[reference + way]
        tail = (f"-{number}" if number > 1 or not entry.reference else "") + way
        yield StatementLine(entry, reference[: _REFERENCE_LENGTH - len(tail)] + tail)


def _is_ours(entry: Entry, came_in: Set[str]) -> bool:
    """Whether what went out names a case or has the bank's id of money that came in: a table of a bank marks no reversals."""
    return bool(entry.minor and (cases_named(entry.text) or (entry.reference and entry.reference in came_in)))


def _ids_that_came_in(statement: Statement) -> Set[str]:
    """The ids that went out in this statement under which something came in, here or in an earlier one of the account."""
    out = {entry.reference for entry in statement.entries if entry.minor < 0 and entry.reference}
    here = {entry.reference for entry in statement.entries if entry.minor > 0}
    as_kept = {keyed(reference, _REFERENCE_LENGTH)[:_REFERENCE_LENGTH]: reference for reference in out}
    earlier = StatementEntry.objects.filter(reference__in=as_kept, amount_minor__gt=0)
    by_hand = RecoveryPosting.objects.filter(bank_reference__in=as_kept, amount_minor__gt=0)
    known = {
        *earlier.filter(account_end=statement.account_end).values_list("reference", flat=True),
        *by_hand.values_list("bank_reference", flat=True),
    }
    return (out & here) | {as_kept[reference] for reference in known}
