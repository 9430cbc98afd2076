"""Entries of statements as rows: each kept once however often and in whatever format it is told, and how much of it is placed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from audit.actor import Actor
from audit.keeping import keyed
from audit.redaction import redact
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from cases.models import StatementEntry, StatementFile
from cases.services.company import present
from cases.services.statement_lines import StatementLine
from cases.statements import Statement

_TEXT, _PAYER = 500, 120
#: Postings that place an entry: those that hold, and those the bank itself took back. What a person reversed may be placed again.
_PLACES = Q(postings__reversed_by=None) | Q(postings__reversed_by__entry__isnull=False)


def with_placed(rows: QuerySet[StatementEntry]) -> QuerySet[StatementEntry]:
    """The entries, each with `placed`: minor units of it that are posted, below 0 where it takes money back."""
    return rows.annotate(placed=Coalesce(Sum("postings__amount_minor", filter=_PLACES), 0))


def left_of(entry: StatementEntry) -> int:
    """Minor units of an entry that are still to be placed, at least 0; what is told elsewhere or set aside has none."""
    if entry.is_twin_certain or entry.set_aside_at is not None:
        return 0
    placed = getattr(entry, "placed", None)
    if placed is None:
        placed = with_placed(StatementEntry.objects.filter(pk=entry.pk)).get().placed  # type: ignore[attr-defined]
    return max(abs(entry.amount_minor) - abs(placed), 0)


@one_transaction()
def take_in(
    *,
    statements: Sequence[Statement],
    lines: Sequence[Sequence[StatementLine]],
    content: bytes,
    name: str,
    by: Actor,
) -> list[tuple[StatementLine, StatementEntry]]:
    """The entries of a file, `lines` by statement: those known already, and new rows for the others. One transaction."""
    taken: list[tuple[StatementLine, StatementEntry]] = []
    digest = hashlib.sha256(content).hexdigest()
    for statement, part in zip(statements, lines, strict=True):
        known = [(line, _known(statement, line)) for line in part]
        for _line, row in known:
            if row is not None and statement.kind not in row.told_by:
                row.told_by = [*row.told_by, statement.kind]
                row.save(update_fields=["told_by"])
        if any(row is None for _, row in known):
            file = _file(statement, digest, name, by)
            made = [(line, row or _new(statement, line, file)) for line, row in known]
            _told_in_detail(made, statement.kind)
            for line, row in made:
                _find_twin(row, statement.kind, is_new=any(line is one for one, old in known if old is None))
            taken += made
        else:
            taken += [(line, row) for line, row in known if row is not None]
    record(
        action="statement.taken_in",
        by=by,
        subject=CONFIG,
        after={"name": redact(name)[:200], "n_entries": len(taken), "sha256": digest},
    )
    return taken


def _known(statement: Statement, line: StatementLine) -> StatementEntry | None:
    return StatementEntry.objects.filter(
        reference=line.reference,
        booked_on=line.entry.booked_on,
        amount_minor=line.entry.minor,
        currency=line.entry.currency,
        account_end=statement.account_end,
    ).first()


def _file(statement: Statement, digest: str, name: str, by: Actor) -> StatementFile:
    return StatementFile.objects.create(
        name=redact(name)[:200],
        kind=statement.kind,
        account_end=statement.account_end,
        sha256=digest,
        taken_by_id=by.person_id,
        taken_at=present(),
    )


def _new(statement: Statement, line: StatementLine, file: StatementFile) -> StatementEntry:
    entry = line.entry
    return StatementEntry.objects.create(
        file=file,
        reference=line.reference,
        account_end=statement.account_end,
        booked_on=entry.booked_on,
        amount_minor=entry.minor,
        currency=entry.currency,
        is_reversal=entry.is_reversal,
        method=entry.method,
        text=redact(entry.text)[:_TEXT],
        payer=redact(entry.payer)[:_PAYER],
        payer_end=entry.payer_end,
        batch=keyed(entry.batch, 80)[:80],
        employee_no=entry.employee_no[:60],
        case_named=line.case_reference,
        told_by=[statement.kind],
    )


def _told_in_detail(made: Iterable[tuple[StatementLine, StatementEntry]], kind: str) -> None:
    """A sum booked in one entry and its parts told by another file are the same money: only one of the two is placed."""
    batches: dict[str, list[StatementEntry]] = {}
    for _line, row in made:
        batches.setdefault(row.batch, []).append(row)
    parts = batches.pop("", [])
    for row in parts:
        details = [
            each
            for each in StatementEntry.objects.filter(batch=row.reference).exclude(pk=row.pk)
            if each.currency == row.currency
        ]
        if details and sum(each.amount_minor for each in details) == row.amount_minor and not row.twin_id:
            _pair(row, details[0])
    for batch, details in batches.items():
        whole = StatementEntry.objects.filter(
            reference=batch, batch="", amount_minor=sum(each.amount_minor for each in details)
        ).first()
        if whole is None or whole.twin_id or any(each.twin_id for each in details):
            continue
        if left_of(whole) == abs(whole.amount_minor):
            _pair(whole, details[0])
        else:
            for each in details:
                _pair(each, whole)


def _pair(row: StatementEntry, twin: StatementEntry, *, is_certain: bool = True) -> None:
    row.twin, row.is_twin_certain = twin, is_certain
    row.save(update_fields=["twin", "is_twin_certain"])


def _may_be(row: StatementEntry, other: StatementEntry) -> bool:
    """False where they name different cases, or stand on different accounts without naming the same one."""
    named = {row.case_named, other.case_named} - {""}
    accounts = {row.account_end, other.account_end} - {""}
    return len(named) < 2 and (len(accounts) < 2 or row.case_named == other.case_named != "")


def _find_twin(row: StatementEntry, kind: str, *, is_new: bool) -> None:
    """An entry of another format with the same day and amount that this format has not told yet: perhaps the same under another id.

    It is the same for certain where account and case number agree as well; each entry is the twin of one other at most.
    """
    if not is_new or row.twin_id:
        return
    alike = StatementEntry.objects.filter(
        booked_on=row.booked_on,
        amount_minor=row.amount_minor,
        currency=row.currency,
        method=row.method,
        is_reversal=row.is_reversal,
        is_twin_certain=False,
        twins=None,
    ).exclude(pk=row.pk)
    others = [each for each in alike.order_by("pk") if kind not in each.told_by and _may_be(row, each)]
    others.sort(key=lambda each: (each.case_named != row.case_named, each.account_end != row.account_end))
    if not others:
        return
    twin = others[0]
    same = bool(row.case_named) and (twin.case_named, twin.account_end) == (row.case_named, row.account_end)
    _pair(row, twin, is_certain=same)
    if same:
        twin.told_by = [*twin.told_by, kind]
        twin.save(update_fields=["told_by"])
