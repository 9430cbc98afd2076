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

from audit.asked import Asked, asked_of, not_there
from audit.exports import csv_response
from audit.language import current_language
from audit.listing import EXPORT_HEAD, REASON_MIN, VIEW, EntryFilters, entries, export_entries, looks
from audit.models import AuditEvent, AuditHead
from audit.paging import Page, keyset_page
from audit.permissions import require
from audit.registry import registered, sentence
from audit.services import actor_of, find_faults

PAGE = 50
FILTERS = ("subject", "actor", "action", "from", "to")


def _filters(asked: Asked) -> EntryFilters:
    """What was asked for; what was not understood narrows nothing."""
    action = asked.text("action", 150)
    if action and action not in registered() and not AuditEvent.objects.filter(action=action).exists():
        asked.problems.append(not_there(action))
        action = ""
    return EntryFilters(
        subject=asked.text("subject", 150),
        actor=asked.text("actor", 150),
        action=action,
        first=asked.day("from"),
        last=asked.day("to"),
    )


def _page(request: HttpRequest, rows: QuerySet[Any]) -> Page:
    """One page of rows, the newest first."""
    return keyset_page(rows, by="id", cursor=request.GET.get("after", ""), size=PAGE)


@login_required
@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """Everything that was done, newest first."""
    found = _page(request, entries(_filters(asked_of(request, *FILTERS)), actor_of(request)))
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
    require(actor, VIEW)
    reason = request.POST.get("reason", "").strip()
    if len(reason) < REASON_MIN:
        message = _("Say in at least five characters why you need the export.")
        return render(request, "audit/export_refused.html", {"message": message}, status=400)
    filters = _filters(Asked(request.POST))  # the form carries them along
    lines = export_entries(filters, reason=reason, by=actor)
    return csv_response("audit", EXPORT_HEAD, lines)


@login_required
@require_GET
def accesses(request: HttpRequest) -> HttpResponse:
    """Who looked at whose data: an auditor sees everybody's, a cardholder what concerns them."""
    wanted = request.GET.get("employee_no", "").strip()[:40]
    found = _page(request, looks(wanted, actor_of(request)))
    context = {"rows": found.rows, "following": found.next_cursor, "employee_no": wanted}
    return render(request, "audit/accesses.html", context)
