"""What the rail offers, as data: label, address, drawing and the actions that open it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from audit.actor import Actor
from audit.permissions import can


@dataclass(frozen=True, slots=True)
class RailItem:
    """One entry. It is shown to whoever may do any of `actions`; `also` are further addresses that belong to it."""

    key: str
    label: str | Promise
    path: str
    actions: tuple[str, ...]
    also: tuple[str, ...] = ()


RAIL: tuple[RailItem, ...] = (
    RailItem("queue", pgettext_lazy("rail", "Queue"), "/queue/", ("cases.view_case",), ("/cases/",)),
    RailItem(
        "approvals",
        pgettext_lazy("rail", "Approvals"),
        "/approvals/",
        ("cases.approve_decision", "rules.activate_rule", "fraud.promote_version", "fraud.approve_access"),
    ),
    RailItem("notices", pgettext_lazy("rail", "Notices"), "/notices/", ("cases.view_notice",)),
    RailItem("work", pgettext_lazy("rail", "Work"), "/workload/", ("cases.view_work",)),
    RailItem("claims", pgettext_lazy("rail", "Claims"), "/claims/", ("fraud.view_claim",)),
    RailItem("runs", pgettext_lazy("rail", "Runs"), "/runs/", ("fraud.view_run",)),
    RailItem("files", pgettext_lazy("rail", "Files"), "/files/", ("fraud.view_file",)),
    RailItem("rules", pgettext_lazy("rail", "Rules"), "/rules/", ("rules.view_rule",)),
    RailItem("detection", pgettext_lazy("rail", "Detection"), "/detection/", ("fraud.view_detection",)),
    RailItem("recovery", pgettext_lazy("rail", "Recovery"), "/recovery/", ("cases.view_recovery",)),
    RailItem("reports", pgettext_lazy("rail", "Reports"), "/reports/", ("cases.view_case", "fraud.view_run")),
    RailItem("mail", pgettext_lazy("rail", "Mail"), "/mail/", ("cases.view_mail",)),
    RailItem(
        "connections",
        pgettext_lazy("rail", "Connections"),
        "/connections/webhooks/",
        ("cases.view_webhook",),
        ("/connections/",),
    ),
    RailItem("health", pgettext_lazy("rail", "Health"), "/health/", ("cases.view_health",)),
    RailItem("audit", pgettext_lazy("rail", "Audit"), "/audit/", ("audit.view_events",)),
    RailItem("people", pgettext_lazy("rail", "People"), "/people/", ("fraud.view_people",)),
    RailItem("clock", pgettext_lazy("rail", "Calendar"), "/calendar/", ("fraud.view_calendar",)),
    RailItem(
        "settings",
        pgettext_lazy("rail", "Settings"),
        "/settings/",
        ("fraud.view_settings", "fraud.change_settings"),
    ),
)


def may_open(path: str, by: Actor) -> bool:
    """Whether the rail offers the page at this address to somebody."""
    return any(can(by, action) for item in RAIL if item.path == path for action in item.actions)


#: Key of an entry → how much waits there for somebody. The app that knows registers it.
_COUNTS: dict[str, Callable[[Actor], int]] = {}


def register_count(key: str, count: Callable[[Actor], int]) -> None:
    """Show beside an entry of the rail how much waits there."""
    _COUNTS[key] = count


def count_at(key: str, by: Actor) -> int:
    """How much waits at an entry for somebody; 0 where nobody counts."""
    count = _COUNTS.get(key)
    return count(by) if count else 0
