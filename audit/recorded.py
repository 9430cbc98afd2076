"""Who wants to know of entries as they are written: functions of the app above, called in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit.models import AuditEvent

Listener = Callable[["Sequence[AuditEvent]"], None]
_listeners: list[Listener] = []


def register_listener(listener: Listener) -> None:
    """Call this with every entry that is written; what it writes stands or falls with the change. Called when the app above starts."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(entries: Sequence[AuditEvent]) -> None:
    """Tell all listeners."""
    for listener in _listeners:
        listener(entries)
