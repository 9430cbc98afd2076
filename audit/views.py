"""The auditor's pages: what was done, whether the chains are whole, and who looked at whose data."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.asked import asked_of, not_there
from audit.exports import csv_response
from audit.hidden import hidden_subjects
from audit.language import current_language
from audit.models import AccessRecord, AuditEvent, AuditHead
from audit.paging import Page, keyset_page
from audit.people import same_number
from audit.people_rows import with_number
from audit.permissions import require
from audit.registry import registered, sentence
from audit.services import CONFIG, actor_of, find_faults, record
from audit.transactions import one_transaction

PAGE = 50
FILTERS = ("subject", "actor", "action", "from", "to")


def _filtered(request: HttpRequest) -> QuerySet[Any]:
    """The entries the filters ask for, without those on cases the reader is involved in."""
    hidden = hidden_subjects(actor_of(request), as_person=False)
    events = AuditEvent.objects.order_by("-id")
    events = events.exclude(hidden) if hidden else events
    asked = asked_of(request, *FILTERS, "csrfmiddlewaretoken", "reason")
    for name in ("subject", "actor"):
        if value := asked.text(name, 150):
            events = events.filter(**{name: value})
    if value := asked.text("action", 150):
        of_it = events.filter(action=value)
        if value in registered() or of_it.exists():
            events = of_it
        else:
            asked.problems.append(not_there(value))
    start, end = asked.day("from"), asked.day("to")
    if start:
        events = events.filter(recorded_at__date__gte=start)
    if end:
        events = events.filter(recorded_at__date__lte=end)
    return events


def _page(request: HttpRequest, rows: QuerySet[Any]) -> Page:
    """One page of rows, the newest first."""
    return keyset_page(rows, by="id", cursor=request.GET.get("after", ""), size=PAGE)


@login_required
@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """Everything that was done, newest first."""
    require(actor_of(request), "audit.view_events")
    found = _page(request, _filtered(request))
    language = current_language()
    for row in found.rows:
        row.sentence = sentence(row.action, language)
        row.changes = changes(row.before, row.after)
    actions = sorted((sentence(code, language), code) for code in registered())
    context = {
        "events": found.rows,
        "following": found.next_cursor,
        "actions": actions,
        "chosen": {name: request.GET.get(name, "") for name in FILTERS},
        "n_chains": AuditHead.objects.count(),
    }
    return render(request, "audit/events.html", context)


def changes(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[tuple[str, Any, Any]]:
    """(name, old, new) of every value that differs between two snapshots, in the order of the names."""
    old, new = before or {}, after or {}
    return [
        (name, old.get(name), new.get(name))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]


@login_required
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Verify every chain now and say which entry is the first bad one."""
    require(actor_of(request), "audit.verify_chain")
    context = {
        "faults": find_faults(),
        "n_events": AuditEvent.objects.count(),
        "n_chains": AuditHead.objects.count(),
    }
    return render(request, "audit/verified.html", context)


@login_required
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """The filtered entries as CSV; an export needs a reason and is itself an entry."""
    actor = actor_of(request)
    require(actor, "audit.view_events")
    reason = request.POST.get("reason", "").strip()
    if len(reason) < 5:
        message = _("Say in at least five characters why you need the export.")
        return render(request, "audit/export_refused.html", {"message": message}, status=400)
    request.GET = request.POST  # the form carries the filters along
    rows = _filtered(request)
    with one_transaction():
        record(
            action="audit.exported", by=actor, subject=CONFIG, reason=reason, after={"entries": rows.count()}
        )
    header = ["id", "subject", "seq", "at", "actor", "role", "action", "reason", "before", "after", "hash"]
    fields = (
        "id",
        "subject",
        "seq",
        "at",
        "actor",
        "actor_role",
        "action",
        "reason",
        "before",
        "after",
        "hash",
    )
    return csv_response("audit.csv", header, rows.values_list(*fields).iterator(chunk_size=2000))


@login_required
@require_GET
def accesses(request: HttpRequest) -> HttpResponse:
    """Who looked at whose data: an auditor sees everybody's, a cardholder what concerns them."""
    actor = actor_of(request)
    rows = AccessRecord.objects.order_by("-id")
    wanted = request.GET.get("employee_no", "").strip()[:40]
    is_own = same_number(wanted, actor.employee_no)
    if not is_own:
        require(actor, "audit.view_events")
    if wanted:
        rows = with_number(rows, "employee_no", wanted)
    hidden = hidden_subjects(actor, as_person=is_own)
    rows = rows.exclude(hidden) if hidden else rows
    found = _page(request, rows)
    context = {"rows": found.rows, "following": found.next_cursor, "employee_no": wanted}
    return render(request, "audit/accesses.html", context)
