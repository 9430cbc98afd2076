"""Append to the audit chains, verify them, export their heads."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import F
from django.http import HttpRequest

from audit import clock
from audit.actor import Actor, Role
from audit.chain import GENESIS, Fault, entry_hash, first_fault
from audit.keeping import kept, keyed
from audit.models import AccessRecord, AuditEvent, AuditHead
from audit.pace import REFUSED, keep_pace
from audit.people import Login, Person
from audit.recorded import tell
from audit.redaction import redact
from audit.registry import action_for
from audit.transactions import one_transaction

CONFIG = "config"
#: Rows of one statement.
_AT_ONCE = 500


def actor_of(source: Any) -> Actor:
    """The actor behind a request or a user: the roles are read at every request, so a right that was lost is lost at once."""
    user = getattr(source, "user", source)
    if isinstance(user, AnonymousUser) or user is None:
        return Actor(username="anonymous")
    roles, units = _access_of(source, user)
    return Actor(
        username=user.get_username(),
        roles=roles,
        units=units,
        employee_no=getattr(user, "employee_no", "") or "",
        user_id=user.pk,
        request_id=getattr(source, "request_id", ""),
        language=getattr(source, "LANGUAGE_CODE", "") or getattr(user, "language", "") or "ko",
        only=getattr(getattr(source, "auth", None), "actions", None),
    )


def _access_of(source: Any, user: Any) -> tuple[frozenset[Role], frozenset[str]]:
    """Roles and departments of a login, read once a request."""
    known = getattr(source, "access_held", None) if source is not user else None
    if known is None or known[0] != user.pk:
        known = (user.pk, user.access_held())
        if source is not user:
            source.access_held = known
    held: tuple[frozenset[Role], frozenset[str]] = known[1]
    return held


def people_behind(usernames: Collection[str], *, employee_no: str = "") -> list[Login]:
    """The people behind logins that were written down by name: with the number kept beside it, and with today's."""
    then: list[Login] = [Person(name, employee_no) for name in usernames]
    return then + list(get_user_model().objects.filter(username__in=usernames))  # type: ignore[arg-type]


def record(
    *,
    action: str,
    by: Actor,
    subject: str,
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditEvent:
    """Append one entry to the chain of `subject`, inside the caller's transaction.

    Raises ActionNotRegistered for an unknown code, TooOften for a hundred exports in an hour and RuntimeError outside a transaction: a change and its entry
    stand or fall together. `before` and `after` hold plain JSON values (money as integer minor units, times as text).
    """
    action_for(action)
    if not connection.in_atomic_block:
        raise RuntimeError("record() must run inside the transaction of the change it records")
    if action != REFUSED:  # what was tried is kept, however often
        keep_pace(by, action)
    subject = keyed(subject, 80)
    heads = AuditHead.objects.filter(subject=subject)
    # The UPDATE takes the row lock on PostgreSQL; SQLite's IMMEDIATE transactions are already alone.
    if not heads.update(seq=F("seq") + 1):
        AuditHead.objects.get_or_create(subject=subject, defaults={"hash": GENESIS})
        heads.update(seq=F("seq") + 1)
    seq, previous = heads.values_list("seq", "hash").get()
    said = Said(action, by, subject, reason, before, after)
    event = _event(said, subject, seq, previous)
    event.save()
    heads.update(hash=event.hash)
    tell([event])
    return event


@dataclass(frozen=True, slots=True)
class Said:
    """What an entry is to say, as `record` takes it."""

    action: str
    by: Actor
    subject: str
    reason: str = ""
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    #: ISO text of when it was; empty for the moment it is appended
    at: str = ""


def record_said(said: Said) -> AuditEvent:
    """`record` of what an entry is to say."""
    return record(
        action=said.action,
        by=said.by,
        subject=said.subject,
        reason=said.reason,
        before=said.before,
        after=said.after,
    )


def record_many(entries: Sequence[Said]) -> None:
    """Append many entries, of one or of many subjects and in their order, in a few statements: each reads as `record` would have written it.

    Raises as `record`, and IntegrityError where another transaction begins one of the chains meanwhile.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("record_many() must run inside the transaction of the changes it records")
    for action, by in dict.fromkeys((said.action, said.by) for said in entries):
        action_for(action)
        keep_pace(by, action)
    subjects = list(dict.fromkeys(keyed(said.subject, 80) for said in entries))
    heads: dict[str, tuple[int, str]] = {}
    for some in _in_parts(subjects):
        held = AuditHead.objects.select_for_update().filter(subject__in=some).order_by("subject")
        heads |= {head.subject: (head.seq, head.hash) for head in held}
    known, events = set(heads), []
    for said in entries:
        subject = keyed(said.subject, 80)
        seq, previous = heads.get(subject, (0, GENESIS))
        event = _event(said, subject, seq + 1, previous)
        heads[subject] = (event.seq, event.hash)
        events.append(event)
    AuditEvent.objects.bulk_create(events, batch_size=_AT_ONCE)
    rows = [AuditHead(subject=subject, seq=seq, hash=digest) for subject, (seq, digest) in heads.items()]
    AuditHead.objects.bulk_create((row for row in rows if row.subject not in known), batch_size=_AT_ONCE)
    AuditHead.objects.bulk_create(
        (row for row in rows if row.subject in known),
        batch_size=_AT_ONCE,
        update_conflicts=True,
        unique_fields=["subject"],
        update_fields=["seq", "hash"],
    )
    tell(events)


def _in_parts(names: Sequence[str], size: int = _AT_ONCE) -> Iterator[Sequence[str]]:
    """The names, so many at a time as one statement takes."""
    for start in range(0, len(names), size):
        yield names[start : start + size]


def _event(said: Said, subject: str, seq: int, previous: str) -> AuditEvent:
    entry: dict[str, Any] = {
        "subject": subject,
        "seq": seq,
        "action": said.action,
        "actor": keyed(said.by.username),
        "actor_role": said.by.role_names,
        # Struck out before the hash is taken: what the table would strike out later would break the chain.
        "reason": redact(said.reason),
        "before": kept(said.before),
        "after": kept(said.after),
        "request_id": said.by.request_id,
        "at": said.at or clock.now().isoformat(timespec="microseconds"),
        "previous_hash": previous,
    }
    return AuditEvent(**entry, hash=entry_hash(entry))


def record_first(*, action: str, by: Actor, entries: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Begin many chains at once: the same first entry as `record` would write for each (subject, after).

    For subjects that are created in this transaction. Raises IntegrityError when one of the chains exists already.
    """
    action_for(action)
    if not connection.in_atomic_block:
        raise RuntimeError("record_first() must run inside the transaction of the changes it records")
    at = clock.now().isoformat(timespec="microseconds")
    shared: dict[str, Any] = {
        "seq": 1,
        "action": action,
        "actor": keyed(by.username),
        "actor_role": by.role_names,
        "reason": "",
        "before": None,
        "request_id": by.request_id,
        "at": at,
        "previous_hash": GENESIS,
    }
    rows = [{**shared, "subject": keyed(subject, 80), "after": kept(after)} for subject, after in entries]
    events = [AuditEvent(**row, hash=entry_hash(row)) for row in rows]
    AuditEvent.objects.bulk_create(events, batch_size=_AT_ONCE)
    AuditHead.objects.bulk_create(
        (AuditHead(subject=event.subject, seq=1, hash=event.hash) for event in events), batch_size=_AT_ONCE
    )
    tell(events)


def record_refusal(*, by: Actor, action: str, subject: str, code: str) -> None:
    """Keep that somebody tried what they may not do; in a transaction of its own, since the attempt changed nothing. Raises TooOften for the hundredth in an hour."""
    with one_transaction():
        record(action=REFUSED, by=by, subject=subject, after={"action": action, "code": code})
    keep_pace(by, REFUSED)


def record_access(
    *, request: HttpRequest, subject: str, what: str, employee_no: str = "", reason: str = ""
) -> None:
    """Keep that a member of staff looked at somebody's personal data."""
    by = getattr(request, "actor", None) or actor_of(request)
    AccessRecord.objects.create(
        actor=by.username,
        actor_role=by.role_names,
        subject=subject,
        employee_no=employee_no,
        what=what,
        reason=redact(reason),
        request_id=by.request_id,
        address=request.META.get("REMOTE_ADDR"),
    )


def chain_entries(subject: str) -> Iterator[dict[str, Any]]:
    """The entries of one chain as plain records, in order."""
    rows: Any = AuditEvent.objects.filter(subject=subject).order_by("seq").values()
    return rows.iterator(chunk_size=2000)


def find_faults(heads: dict[str, tuple[int, str]] | None = None) -> list[Fault]:
    """The first fault of every chain that has one; `heads` are exported heads to hold the chains against."""
    kept = {head.subject: (head.seq, head.hash) for head in AuditHead.objects.iterator()}
    subjects = (
        set(AuditEvent.objects.values_list("subject", flat=True).distinct()) | set(kept) | set(heads or {})
    )
    faults = []
    for subject in sorted(subjects):
        for head in (kept.get(subject, (0, GENESIS)), (heads or {}).get(subject)):
            fault = first_fault(subject, chain_entries(subject), head)
            if fault is None and head is not None and subject not in kept:
                fault = Fault(subject, 0, "extra", f"{subject} has entries but no head")
            if fault is not None:
                faults.append(fault)
                break
    return faults


def export_heads() -> dict[str, tuple[int, str]]:
    """Count and last hash of every chain; kept elsewhere, it shows a cut tail."""
    return {head.subject: (head.seq, head.hash) for head in AuditHead.objects.order_by("subject")}
