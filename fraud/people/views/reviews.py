"""The monthly review of access."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from audit.paging import listed_page
from fraud.claims.models import User
from fraud.people.refusals import AccessRefused
from fraud.people.reviews import month_now, review_access, review_rows
from fraud.web.access import page
from fraud.web.refusals import number_seen

SHOWN = 40


@page("fraud.view_people")
@require_GET
def review(request: HttpRequest) -> HttpResponse:
    """Every login with a role: what it has, when it was last used, and what was found this month."""
    rows = review_rows(request.actor)
    n_done = sum(one.review is not None for one in rows)
    # whoever answers is back at the first page, where what is still to look at stands
    shown = listed_page(rows, order="review", cursor=request.GET.get("after", ""), size=SHOWN)
    context = {"rows": shown.rows, "page": shown, "month": month_now(), "n_done": n_done, "n": len(rows)}
    return render(request, "fraud/people/review.html", context)


@page("fraud.approve_access")
@require_POST
def decide(request: HttpRequest, login_id: int) -> HttpResponse:
    """Keep the access of a login, or end the login."""
    user = get_object_or_404(User, pk=login_id)
    keep = request.POST.get("result") == "kept"
    try:
        review_access(
            user=user,
            keep=keep,
            reason=request.POST.get("reason", ""),
            by=request.actor,
            seen=number_seen(request),
        )
        messages.success(
            request,
            pgettext("review", "Kept.")
            if keep
            else _("The login has ended: its sessions and its token are gone."),
        )
    except AccessRefused as error:
        messages.error(request, f"{user.username}: {error.sentence}")
    return redirect("fraud:access-review")
