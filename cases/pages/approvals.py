"""The inbox of a second person: whatever waits for somebody who did not propose it, of every kind, the oldest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256

from django.core.cache import cache

from audit import clock
from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import can
from cases.pages import approvals_of_cases as of_cases
from cases.pages import approvals_of_company as of_company
from cases.pages.approval_rows import Waiting
from cases.visibility import newest_entry
from fraud.company.holiday_changes import DECIDING

COUNT_SECONDS = 60
_LOOKED_AT = 200  # so many entries since are looked through; after more it is counted anew
#: What happens most, and never changes what waits for a second person. Every other entry does for all we know.
QUIET = frozenset(
    {
        "case.taken", "case.released", "case.lock_expired", "case.assigned", "case.snoozed", "case.woken", "case.noted", "case.tagged",
        "case.checked", "case.check_skipped", "case.check_opened", "explanation.requested", "explanation.extension_asked",
        "explanation.extended", "explanation.lapsed", "evidence.added", "evidence.withdrawn", "receipt.read", "mail.sent_again",
        "user.signed_out", "label.added", "run.held_back",
    }
)  # fmt: skip


def waiting_for(by: Actor) -> list[Waiting]:
    """What the actor may decide now, the oldest first; nothing they proposed themselves, and no case they are involved in."""
    rows = [row for action, find in _KINDS if can(by, action) for row in find(by)]
    return sorted(
        rows, key=lambda row: (row.at is not None, row.at.timestamp() if row.at else 0.0, row.title)
    )


def inbox_of(by: Actor) -> list[Waiting]:
    """The same for the page of it, which the count beside its name then agrees with."""
    newest = newest_entry()
    rows = waiting_for(by)
    _remember(by, len(rows), newest)
    return rows


def waiting_count(by: Actor) -> int:
    """How many there are; 0 for whoever approves nothing. Remembered until something happens that may change it, a minute at most."""
    if not any(can(by, action) for action, _find in _KINDS):
        return 0
    newest = newest_entry()
    known: tuple[int, int, datetime] | None = cache.get(_key(by))
    if known is None or not _is_fresh(known[2]) or not _is_quiet_since(known[1], newest):
        n = len(waiting_for(by))
        _remember(by, n, newest)
        return n
    if known[1] != newest:
        cache.set(_key(by), (known[0], newest, known[2]), COUNT_SECONDS)
    return known[0]


def _is_quiet_since(seen: int, newest: int) -> bool:
    """Whether nothing was written since that could change what waits; one short query where anything was written."""
    if newest == seen:
        return True
    since = AuditEvent.objects.filter(pk__gt=seen).order_by("pk").values_list("action", flat=True)
    actions = list(since[: _LOOKED_AT + 1])
    return len(actions) <= _LOOKED_AT and QUIET.issuperset(actions)


def _is_fresh(at: datetime) -> bool:
    return timedelta(0) <= clock.now() - at < timedelta(seconds=COUNT_SECONDS)


def _remember(by: Actor, n: int, newest: int) -> None:
    cache.set(_key(by), (n, newest, clock.now()), COUNT_SECONDS)


def _key(by: Actor) -> str:
    return "cases:approvals:" + sha256(f"{by.username}:{by.employee_no}".encode()).hexdigest()


#: The permission that decides a kind, and how what waits of it is found.
_KINDS: tuple[tuple[str, Callable[[Actor], Iterator[Waiting]]], ...] = (
    ("cases.approve_decision", of_cases.decisions),
    ("cases.decide_appeal", of_cases.appeals),
    ("cases.approve_write_off", of_cases.write_offs),
    ("rules.activate_rule", of_company.rules),
    ("rules.activate_rule", of_company.retirements),
    ("rules.activate_rule", of_company.values),
    ("rules.activate_rule", of_company.policy),
    ("rules.activate_rule", of_company.words),
    ("rules.activate_rule", of_company.books),
    ("fraud.activate_threshold", of_company.settings),
    ("fraud.promote_version", of_company.versions),
    ("fraud.approve_exemption", of_company.exemptions),
    ("fraud.approve_suppression", of_company.suppressions),
    ("cases.approve_webhook", of_cases.webhooks),
    (DECIDING, of_company.days),
    ("cases.approve_mail_text", of_cases.mail_texts),
    ("fraud.approve_access", of_company.access),
)
#: Whoever may do one of these has an inbox.
APPROVING_ACTIONS: tuple[str, ...] = tuple(dict.fromkeys(action for action, _find in _KINDS))
