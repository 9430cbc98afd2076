"""Entries of a bank statement as lines to post: whose case, under which reference, and what takes an earlier posting back."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.language import current_language
from cases.models import Case, RecoveryPosting
from cases.services import errors
from cases.services.conflicts import relations_of
from cases.services.recovery import reverse_posting
from cases.statements import Entry, Statement, StatementNotValid, read_statements
from rules.money import format_money, to_decimal

_CASE = re.compile(r"\bC-[0-9]{4}-[0-9]{6}\b", re.ASCII)
_REFERENCE_LENGTH = 80
_TAKEN_BACK = (
    "/R"  # the counter-posting of a bank's own reversal ends so: banks may give it the id of what it reverses
)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """An entry with the reference it is known by: the bank's own, else what tells it from every other entry of the account."""

    entry: Entry
    reference: str

    @property
    def case_reference(self) -> str:
        """The one case number its words name; "" for none or several."""
        named = {found.upper() for found in _CASE.findall(self.entry.text)}
        return named.pop() if len(named) == 1 else ""

    def as_row(self) -> dict[str, str]:
        """The columns of a posting file."""
        return {
            "case": self.case_reference,
            "amount": str(to_decimal(self.entry.minor, self.entry.currency)),
            "currency": self.entry.currency,
            "received_on": self.entry.booked_on.isoformat(),
            "method": RecoveryPosting.Method.BANK_TRANSFER.value,
            "bank_reference": self.reference,
        }

    def shown(self) -> str:
        """The entry in one line."""
        entry = self.entry
        return (
            f"{entry.booked_on} {format_money(entry.minor, entry.currency, current_language())} {entry.text}"[
                :200
            ]
        )


def statement_lines(content: bytes) -> list[StatementLine]:
    """What came in, and what took something that came in back; other payments of the account are nobody's here.

    Raises StatementNotValid; `words_of` says it in the reader's language.
    """
    return [line for each in read_statements(content) for line in _lines(each)]


def _lines(statement: Statement) -> Iterator[StatementLine]:
    seen: Counter[str] = Counter()
    for entry in statement.entries:
        if entry.minor <= 0 and not entry.is_reversal:
            continue
        reference = entry.reference[:_REFERENCE_LENGTH]
        if not reference:
            facts = f"{statement.account}|{entry.booked_on}|{entry.minor}|{entry.currency}|{entry.text}"
            reference = hashlib.sha256(facts.encode()).hexdigest()[:24]
        # two entries of one statement are two payments, also where the bank gives both one id
        way = "" if entry.minor > 0 else _TAKEN_BACK
        seen[reference + way] += 1
        number = seen[reference + way]
        tail = (f"-{number}" if number > 1 or not entry.reference else "") + way
        yield StatementLine(entry, reference[: _REFERENCE_LENGTH - len(tail)] + tail)


def was_taken_back(case: Case, line: StatementLine) -> bool:
    """Whether this very entry was posted before and the bank took it back since; what a person reversed may be posted again."""
    return (
        RecoveryPosting.objects.filter(
            recovery__case=case,
            bank_reference=line.reference,
            amount_minor=line.entry.minor,
            reversed_by__bank_reference__endswith=_TAKEN_BACK,
        )
        .exclude(reversed_by__bank_reference=F("bank_reference"))
        .exists()
    )


def take_back(line: StatementLine, by: Actor) -> bool:
    """Reverse the posting that a reversed entry speaks of; False where this entry did so before.

    The latest posting of the case with that amount that was received by then. Raises CaseNotFound, AmountNotValid, OwnPosting.
    """
    case = Case.objects.select_related("cardholder__department").filter(reference=line.case_reference).first()
    if case is None or relations_of(by, case).involvement:
        raise errors.CaseNotFound
    postings = RecoveryPosting.objects.filter(recovery__case=case)
    note = _("taken back by the bank: %(reference)s") % {
        "reference": line.reference.removesuffix(_TAKEN_BACK)
    }
    if postings.filter(reverses__isnull=False, bank_reference=line.reference).exists():
        return False
    if line.entry.currency != case.currency:
        raise errors.AmountNotValid("currency", currency=case.currency)
    open_ones = postings.filter(
        method=RecoveryPosting.Method.BANK_TRANSFER,
        amount_minor=-line.entry.minor,
        received_on__lte=line.entry.booked_on,
        reverses=None,
        reversed_by=None,
    )
    posting = open_ones.order_by("-received_on", "-pk").first()
    if posting is None:
        raise errors.AmountNotValid("nothing_to_take_back")
    reverse_posting(
        posting=posting, reason=note, by=by, expected_version=case.version, bank_reference=line.reference
    )
    return True


def words_of(error: StatementNotValid) -> str:
    """What would be right, in the reader's language."""
    params, language = error.params, current_language()
    if error.code == "balance":
        shown = {
            "account": params["account"],
            "total": format_money(params["total_minor"], params["currency"], language),
            "closing": format_money(params["closing_minor"], params["currency"], language),
        }
        return (
            _(
                "Opening balance and entries of the account ending in %(account)s make %(total)s, but the bank states %(closing)s. "
                "Ask the bank for the whole statement; nothing was posted."
            )
            % shown
        )
    told = {
        "not_xml": _("The file is not valid XML. Download it from the bank again."),
        "not_a_statement": _("This is no camt.053, camt.054 or MT940 statement."),
        "amount": _(
            "An entry has an amount, a currency or a direction that cannot be read: %(amount)s %(currency)s."
        ),
        "no_balance": _(
            "The statement of the account ending in %(account)s lacks the opening or the closing balance. "
            "Ask the bank for the whole statement; nothing was posted."
        ),
        "day": _("An entry has a day that cannot be read: %(day)s."),
        "currency": _(
            "The account ending in %(account)s is kept in %(currency)s, but an entry is in another currency."
        ),
    }
    return str(told[error.code]) % params
