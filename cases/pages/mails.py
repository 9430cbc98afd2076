"""Mail that has not left, as rows of a list: what it tells, whom, and why it did not leave. Never its text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from audit.actor import Actor
from audit.permissions import can
from cases.models import OutboxMessage
from cases.services.outbox import NO_ADDRESS
from cases.services.telling import NOTIFIED, REQUESTED

_S = OutboxMessage.State

#: Why a mail did not leave, by the name of what the sending raised.
WHY: Mapping[str, Promise] = {
    NO_ADDRESS: _l("No mail address is known."),
    "ConnectionRefusedError": _l("The mail server does not answer."),
    "SMTPAuthenticationError": _l("The mail server does not accept our login."),
    "SMTPConnectError": _l("The mail server does not answer."),
    "SMTPRecipientsRefused": _l("The mail server does not know the address."),
    "SMTPServerDisconnected": _l("The mail server broke the connection off."),
    "TimeoutError": _l("The mail server did not answer in time."),
    "gaierror": _l("The mail server was not found under its name."),
}

#: What a mail tells, by the first part of its key.
WHAT: Mapping[str, Promise] = {
    "appeal.decided": _l("The answer to an appeal"),
    "appeal.received": _l("An appeal, to whoever decides it"),
    "case.assigned": _l("An assignment"),
    "case.claim_changed": _l("What a delivery changed of a payment"),
    "case.claim_left": _l("A payment that is not theirs, taken out of the case"),
    "case.not_theirs": _l("The end of a case about payments that are not theirs"),
    "deadline.moved": _l("A new deadline, since a day off was added"),
    "decision.cleared": _l("The end of a review"),
    "decision.notified": _l("A decision"),
    "detection.alarms": _l("Alarms of detection, to the model owners"),
    "explanation.extended": _l("A new deadline"),
    "explanation.moved": _l("A new deadline"),
    "explanation.overdue": _l("An overdue explanation, to the manager"),
    "explanation.received": _l("An explanation, to the reviewer"),
    "explanation.reminder": _l("A reminder of a request"),
    "explanation.requested": _l("A request for an explanation"),
    "explanation.withdrawn": _l("A request that was withdrawn"),
    "extension.asked": _l("The wish for more time, to the reviewer"),
    "login.invited": _l("An invitation to a new login"),
    "login.left": _l("The end of a leaver's login, to the administrators"),
    "login.password": _l("A changed password, to its owner"),
    "login.reset": _l("A link to a new password"),
    "login.second_step": _l("A changed second step, to its owner"),  # of mails kept from before
    "login.second_step_added": _l("A second step that was set up, to its owner"),
    "login.second_step_removed": _l("A second step that was removed, to its owner"),
    "mail.dead": _l("Mail that does not leave, to the administrators"),
    "model.damaged": _l("A damaged model, to its owner"),
    "notice": _l("One thing that waits, to staff who want it at once"),
    "notices": _l("The day's letter of what waits, to staff"),
    "recovery.bounced": _l("A repayment that was taken back"),
    "recovery.closed": _l("The end of a repayment"),
    "recovery.given_back": _l("Money that was given back"),
    "recovery.not_given_back": _l("Money that was not given back after all"),
    "recovery.owed": _l("Money that is owed back"),
    "recovery.owed_anew": _l("Money that is owed back after a new decision"),
    "recovery.reminder": _l("A reminder of a repayment"),
    "recovery.resumed": _l("A repayment that goes on"),
    "recovery.waived": _l("A repayment that was waived"),
}


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
            what=str(WHAT.get(one.key.partition(":")[0], _("Another notice"))),
            case=one.case.reference if one.case is not None and sees_cases else "",
            why=_why(one.error),
            is_dead=one.state == _S.DEAD,
            holds_clock=one.key.startswith((f"{REQUESTED}:", f"{NOTIFIED}:")),
        )
        for one in messages
    ]


def _why(error: str) -> str:
    """The reason in words, with what the server itself said."""
    name, _colon, said = error.partition(":")
    return f"{WHY[name]} {said}".strip() if name in WHY else error
