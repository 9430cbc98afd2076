"""Telling staff what waits for them, at once or in one letter a day, in their language."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from audit.language import spoken
from audit.services import actor_of
from audit.transactions import one_transaction
from cases.models import Case, Notice
from cases.services.company import company_today
from cases.services.notice_words import sentence_of
from cases.services.notices import keep_notice
from cases.services.outbox import enqueue_text
from cases.services.seeing import may_see, visible_among
from fraud.claims.models import User

#: The day's letter leaves after this hour of the company.
LETTER_FROM = time(8)
MOST_IN_LETTER = 50


def tell(*, user: User, kind: str, key: str, case: Case, **facts: Any) -> bool:
    """Tell somebody something once; whether it is new. By mail at once where they chose so and have an address.

    Who may not see the case is told nothing of it.
    """
    if not may_see(actor_of(user), case):
        return False
    row, is_new = keep_notice(user=user, kind=kind, key=key, case=case, **facts)
    if is_new and row.mail == Notice.Mail.SENT and user.email:
        with translation.override(spoken(user.language)):
            said = sentence_of(row, spoken(user.language))
        enqueue_text(
            key=f"notice:{row.pk}",
            to=user.email,
            mail="notice",
            language=user.language,
            sentence=said,
            case_link=f"{_site()}/cases/{case.reference}/",
        )
    return is_new


def send_letters(now: datetime) -> int:
    """One mail a day to everybody for whom notices wait, after eight in the morning; returns how many letters are new.

    What it gathers is marked in the same transaction: nothing stands in two letters. Who may not know of a case any more is
    not written about it.
    """
    if timezone.localtime(now).time() < LETTER_FROM:
        return 0
    waiting = Notice.objects.filter(mail=Notice.Mail.DAILY).values("user")
    people = User.objects.filter(pk__in=waiting, is_active=True).exclude(email="")
    return sum(_send_letter(user, now) for user in people.order_by("pk"))


@one_transaction()
def _send_letter(user: User, now: datetime) -> bool:
    rows = Notice.objects.select_for_update(of=("self",)).filter(user=user, mail=Notice.Mail.DAILY)
    found = list(rows.select_related("case__cardholder__department").order_by("pk")[:MOST_IN_LETTER])
    if not found:
        return False
    actor, language = actor_of(user), spoken(user.language)
    seen = {case.pk for case in visible_among([row.case for row in found], actor)}
    told = [row for row in found if row.read_at is None and row.case_id in seen]
    Notice.objects.filter(pk__in=[row.pk for row in found]).update(mail=Notice.Mail.GATHERED)
    if not told:
        return False
    with translation.override(language):
        lines = [f"- {sentence_of(row, language)}\n  {_site()}/cases/{row.case.reference}/" for row in told]
    return enqueue_text(
        key=f"notices:{user.pk}:{company_today(now)}:{found[-1].pk}",
        to=user.email,
        mail="notices",
        language=language,
        n=len(told),
        notices="\n".join(lines),
        notices_link=f"{_site()}/notices/",
    )


def _site() -> str:
    return str(getattr(settings, "SITE_URL", "")).rstrip("/")
