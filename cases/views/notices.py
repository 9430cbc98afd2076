"""What one was told: the list, reading it, and how one wants to be told."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.asked import asked_of
from audit.language import current_language
from audit.paging import keyset_page
from audit.permissions import NotPermitted
from cases.models import Notice
from cases.pages.notices import own_kinds, own_notices
from cases.services import errors
from cases.services.notice_words import sentence_of as words_of
from cases.services.notices import How, choose_notices, kinds_of, read_notices
from cases.views.actions import sentence_of, status_of
from fraud.web.access import page

PAGE_SIZE = 50


@page("cases.view_notice")
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """The page."""
    return _show(request)


@page("cases.view_notice")
@require_GET
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """To the case a notice is about; it counts as read once its case is opened from here."""
    row = Notice.objects.select_related("case").filter(user_id=request.actor.person_id, pk=pk).first()  # type: ignore[attr-defined]
    if row is None:
        raise Http404
    read_notices(by=request.actor, pk=pk)  # type: ignore[attr-defined]
    if row.kind == "recovery":
        return redirect("cases:recovery", reference=row.case.reference)
    return redirect("cases:detail", reference=row.case.reference)


@page("cases.view_notice")
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    read_notices(by=request.actor)  # type: ignore[attr-defined]
    return redirect("cases:notices")


@page("cases.view_notice")
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep how one wants each kind by mail."""
    by = request.actor  # type: ignore[attr-defined]
    try:
        choose_notices(
            choices={kind: request.POST[kind] for kind in kinds_of(by) if kind in request.POST}, by=by
        )
    except (errors.CaseworkError, NotPermitted) as error:
        return _show(request, status=status_of(error), refusal=sentence_of(error))
    messages.success(request, _("Kept."))
    return redirect("cases:notices")


def _show(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    by, language = request.actor, current_language()  # type: ignore[attr-defined]
    asked_of(request)
    found = keyset_page(own_notices(by), by="created_at", cursor=request.GET.get("after", ""), size=PAGE_SIZE)
    for row in found.rows:
        row.said = words_of(row, language)
    context = {
        "page": found,
        "rows": found.rows,
        "kinds": own_kinds(by),
        "n_unread": sum(row.read_at is None for row in found.rows),
        "hows": [
            (How.AT_ONCE.value, _("at once")),
            (How.DAILY.value, _("once a day")),
            (How.NEVER.value, _("no mail")),
        ],
        "has_address": bool(request.user.email),  # type: ignore[union-attr]
    }
    return render(request, "cases/notices/page.html", context | more, status=status)
