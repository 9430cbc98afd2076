"""Posting entries of statements: what names its case is posted, what the bank took back reverses its posting, the rest waits for a person."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from audit.actor import Actor
from cases.models import Case, RecoveryPosting, StatementEntry
from cases.services import errors
from cases.services.conflicts import relations_of
from cases.services.recovery import confirm_from_file, post_recovery, reverse_posting
from cases.services.statement_entries import left_of
from cases.services.statement_lines import TAKEN_BACK
from cases.workflow import State


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line that was not posted: physical line (the header is 1), stable code, and what would be right."""

    line: int
    code: str
    sentence: str
    original: str


@dataclass(slots=True)
class PostingReport:
    """`n_lines` = posted + confirmed + known + rejected; `posted` is money in minor units a currency.

    `is_kept`: the lines were entries of a statement, so that what was rejected waits on the list of open entries.
    """

    n_lines: int = 0
    n_posted: int = 0
    n_confirmed: int = 0
    n_known: int = 0
    rejected: list[RejectedLine] = field(default_factory=list)
    posted: dict[str, int] = field(default_factory=dict)
    is_kept: bool = False

    def add(self, minor: int, currency: str) -> None:
        """Count a posting."""
        self.n_posted += 1
        self.posted[currency] = self.posted.get(currency, 0) + minor


def post_entry(row: StatementEntry, report: PostingReport, by: Actor) -> None:
    """Post what is certain: an entry that names one case. Raises CaseworkError where a person has to look."""
    if left_of(row) == 0:
        report.n_known += 1
        return
    if row.amount_minor < 0 and not row.is_reversal:
        raise errors.AmountNotValid("went_out")
    if row.amount_minor < 0:
        take_back(row, by)
        report.add(row.amount_minor, row.currency)
        return
    if not row.case_named:
        raise errors.CaseNotNamed
    if row.is_reversal:
        raise errors.AmountNotValid("given_back")
    if row.twin_id is not None:
        raise errors.PerhapsTold
    case = case_for(row.case_named, by)
    posting, is_new = place(row, case, left_of(row), by)
    if is_new:
        report.add(posting.amount_minor, row.currency)
    else:
        report.n_confirmed += 1


def case_for(reference: str, by: Actor) -> Case:
    """The case of a reference. Raises CaseNotFound, also for whoever is involved in it."""
    case = Case.objects.select_related("cardholder__department").filter(reference=reference).first()
    if case is None or relations_of(by, case).involvement:
        raise errors.CaseNotFound
    return case


def place(row: StatementEntry, case: Case, minor: int, by: Actor) -> tuple[RecoveryPosting, bool]:
    """Post so much of an entry to a case, or confirm the posting somebody made of it by hand; returns it and whether it is new.

    Raises CaseworkError.
    """
    line, known = _line_of(row, case)
    if known is not None:
        if known.amount_minor != minor:
            raise errors.AmountNotValid("other_posted")
        confirm_from_file(posting=known, by=by, entry=row)
        return known, False
    if case.state != State.RECOVERING:
        raise errors.AmountNotValid("already_settled")
    posting = post_recovery(
        case=case,
        amount_minor=minor,
        method=RecoveryPosting.Method(row.method),
        bank_reference=line,
        received_on=row.booked_on,
        by=by,
        expected_version=case.version,
        currency=row.currency,
        is_confirmed=True,
        entry=row,
    )
    return posting, True


def _line_of(row: StatementEntry, case: Case) -> tuple[str, RecoveryPosting | None]:
    """The reference an entry is posted under in a case, and what somebody posted under it by hand.

    The bank's id, with the day where the case has the same id of another entry.
    """
    held = RecoveryPosting.objects.filter(
        recovery__case=case, method=row.method, reverses=None, reversed_by=None, bank_reference=row.reference
    ).first()
    if held is None or held.entry_id is None:
        return row.reference, held
    return f"{row.reference[:69]}@{row.booked_on:%Y%m%d}", None


def take_back(row: StatementEntry, by: Actor, *, case: Case | None = None) -> RecoveryPosting:
    """Reverse the posting that a reversed entry speaks of: the one of the entry with its id, else the latest of the case with that amount.

    Raises CaseNotNamed, CaseNotFound, AmountNotValid, OwnPosting.
    """
    if case is None:
        reference = row.case_named or _case_of_id(row)
        if not reference:
            raise errors.CaseNotNamed
        case = case_for(reference, by)
    if row.currency != case.currency:
        raise errors.AmountNotValid("currency", currency=case.currency)
    open_ones = RecoveryPosting.objects.filter(
        recovery__case=case,
        method=row.method,
        amount_minor=-row.amount_minor,
        received_on__lte=row.booked_on,
        reverses=None,
        reversed_by=None,
    ).order_by("-received_on", "-pk")
    reference = row.reference.removesuffix(TAKEN_BACK)
    posting = open_ones.filter(bank_reference=reference).first() or open_ones.first()
    if posting is None:
        raise errors.AmountNotValid("nothing_to_take_back")
    return reverse_posting(
        posting=posting,
        reason=_("taken back by the bank: %(reference)s") % {"reference": reference},
        by=by,
        expected_version=case.version,
        bank_reference=row.reference,
        entry=row,
    )


def _case_of_id(row: StatementEntry) -> str:
    """The one case to which an entry with the same id of the bank was posted, "" for none or several."""
    posted = RecoveryPosting.objects.filter(
        entry__reference=row.reference.removesuffix(TAKEN_BACK),
        entry__account_end=row.account_end,
        amount_minor=-row.amount_minor,
        reverses=None,
        reversed_by=None,
    )
    found = set(posted.values_list("recovery__case__reference", flat=True))
    return str(found.pop()) if len(found) == 1 else ""
