"""Stopping an import that somebody no longer wants: before its next part, or at once where nobody works at it."""

from __future__ import annotations

from audit.actor import Actor
from audit.permissions import require
from audit.services import record
from audit.transactions import one_transaction
from fraud.claims.importing.locks import file_lock
from fraud.claims.importing.running import ENDED, close_cancelled
from fraud.claims.models import ClaimFile


def cancel_import(*, file: ClaimFile, by: Actor) -> bool:
    """Ask that an import stops; False where it has ended already. Raises NotPermitted.

    While its file is being read nothing was stored, and nothing will be. Rows that are stored stay; sending the file again, or going on with
    it, takes the rest.
    """
    require(by, "fraud.import_claims")
    with one_transaction():
        running = ClaimFile.objects.filter(pk=file.pk).exclude(state__in=ENDED)
        if not running.update(cancel_wanted_by=by.username):
            return False
        record(action="file.cancel_wanted", by=by, subject=f"file:{file.reference}")
    with file_lock(file.pk) as held:
        if held:
            file.refresh_from_db()
            if file.state not in ENDED:
                close_cancelled(file, by, by.username)
    return True
