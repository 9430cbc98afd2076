"""Entries of statements as pages and the interface show them: what is open, and to which recovery each may belong, with reasons in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.language import current_language
from cases.instalments import agreed_parts
from cases.models import RecoveryPosting, StatementEntry
from cases.pages.ledger import with_balances
from cases.services.company import company_today
from cases.services.statement_entries import left_of, with_placed
from cases.services.texts import shown_money
from cases.statements import Entry
from cases.statements.matching import HIGH, LOW, MEDIUM, Open, Proposal, propose
from cases.visibility import visible_entries, visible_recoveries
from fraud.web.dates import say_day

VIEWS = ("open", "taken_back", "done", "set_aside")


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal in words."""

    case: str
    amount_minor: int
    confidence: str
    word: str
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry, what of it is left to be placed, how it stands in words, and what is proposed."""

    entry: StatementEntry
    left_minor: int
    standing: str
    proposals: Sequence[Proposed]


def entries(by: Actor, view: str) -> QuerySet[StatementEntry]:
    """The entries of a view that the reader may see, each with `placed`.

    open: something is left, unmatched, in part, or a taking back that waits; taken_back: the bank took a posting of it back; done; set_aside.
    """
    rows = with_placed(visible_entries(by)).select_related("file", "twin__file")
    aside = Q(set_aside_at__isnull=False) | Q(is_twin_certain=True)
    if view == "set_aside":
        return rows.filter(aside)
    if view == "taken_back":
        taken = RecoveryPosting.objects.filter(reversed_by__entry__isnull=False, entry__isnull=False)
        return rows.filter(pk__in=taken.values("entry"))
    is_done = Q(amount_minor__gt=0, placed__gte=F("amount_minor")) | Q(
        amount_minor__lt=0, placed__lte=F("amount_minor")
    )
    return rows.exclude(aside).filter(is_done) if view == "done" else rows.exclude(aside).exclude(is_done)


def entry_rows(found: Iterable[StatementEntry], by: Actor) -> list[EntryRow]:
    """The entries with their proposals, in their order."""
    rows = list(found)
    is_any_open = any(left_of(row) for row in rows)
    opens = open_recoveries(by) if is_any_open else []
    returns = _returns(rows, by)
    return [_row(row, opens, returns) for row in rows]


def open_recoveries(by: Actor) -> list[Open]:
    """Every recovery that waits for money and is not hidden from the reader, with the signs its payments may carry."""
    recoveries = visible_recoveries(by).filter(closed_at=None).select_related("case__cardholder")
    balances = with_balances(recoveries)
    ends: dict[int, set[str]] = defaultdict(set)
    usual: dict[int, set[int]] = defaultdict(set)
    held = RecoveryPosting.objects.filter(reverses=None, reversed_by=None).exclude(entry=None)
    for person, recovery, end, minor in held.values_list(
        "recovery__case__cardholder_id", "recovery_id", "entry__payer_end", "amount_minor"
    ):
        usual[recovery].add(minor)
        if end:
            ends[person].add(end)
    return [
        Open(
            case=line.recovery.case.reference,
            currency=line.recovery.currency,
            outstanding_minor=line.balance.outstanding_minor,
            name=line.recovery.case.cardholder.name,
            employee_no=line.recovery.case.cardholder.employee_no,
            parts=[
                (part.due_on, part.amount_minor - part.paid_minor)
                for part in agreed_parts(line.recovery.plan, line.balance, line.recovery.planned_after_minor)
                if not part.is_paid
            ],
            ends=frozenset(ends[line.recovery.case.cardholder_id]),
            usual=frozenset(usual[line.recovery.pk]),
        )
        for line in balances
        if line.balance.outstanding_minor
    ]


def _returns(rows: Sequence[StatementEntry], by: Actor) -> Mapping[int, list[str]]:
    """Entry that takes money back → the cases with a posting of that amount which still holds."""
    found: dict[int, list[str]] = {}
    for row in rows:
        if row.amount_minor < 0:
            postings = RecoveryPosting.objects.filter(
                amount_minor=-row.amount_minor,
                recovery__in=visible_recoveries(by),
                recovery__currency=row.currency,
                method=row.method,
                received_on__lte=row.booked_on,
                reverses=None,
                reversed_by=None,
            ).order_by("-received_on", "-pk")
            found[row.pk] = list(
                dict.fromkeys(postings.values_list("recovery__case__reference", flat=True)[:20])
            )
    return found


def _row(row: StatementEntry, opens: Sequence[Open], returns: Mapping[int, list[str]]) -> EntryRow:
    left = left_of(row)
    if not left:
        made: list[Proposal] = []
    elif row.amount_minor < 0:
        made = _taking_back(row, returns.get(row.pk, []))
    else:
        made = propose(entry_of(row), opens, left_minor=left)
        if row.is_reversal or row.twin_id:  # it may be no repayment, or told twice: a person has to look
            made = [replace(each, confidence=LOW) for each in made]
    return EntryRow(row, left, _standing(row, left), [_in_words(each, row.currency) for each in made])


def entry_of(row: StatementEntry) -> Entry:
    """The row as what the matching compares."""
    return Entry(
        row.booked_on,
        row.amount_minor,
        row.currency,
        row.is_reversal,
        row.reference,
        row.text,
        payer=row.payer,
        payer_end=row.payer_end,
        employee_no=row.employee_no,
        method=row.method,
    )


def _taking_back(row: StatementEntry, cases: Sequence[str]) -> list[Proposal]:
    """The cases whose posting may be taken back: the named one first, the only one with that amount likely."""
    named = [case for case in cases if case == row.case_named]
    if named:
        return [Proposal(named[0], 60, HIGH, (("case", {}), ("same_amount", {})), abs(row.amount_minor))]
    sure = MEDIUM if len(cases) == 1 else LOW
    return [Proposal(case, 25, sure, (("same_amount", {}),), abs(row.amount_minor)) for case in cases[:3]]


def _standing(row: StatementEntry, left: int) -> str:
    """How the entry stands, in words; empty for one nobody has looked at."""
    if row.is_twin_certain:
        return _("told by another file")
    if row.set_aside_at is not None:
        return _("left out: %(reason)s") % {"reason": row.set_aside_reason}
    if row.twin_id is not None and left == abs(row.amount_minor):
        return _("perhaps told twice")
    if row.amount_minor < 0:
        if not left:
            return _("taken back")
        return (
            _("taken back by the bank, not yet in the ledger")
            if row.is_reversal
            else _("went out, not yet judged")
        )
    if not left:
        return _("posted")
    if row.is_reversal:
        return _("given back by the bank")
    if left < row.amount_minor:
        return _("in part: %(left)s left") % {"left": shown_money(left, row.currency)}
    return ""


def _in_words(made: Proposal, currency: str) -> Proposed:
    words = {HIGH: _("very likely"), MEDIUM: _("likely"), LOW: _("possible")}
    reasons = [reason_of(sign, values, currency) for sign, values in made.reasons]
    return Proposed(made.case, made.amount_minor, made.confidence, words[made.confidence], reasons)


def reason_of(sign: str, values: Mapping[str, Any], currency: str) -> str:
    """A sign that speaks for a recovery, in words."""
    told = {
        "case": _("names the case"),
        "case_broken": _("names the case, broken over lines or without hyphens"),
        "employee_no": _("employee number %(number)s"),
        "name": _("names %(name)s"),
        "account": _("from the account ending in %(end)s, as before"),
        "outstanding": _("exactly what is still to come back"),
        "instalment": _("the instalment due on %(on)s"),
        "usual": _("an amount that came before"),
        "due": _("which is due about that day"),
        "above": _("more than is open: %(open)s"),
        "alike": _("%(n)s recoveries fit about equally"),
        "same_amount": _("a posting of this amount is there"),
    }
    shown = dict(values)
    if "on" in shown:
        shown["on"] = say_day(date.fromisoformat(shown["on"]), current_language(), today=company_today())
    if "open_minor" in shown:
        shown["open"] = shown_money(shown["open_minor"], currency)
    return told[sign] % shown
