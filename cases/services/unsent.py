"""What waits to leave although it should have: since when, and what has failed so far; mail and webhook messages alike.

Every failed try moves `next_attempt_at` on, so it tells nothing about how long a row has waited: that counts from the row itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, F, Min, Q, QuerySet, When

from cases.models import OutboxMessage

#: States have these names in both tables.
_WAITING = OutboxMessage.State.WAITING
#: Tries that fail by chance are nobody's concern: not before so many of them, or before the row is so old.
TRIES = 3
GRACE = timedelta(minutes=10)


def due_since(rows: QuerySet[Any], at: datetime) -> datetime | None:
    """Since when the oldest row that should have left by `at` waits; None where none does.

    A row that was never tried is due at its time, which may lie ahead so that its step can be undone; one that failed has waited since it was
    written.
    """
    due = rows.filter(state=_WAITING).filter(Q(attempts__gt=0) | Q(next_attempt_at__lte=at))
    since = Case(When(attempts=0, then=F("next_attempt_at")), default=F("created_at"))
    found: datetime | None = due.aggregate(since=Min(since))["since"]
    return found


def failing_rows(rows: QuerySet[Any], at: datetime) -> QuerySet[Any]:
    """Rows that will be tried again although they failed three times, or failed and are ten minutes old."""
    return rows.filter(is_failing(at), state=_WAITING)


def failing_mails(at: datetime) -> QuerySet[OutboxMessage]:
    """The mails among them."""
    return failing_rows(OutboxMessage.objects.all(), at)


def is_failing(at: datetime) -> Q:
    """The condition, for whoever asks for more beside it."""
    return Q(attempts__gte=TRIES) | (Q(created_at__lte=at - GRACE) & ~Q(error=""))
