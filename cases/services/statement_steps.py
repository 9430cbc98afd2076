"""What a clerk does with an entry that is not certain: place it, say that it is told twice, set it aside, take it up again; and profiles of tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audit.actor import Actor
from audit.keeping import kept
from audit.permissions import NotPermitted, require
from audit.services import CONFIG, record, record_refusal
from audit.transactions import one_transaction
from cases.models import RecoveryPosting, StatementEntry, StatementProfile
from cases.services import errors
from cases.services.company import present
from cases.services.statement_entries import left_of
from cases.services.statement_postings import case_for, place, take_back
from cases.services.statement_words import words_of
from cases.services.texts import clean_line, shown_money
from cases.statements import StatementNotValid, read_table_spec

_ACTION = "cases.post_recovery"


class ProfileOfStatementsNotValid(errors.ContentNotValid):
    """A profile of tables that cannot work; the sentence says what may stand there."""

    code = "statement_profile_not_valid"
    field = "spec"


def match_entry(
    *, entry: StatementEntry, case: str, by: Actor, amount_minor: int | None = None
) -> RecoveryPosting:
    """Place an entry on the recovery of the case with this number: all of what is left of it, or `amount_minor`.

    What takes money back reverses the posting of the case it speaks of. Raises NotPermitted, CaseNotFound, EntryNotOpen, AmountNotValid and what
    posting raises.
    """
    require(by, _ACTION)
    try:
        return _match(entry, case, by, amount_minor)
    except NotPermitted as refusal:  # what kept it went with the transaction
        record_refusal(by=by, action=refusal.action, subject=f"entry:{entry.pk}", code=refusal.code)
        raise


@one_transaction()
def _match(entry: StatementEntry, case: str, by: Actor, amount_minor: int | None) -> RecoveryPosting:
    """The placing itself; the entry is locked, so that two people cannot place it twice."""
    row = StatementEntry.objects.select_for_update().get(pk=entry.pk)
    left = left_of(row)
    if not left:
        raise errors.EntryNotOpen
    found = case_for(case.strip().upper(), by)
    if row.amount_minor < 0:
        return take_back(row, by, case=found)
    minor = left if amount_minor is None else amount_minor
    if minor > left:
        raise errors.AmountNotValid("above_entry", limit=shown_money(left, row.currency))
    return place(row, found, minor, by)[0]


@one_transaction()
def set_entry_aside(*, entry: StatementEntry, reason: str, by: Actor) -> StatementEntry:
    """Take an entry off the list: it is no repayment. Raises NotPermitted, EntryNotOpen, ReasonTooShort."""
    require(by, _ACTION)
    row = StatementEntry.objects.select_for_update().get(pk=entry.pk)
    if not left_of(row):
        raise errors.EntryNotOpen
    row.set_aside_reason = clean_line(reason, minimum=2, field="reason")
    row.set_aside_by_id, row.set_aside_at = by.person_id, present()
    row.save(update_fields=["set_aside_reason", "set_aside_by", "set_aside_at"])
    record(action="statement.set_aside", by=by, subject=CONFIG, reason=row.set_aside_reason, after=_told(row))
    return row


@one_transaction()
def take_entry_up(*, entry: StatementEntry, by: Actor) -> StatementEntry:
    """Put what was set aside, or called the same as another, back on the list. Raises NotPermitted, EntryNotOpen."""
    require(by, _ACTION)
    row = StatementEntry.objects.select_for_update().get(pk=entry.pk)
    if row.set_aside_at is None and not row.is_twin_certain:
        raise errors.EntryNotOpen
    row.set_aside_reason, row.set_aside_by, row.set_aside_at = "", None, None
    row.is_twin_certain, row.twin = False, None
    row.save(update_fields=["set_aside_reason", "set_aside_by", "set_aside_at", "is_twin_certain", "twin"])
    record(action="statement.taken_up", by=by, subject=CONFIG, after=_told(row))
    return row


@one_transaction()
def call_entry_the_same(*, entry: StatementEntry, by: Actor) -> StatementEntry:
    """Say that the entry is the one another file told under another id. Raises NotPermitted, EntryNotOpen."""
    require(by, _ACTION)
    row = StatementEntry.objects.select_for_update().get(pk=entry.pk)
    if row.twin_id is None or left_of(row) != abs(row.amount_minor):
        raise errors.EntryNotOpen
    row.is_twin_certain = True
    row.save(update_fields=["is_twin_certain"])
    record(action="statement.set_aside", by=by, subject=CONFIG, after={**_told(row), "same_as": row.twin_id})
    return row


@one_transaction()
def save_statement_profile(*, name: str, spec: Mapping[str, Any], by: Actor) -> StatementProfile:
    """Keep how a company's table is read under a name. Raises NotPermitted, ProfileOfStatementsNotValid."""
    require(by, _ACTION)
    name = clean_line(name, minimum=2, maximum=60, field="name")
    try:
        read_table_spec(spec)
    except StatementNotValid as error:
        refusal = ProfileOfStatementsNotValid()
        refusal.text = words_of(error).replace("%", "%%")  # type: ignore[assignment]
        raise refusal from error
    row, _is_new = StatementProfile.objects.update_or_create(name=name, defaults={"spec": kept(dict(spec))})
    record(action="statement.profile_saved", by=by, subject=CONFIG, after={"name": name, "spec": dict(spec)})
    return row


def spec_of_lines(text: str) -> dict[str, Any]:
    """The spec of lines such as `booked_on = Buchungstag | Datum` or `decimal = ,`, as people write it on a page."""
    spec: dict[str, Any] = {}
    columns: dict[str, list[str]] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, _equals, value = (part.strip() for part in line.partition("="))
        if name in ("date_form", "decimal", "thousands", "currency"):
            spec[name] = value
        else:
            columns[name] = [part.strip() for part in value.split("|")]
    return {**spec, "columns": columns}


def _told(row: StatementEntry) -> dict[str, Any]:
    return {"entry": row.pk, "amount_minor": row.amount_minor, "currency": row.currency}
