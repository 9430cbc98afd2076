"""Mail that has not left, as rows of a list: what it tells, whom, and why it did not leave. Never its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.permissions import can
from cases.models import OutboxMessage
from cases.services.outbox import NO_ADDRESS
from cases.services.telling import NOTIFIED, REQUESTED

_S = OutboxMessage.State


@dataclass(frozen=True, slots=True)
class MailRow:
    """`case` is the reference, "" for readers who see no cases; `holds_clock`: a deadline waits for it."""

    message: OutboxMessage
    what: str
    case: str
    why: str
    is_dead: bool
    holds_clock: bool


def mail_rows(messages: Sequence[OutboxMessage], by: Actor) -> list[MailRow]:
    """The rows of a page, in the reader's language."""
    sees_cases = can(by, "cases.view_case")
    return [
        MailRow(
            message=one,
            what=_what(one.key.partition(":")[0]),
            case=one.case.reference if one.case is not None and sees_cases else "",
            why=_("No mail address is known.") if one.error == NO_ADDRESS else one.error,
            is_dead=one.state == _S.DEAD,
            holds_clock=one.key.startswith((f"{REQUESTED}:", f"{NOTIFIED}:")),
        )
        for one in messages
    ]


def _what(kind: str) -> str:
    words = {
        "explanation.requested": _("A request for an explanation"),
        "explanation.reminder": _("A reminder of a request"),
        "explanation.overdue": _("An overdue explanation, to the manager"),
        "explanation.extended": _("A new deadline"),
        "explanation.moved": _("A new deadline"),
        "deadline.moved": _("A new deadline"),
        "explanation.withdrawn": _("A request that was withdrawn"),
        "decision.notified": _("A decision"),
        "decision.cleared": _("The end of a review"),
        "recovery.reminder": _("A reminder of a repayment"),
        "case.assigned": _("An assignment"),
    }
    return words.get(kind, _("Another notice"))
