"""Which version of a case its cardholder was shown: it grows with what their page tells, not with what only staff do."""

from __future__ import annotations

from audit.models import AuditEvent
from cases.models import Case
from cases.services.standing import case_subject

#: Entries after which the cardholder's page says nothing else: work of staff among themselves, files, more time.
#: Anything not named here counts, so that a new kind of entry is shown before somebody binds themselves.
QUIET = frozenset(
    {
        "case.hits_added",
        "case.taken",
        "case.released",
        "case.lock_expired",
        "case.assigned",
        "case.snoozed",
        "case.woken",
        "case.noted",
        "case.linked",
        "case.unlinked",
        "case.checked",
        "case.check_skipped",
        "case.check_opened",
        "case.tagged",
        "evidence.added",
        "evidence.withdrawn",
        "explanation.extended",
        "explanation.extension_asked",
        "recovery.confirmed",
        "recovery.reminded",
        "recovery.write_off_requested",
        "recovery.write_off_returned",
    }
)


def told_version(case: Case) -> int:
    """The version since which the cardholder's page has said the same; at least 1, at most the case's own."""
    entries = AuditEvent.objects.filter(subject=case_subject(case)).exclude(action__in=QUIET)
    versions = [after.get("version", 1) for after in entries.values_list("after", flat=True) if after]
    return max(versions, default=1)


def has_seen(case: Case, version: int) -> bool:
    """Whether a cardholder who saw this version has seen everything their page tells now."""
    return told_version(case) <= version <= case.version
