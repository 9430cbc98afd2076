"""How much one login may take out or try in an hour: taking a company's data out row by row, or finding numbers by trying, is slowed.

Counted from the audit log, so that all processes of a company count together.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor
from audit.keeping import keyed
from audit.models import AuditEvent
from audit.permissions import NotPermitted
from audit.registry import registered

WINDOW: Final = timedelta(hours=1)
EXPORTS_AN_HOUR: Final = 100
REFUSALS_AN_HOUR: Final = 100
REFUSED: Final = "access.refused"


class TooOften(NotPermitted):
    """More than one login may in an hour."""

    status = 429
    details: Mapping[str, Any] = {}
    retry_after = int(WINDOW.total_seconds())

    def __init__(self, action: str) -> None:
        super().__init__(action, "too_often")

    @property
    def sentence(self) -> str:
        """What to do instead."""
        if self.action == REFUSED:
            return _("There were too many attempts to open what you may not see. Try again in an hour.")
        return _("That was %(n)d exports in an hour. Go on in an hour, or take more in one export.") % {
            "n": EXPORTS_AN_HOUR
        }


def keep_pace(by: Actor, action: str) -> None:
    """Raises TooOften where the actor did this, an export of any kind or a refused attempt, more than an hour allows. The system has no pace."""
    if by.is_system or not (action == REFUSED or action.endswith(".exported")):
        return
    alike = [REFUSED] if action == REFUSED else [code for code in registered() if code.endswith(".exported")]
    most = REFUSALS_AN_HOUR if action == REFUSED else EXPORTS_AN_HOUR
    since = (clock.now() - WINDOW).isoformat(timespec="microseconds")
    done = AuditEvent.objects.filter(actor=keyed(by.username), action__in=alike, at__gte=since)
    if len(done.values_list("pk")[:most]) >= most:
        raise TooOften(action)
