"""What was done and who looked at whose data, as far as a reader may know: for the auditor's pages and the interface alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import QuerySet

from audit.actor import Actor
from audit.hidden import hidden_subjects
from audit.models import AccessRecord, AuditEvent
from audit.people import same_number
from audit.people_rows import with_number
from audit.permissions import require
from audit.services import CONFIG, record
from audit.transactions import one_transaction

VIEW: Final = "audit.view_events"
#: Fewer letters are no reason for an export.
REASON_MIN: Final = 5
#: Columns of an entry's line in an export.
# fmt: off
EXPORT_HEAD: Final = ("id", "subject", "seq", "at", "actor", "role", "action", "reason", "before", "after", "hash")
_EXPORT_FIELDS: Final = ("id", "subject", "seq", "at", "actor", "actor_role", "action", "reason", "before", "after", "hash")
# fmt: on


@dataclass(frozen=True, slots=True)
class EntryFilters:
    """Which entries are asked for; an empty text and no day narrow nothing. Days are those of the record, both included."""

    subject: str = ""
    actor: str = ""
    action: str = ""
    first: date | None = None
    last: date | None = None


def entries(asked: EntryFilters, by: Actor) -> QuerySet[Any]:
    """The entries, newest first, without those on cases the reader is involved in. Raises NotPermitted."""
    require(by, VIEW)
    hidden = hidden_subjects(by, as_person=False)
    found = AuditEvent.objects.order_by("-id")
    found = found.exclude(hidden) if hidden else found
    for name in ("subject", "actor", "action"):
        value = getattr(asked, name)
        if value:
            found = found.filter(**{name: value})
    if asked.first:
        found = found.filter(recorded_at__date__gte=asked.first)
    if asked.last:
        found = found.filter(recorded_at__date__lte=asked.last)
    return found


@one_transaction()
def export_entries(asked: EntryFilters, *, reason: str, by: Actor) -> Iterator[tuple[Any, ...]]:
    """Lines of an export under `EXPORT_HEAD`; the export is itself an entry with its reason. Raises NotPermitted."""
    rows = entries(asked, by)
    record(action="audit.exported", by=by, subject=CONFIG, reason=reason, after={"entries": rows.count()})
    return rows.values_list(*_EXPORT_FIELDS).iterator(chunk_size=2000)


def looks(employee_no: str, by: Actor) -> QuerySet[Any]:
    """Who looked at whose data, newest first: an auditor reads everybody's, anybody what concerns them. Raises NotPermitted."""
    is_own = same_number(employee_no, by.employee_no)
    if not is_own:
        require(by, VIEW)
    rows: QuerySet[Any] = AccessRecord.objects.order_by("-id")
    if employee_no:
        rows = with_number(rows, "employee_no", employee_no)
    hidden = hidden_subjects(by, as_person=is_own)
    return rows.exclude(hidden) if hidden else rows
