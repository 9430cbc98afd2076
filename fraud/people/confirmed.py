"""What a login had when a change of it was confirmed: read from its entries, since what it has today may be something else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from audit.models import AuditEvent
from fraud.claims.models import AccessChange
from fraud.people.changes import subject_of


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role with its days, as an entry tells of it."""

    role: str
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Access:
    """What a login had at a moment."""

    roles: list[RoleHeld]
    units: list[str]


def access_when_confirmed(changes: Iterable[AccessChange]) -> dict[int, tuple[Access, Access]]:
    """What each login had right before and right after its change was confirmed, by the change's number; from the entries."""
    wanted = {one.pk: subject_of(one.user) for one in changes}
    entries = AuditEvent.objects.filter(action="access.confirmed", subject__in=set(wanted.values()))
    return {
        entry.after["change"]: (_as_access(entry.before or {}), _as_access(entry.after))
        for entry in entries
        if entry.after and entry.after.get("change") in wanted
    }


def _as_access(plain: Mapping[str, Any]) -> Access:
    """`access_of` read back."""
    roles = []
    for text in plain.get("roles", []):
        role, _space, days = text.partition(" ")
        first, dots, last = days.partition("..")
        if not dots:  # a last day alone is written without them
            first, last = "", first
        on = [date.fromisoformat(day) if day else None for day in (first, last)]
        roles.append(RoleHeld(role, on[0], on[1]))
    return Access(roles, list(plain.get("units", [])))
