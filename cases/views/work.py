"""Who has what, who is away, what is late: the lead's page, and what each reviewer knows best."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.language import current_language
from audit.permissions import NotPermitted
from audit.typed import whole_number
from cases.pages.work import work_page
from cases.services import errors
from cases.services.work import MOST_OPEN_MAX, set_work_profile
from cases.views.actions import sentence_of, status_of
from fraud.claims.models import User
from fraud.web.access import page


@page("cases.view_work")
@require_GET
def work(request: HttpRequest) -> HttpResponse:
    """The page."""
    return _show(request)


@page("cases.change_work")
@require_POST
def change(request: HttpRequest, username: str) -> HttpResponse:
    """Keep what somebody knows best and how many open cases are enough for them."""
    user = User.objects.filter(username=username[:150]).first()
    if user is None:
        raise Http404
    text = request.POST.get("most_open", "").strip()
    try:
        most_open = whole_number(text, 4) if text else None
        if text and most_open is None:
            raise errors.TooMany(n=MOST_OPEN_MAX, field="most_open")
        set_work_profile(
            user=user,
            most_open=most_open,
            patterns=request.POST.getlist("patterns"),
            departments=request.POST.getlist("departments"),
            by=request.actor,  # type: ignore[attr-defined]
            expected_version=whole_number(request.POST.get("version", ""), 9),
        )
    except (errors.CaseworkError, NotPermitted) as error:
        typed = {"username": username, "most_open": text, **_chosen(request)}
        return _show(request, status=status_of(error), refusal=sentence_of(error), typed=typed)
    messages.success(request, _("Kept."))
    return redirect("cases:work")


def _chosen(request: HttpRequest) -> dict[str, list[str]]:
    return {name: request.POST.getlist(name) for name in ("patterns", "departments")}


def _show(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    context = work_page(request.actor, current_language())  # type: ignore[attr-defined]
    return render(request, "cases/workload/page.html", context | more, status=status)
