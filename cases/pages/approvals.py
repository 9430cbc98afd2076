"""The inbox of a second person: whatever waits for somebody who did not propose it, of every kind, the oldest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256

from django.core.cache import cache

from audit.actor import Actor
from audit.permissions import can
from cases.pages import approvals_of_cases as of_cases
from cases.pages import approvals_of_company as of_company
from cases.pages.approval_rows import Waiting
from fraud.company.holiday_changes import DECIDING

COUNT_SECONDS = 60


def waiting_for(by: Actor) -> list[Waiting]:
    """What the actor may decide now, the oldest first; nothing they proposed themselves, and no case they are involved in."""
    rows = [row for action, find in _KINDS if can(by, action) for row in find(by)]
    return sorted(
        rows, key=lambda row: (row.at is not None, row.at.timestamp() if row.at else 0.0, row.title)
    )


def waiting_count(by: Actor) -> int:
    """How many there are, remembered for a minute; 0 for whoever approves nothing."""
    if not any(can(by, action) for action, _find in _KINDS):
        return 0
    key = "cases:approvals:" + sha256(f"{by.username}:{by.employee_no}".encode()).hexdigest()
    known: int | None = cache.get(key)
    if known is None:
        known = len(waiting_for(by))
        cache.set(key, known, COUNT_SECONDS)
    return known


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
