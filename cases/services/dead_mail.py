"""Mail that has not left: shown, sent again, or said to be told another way; and somebody hears of it every day it stays."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from audit.actor import Actor
from audit.permissions import Role, require
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from cases.models import OutboxMessage
from cases.services import errors
from cases.services.company import company_today, present
from cases.services.outbox import address_of, enqueue_text
from cases.services.standing import case_subject
from cases.services.texts import NOTE_MIN, clean_line
from fraud.claims.identity import holders_of

_S = OutboxMessage.State
ALARM = "mail.dead"


def stuck_mails() -> QuerySet[OutboxMessage]:
    """Mail that is dead, or was tried in vain and will be tried again, the oldest first. No alarm yet where it failed once (`unsent`)."""
    found = OutboxMessage.objects.filter(Q(state=_S.DEAD) | (Q(state=_S.WAITING) & ~Q(error="")))
    return found.select_related("case__cardholder").order_by("created_at", "pk")


def still_waiting() -> int:
    """How many mails should have left by now and were not tried yet: the next sweep sends them."""
    return OutboxMessage.objects.filter(state=_S.WAITING, error="", next_attempt_at__lte=present()).count()


@one_transaction()
def send_again(*, message: OutboxMessage, by: Actor) -> OutboxMessage:
    """Let the next sweep try anew, to the address that is known today. Raises NotPermitted, NoAddress, MailMoved."""
    require(by, "cases.resend_mail")
    to = message.recipient
    if message.case is not None and message.case.cardholder is not None and not to:
        to = address_of(message.case.cardholder)
    if not to:
        raise errors.NoAddress
    _change(message, state=_S.WAITING, attempts=0, recipient=to, next_attempt_at=present(), error="")
    _record("mail.sent_again", message, by)
    return message


@one_transaction()
def tell_otherwise(*, message: OutboxMessage, reason: str, by: Actor) -> OutboxMessage:
    """Say that the person was told another way, and how: the mail is given up, its deadline counts from now.

    Raises NotPermitted, ReasonTooShort, MailMoved.
    """
    require(by, "cases.resend_mail")
    said = clean_line(reason, minimum=NOTE_MIN, field="reason")
    _change(message, state=_S.CANCELLED, sent_at=present())
    _record("mail.told_otherwise", message, by, said)
    return message


def give_addresses() -> int:
    """Mail to cardholders of whom no address was known waits again once there is one; returns how many."""
    given = 0
    for message in OutboxMessage.objects.filter(state=_S.DEAD, recipient="").select_related(
        "case__cardholder"
    ):
        to = address_of(message.case.cardholder) if message.case and message.case.cardholder else ""
        if to:
            changed = {"state": _S.WAITING, "recipient": to, "next_attempt_at": present(), "error": ""}
            given += OutboxMessage.objects.filter(pk=message.pk, state=_S.DEAD, recipient="").update(
                **changed
            )
    return given


@one_transaction()
def tell_of_dead_mail(now: datetime) -> int:
    """Mail every administrator how much is dead, once a day as long as any is; returns how many mails are new.

    Where nothing leaves at all, the log says it (`mail.dead`) and the pages do.
    """
    n = OutboxMessage.objects.filter(state=_S.DEAD).exclude(key__startswith=ALARM).count()
    if not n:
        return 0
    site = getattr(settings, "SITE_URL", "").rstrip("/")
    owners = holders_of(Role.SYSTEM_ADMIN).exclude(email="")
    told = 0
    for owner in owners.order_by("pk"):
        told += enqueue_text(
            key=f"{ALARM}:{company_today(now)}:{owner.pk}",
            to=owner.email,
            mail=ALARM,
            language=owner.language,
            n=n,
            mails_link=f"{site}/mail/",
        )
    return told


def _change(message: OutboxMessage, **values: object) -> None:
    """Compare-and-set on what was seen. Raises MailMoved when it has left or somebody else was faster."""
    seen = OutboxMessage.objects.filter(pk=message.pk, state=message.state, attempts=message.attempts)
    if seen.update(**values) != 1:
        raise errors.MailMoved
    message.refresh_from_db()


def _record(action: str, message: OutboxMessage, by: Actor, reason: str = "") -> None:
    subject = case_subject(message.case) if message.case is not None else CONFIG
    record(action=action, by=by, subject=subject, reason=reason, after={"mail": message.key})
