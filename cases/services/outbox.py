"""Mail leaves through rows: written in the transaction of the change that causes it, sent later, each key once."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q

from audit.faults import hit
from audit.language import spoken
from audit.services import actor_of
from cases.models import Case, Notice, OutboxMessage
from cases.services.company import present
from cases.services.conflicts import user_of
from cases.services.mail_texts import current_text, filled
from cases.services.mails import render_mail
from cases.services.notices import OF_MAILS, keep_notice
from cases.services.seeing import may_see
from fraud.claims.models import Cardholder, User
from fraud.people.mailing import with_link

#: Tries after 2, 4, 8 … minutes, then every four hours: a mail server may be away for a weekend's day and a half.
MAX_ATTEMPTS = 16
LONGEST_WAIT = timedelta(hours=4)
SENDING_LEASE = timedelta(minutes=10)  # nobody else tries while one sender may still be at it
BATCH = 200
NO_ADDRESS = "NoAddress"
_log = logging.getLogger(__name__)


def enqueue_mail(
    *, key: str, to: User | Cardholder | None, mail: str, case: Case, delay_seconds: int = 0, **facts: Any
) -> OutboxMessage | None:
    """Write a mail to be sent after this transaction; None for staff without an address, or who want it otherwise.

    `mail` names a text of `cases.services.mails`, rendered in the recipient's language. The same key is one mail, ever.
    A cardholder's without an address is kept as dead, so that it shows and no clock runs (`telling`).
    """
    if to is None:
        return None
    login = to if isinstance(to, User) else user_of(to)
    address = address_of(to)
    if isinstance(to, User) and mail in OF_MAILS:
        if not may_see(actor_of(to), case):  # who holds it may not see it any more: the sweep hands it on
            return None
        notice, _is_new = keep_notice(user=to, kind=OF_MAILS[mail], key=key, case=case)
        if notice.mail != Notice.Mail.SENT:  # they want it in the day's letter, or on the page only
            return None
    if not address and isinstance(to, User):
        return None
    language = login.language if login else "ko"
    subject, body = render_mail(mail, language, case=case, **facts)
    message, _ = OutboxMessage.objects.get_or_create(
        key=key,
        defaults={
            "case": case,
            "recipient": address,
            **({} if address else {"state": OutboxMessage.State.DEAD, "error": NO_ADDRESS}),
            "subject": subject,
            "body": body,
            "next_attempt_at": present() + timedelta(seconds=delay_seconds),
        },
    )
    return message


def address_of(person: User | Cardholder) -> str:
    """Where mail to somebody goes: their login's address, else the personnel list's; "" for none."""
    login = person if isinstance(person, User) else user_of(person)
    return (login.email if login else "") or (person.email if isinstance(person, Cardholder) else "")


def enqueue_notice(*, key: str, to: str, subject: str, body: str) -> bool:
    """Write a mail that is about no case; whether it is new: the same key is one mail, ever."""
    values = {"recipient": to, "subject": " ".join(subject.split())[:200], "body": body.strip() + "\n"}
    _, is_new = OutboxMessage.objects.get_or_create(
        key=key, defaults={**values, "next_attempt_at": present()}
    )
    return is_new


def enqueue_text(*, key: str, to: str, mail: str, language: str, **values: object) -> bool:
    """The same of a text of the registry, its places filled with `values`. Raises KeyError for an unknown mail."""
    told = {name: str(value) for name, value in values.items()}
    subject, body = (filled(part, told) for part in current_text(mail, spoken(language)))
    return enqueue_notice(key=key, to=to, subject=subject, body=body)


def cancel_mails(*, prefix: str) -> int:
    """Take back mails that have not left, and those nobody has told in person yet; returns how many."""
    waiting = Q(state=OutboxMessage.State.WAITING) | Q(state=OutboxMessage.State.DEAD, error=NO_ADDRESS)
    return OutboxMessage.objects.filter(waiting, key__startswith=prefix).update(
        state=OutboxMessage.State.CANCELLED
    )


def send_outbox(*, now: datetime | None = None, limit: int = BATCH) -> dict[str, int]:
    """Send what is due; returns how many were sent, failed and given up.

    A row is claimed by compare-and-set on its attempts, so two senders never send it at the same time; a sender that
    dies leaves it for the next one after ten minutes. These count from the moment this very mail is taken, however long
    the mails before it took; the mail server's own time limit (EMAIL_TIMEOUT) ends an attempt well before. Tries again
    for about a day and a half, then the mail is dead: it is logged, shown to the administrator and can be sent again.
    """
    done = {"sent": 0, "failed": 0, "dead": 0}
    due = OutboxMessage.objects.filter(
        state=OutboxMessage.State.WAITING, next_attempt_at__lte=now or present()
    )
    for message in due.order_by("next_attempt_at", "id")[:limit]:
        if _claim(message, now or present()):
            done[_send(message, now)] += 1
    return done


def _claim(message: OutboxMessage, at: datetime) -> bool:
    claimed = OutboxMessage.objects.filter(
        pk=message.pk, state=OutboxMessage.State.WAITING, attempts=message.attempts
    ).update(attempts=message.attempts + 1, next_attempt_at=at + SENDING_LEASE)
    message.attempts += 1
    return claimed == 1


def _send(message: OutboxMessage, now: datetime | None) -> str:
    hit("outbox_claimed")
    mail = EmailMessage(
        message.subject,
        with_link(message.key, message.body, message.recipient),
        settings.DEFAULT_FROM_EMAIL,
        [message.recipient],
        # The same id on every attempt: a mail server drops the second copy.
        headers={"Message-ID": f"<outbox-{message.pk}@cleancard>"},
    )
    try:
        mail.send()
    except Exception as error:  # whatever the mail server says, the row must survive it
        return _failed(message, now or present(), error)
    hit("outbox_sent")
    OutboxMessage.objects.filter(pk=message.pk).update(
        state=OutboxMessage.State.SENT, sent_at=present(), error=""
    )
    return "sent"


def _failed(message: OutboxMessage, now: datetime, error: Exception) -> str:
    is_dead = message.attempts >= MAX_ATTEMPTS
    # Only while this attempt is the last one: what another sender has sent meanwhile stays sent.
    OutboxMessage.objects.filter(
        pk=message.pk, state=OutboxMessage.State.WAITING, attempts=message.attempts
    ).update(
        error=f"{type(error).__name__}: {error}"[:500],
        state=OutboxMessage.State.DEAD if is_dead else OutboxMessage.State.WAITING,
        next_attempt_at=now + min(timedelta(minutes=2**message.attempts), LONGEST_WAIT),
    )
    if is_dead:
        _log.error("mail.dead", extra={"key": message.key})
    return "dead" if is_dead else "failed"
