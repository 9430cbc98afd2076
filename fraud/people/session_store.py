"""Sessions as Django keeps them, found by SQL that is put together once: every page of everybody begins with one."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.db.models.functions import Now

from audit.prepared import prepared


class SessionStore(db.SessionStore):
    """What SESSION_ENGINE looks for."""

    def _get_session_from_db(self) -> Session | None:
        found = _standing.rows(self.session_key)
        if found:
            return found[0]
        self._session_key = None
        return None


@prepared
def _standing(session_key: str) -> QuerySet[Session]:
    return Session.objects.filter(session_key=session_key, expire_date__gt=Now())
