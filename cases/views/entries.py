"""Entries of statements: the list of what is open, one entry with its proposals, and what a clerk does with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.asked import asked_of
from audit.paging import keyset_page
from audit.permissions import NotPermitted
from cases.actions.rows import minor_of
from cases.models import StatementEntry, StatementProfile
from cases.pages.entries import VIEWS, entries, entry_rows
from cases.services import errors
from cases.services.money import outstanding
from cases.services.statement_steps import (
    call_entry_the_same,
    match_entry,
    save_statement_profile,
    set_entry_aside,
    spec_of_lines,
    take_entry_up,
)
from cases.services.texts import shown_money
from cases.views.actions import sentence_of, status_of
from cases.visibility import find_entry
from fraud.web.access import page

PAGE_SIZE = 50


@page("cases.view_recovery")
@require_GET
def entry_list(request: HttpRequest) -> HttpResponse:
    """What banks and payrolls told, the newest first, with a proposal for what is open."""
    by = request.actor  # type: ignore[attr-defined]
    labels = {
        "open": _("To decide"),
        "taken_back": _("Taken back by the bank"),
        "done": _("Posted"),
        "set_aside": _("Left out"),
    }
    view = asked_of(request, "view").choice("view", labels, "open")
    found = keyset_page(
        entries(by, view), by="booked_on", cursor=request.GET.get("after", ""), size=PAGE_SIZE
    )
    context = {
        "page": found,
        "rows": entry_rows(found.rows, by),
        "view": view,
        "tabs": [
            {
                "href": f"?view={code}",
                "label": labels[code],
                "count": entries(by, code)[:1001].count(),
                "is_current": code == view,
            }
            for code in VIEWS
        ],
        "profiles": StatementProfile.objects.order_by("name"),
    }
    return render(request, "cases/recovery/entries.html", context)


@page("cases.view_recovery")
@require_GET
def entry_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry with the recoveries it may belong to."""
    return _show(request, find_entry(pk, request.actor))  # type: ignore[attr-defined]


def _show(request: HttpRequest, entry: StatementEntry, *, status: int = 200, **more: Any) -> HttpResponse:
    by = request.actor  # type: ignore[attr-defined]
    postings = entry.postings.select_related("recovery__case", "posted_by", "reversed_by").order_by("id")
    context = {"row": entry_rows([entry], by)[0], "postings": postings, "typed": request.POST}
    return render(request, "cases/recovery/entry.html", context | more, status=status)


@page("cases.post_recovery")
@require_POST
def entry_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Place, set aside, take up, or call it the same; a refusal shows the entry with its reason."""
    by = request.actor  # type: ignore[attr-defined]
    entry = find_entry(pk, by, trying="cases.post_recovery")
    try:
        said = _take(entry, name, request)
    except (errors.CaseworkError, NotPermitted) as error:
        return _show(request, entry, status=status_of(error), refusal=sentence_of(error))
    messages.success(request, said)
    return redirect("cases:entries")


def _take(entry: StatementEntry, name: str, request: HttpRequest) -> str:
    """Do the step; what confirms it. Raises Http404, CaseworkError, NotPermitted."""
    by = request.actor  # type: ignore[attr-defined]
    if name == "match":
        typed = request.POST.get("amount", "")
        minor = minor_of(typed, entry.currency, field="amount") if typed else None
        posting = match_entry(entry=entry, case=request.POST.get("case", ""), by=by, amount_minor=minor)
        case = posting.recovery.case.reference
        if posting.amount_minor < 0:
            return _("The posting of %(case)s was taken back.") % {"case": case}
        left = outstanding(posting.recovery)
        if not left:
            return _("Posted to %(case)s. Everything has come back there.") % {"case": case}
        told = {"case": case, "n": shown_money(left, posting.recovery.currency)}
        return _("Posted to %(case)s. Still to come back there: %(n)s.") % told
    if name == "set-aside":
        set_entry_aside(entry=entry, reason=request.POST.get("reason", ""), by=by)
        return _("Left out. It is off the list.")
    if name == "same":
        call_entry_the_same(entry=entry, by=by)
        return _("Left out. It is off the list.")
    if name == "take-up":
        take_entry_up(entry=entry, by=by)
        return _("Back on the list.")
    raise Http404


@page("cases.post_recovery")
@require_POST
def save_profile(request: HttpRequest) -> HttpResponse:
    """Keep what the columns of a company's own table are called."""
    by = request.actor  # type: ignore[attr-defined]
    try:
        row = save_statement_profile(
            name=request.POST.get("name", ""), spec=spec_of_lines(request.POST.get("lines", "")), by=by
        )
    except (errors.CaseworkError, NotPermitted) as error:
        messages.error(request, sentence_of(error))
    else:
        messages.success(request, _("The profile %(name)s was saved.") % {"name": row.name})
    return redirect("cases:entries")
