"""Sessions as Django keeps them, found by SQL that is put together once: every page of everybody begins with one."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from audit import clock
from audit.prepared import prepared


class SessionStore(db.SessionStore):
    """What SESSION_ENGINE looks for."""

    def _get_session_from_db(self) -> Session | None:
        found = _standing.rows(self.session_key, clock.now())
        if found:
            return found[0]
        self._session_key = None
        return None


@prepared
def _standing(session_key: str, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=session_key, expire_date__gt=now)
