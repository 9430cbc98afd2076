"""Mail that has not left: what, to whom, why; sent again, or told another way."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.asked import asked_of
from audit.paging import keyset_page
from audit.permissions import NotPermitted
from audit.services import record_access
from cases.pages.mails import mail_rows
from cases.services import errors
from cases.services.dead_mail import send_again, still_waiting, tell_otherwise
from cases.views.actions import sentence_of, status_of
from cases.visibility import find_mail, visible_mails
from fraud.web.access import page

PAGE_SIZE = 50


@page("cases.view_mail")
@require_GET
def mail_list(request: HttpRequest) -> HttpResponse:
    """What is dead or keeps failing, the oldest first."""
    return _show(request)


@page("cases.resend_mail")
@require_POST
def mail_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Send a mail again, or say that it was told another way; a refusal shows the list with its reason."""
    by = request.actor  # type: ignore[attr-defined]
    message = find_mail(pk, by, trying="cases.resend_mail")
    try:
        if name == "send-again":
            send_again(message=message, by=by)
            said = _("The mail leaves with the next sweep.")
        elif name == "told":
            tell_otherwise(message=message, reason=request.POST.get("reason", ""), by=by)
            said = _("Kept as told. A deadline in it counts from now.")
        else:
            raise Http404
    except (errors.CaseworkError, NotPermitted) as error:
        return _show(request, status=status_of(error), refusal=sentence_of(error), refused=pk)
    messages.success(request, said)
    return redirect("cases:mail")


def _show(request: HttpRequest, *, status: int = 200, **more: object) -> HttpResponse:
    by = request.actor  # type: ignore[attr-defined]
    asked_of(request)
    found = keyset_page(
        visible_mails(by).order_by(),
        by="created_at",
        cursor=request.GET.get("after", ""),
        size=PAGE_SIZE,
        ascending=True,
    )
    if found.rows:  # addresses of people
        record_access(request=request, subject="mail", what="mail that has not left")
    context = {
        "page": found,
        "rows": mail_rows(found.rows, by),
        "typed": request.POST,
        "n_waiting": 0 if found.rows else still_waiting(),
    }
    return render(request, "cases/mail/page.html", context | more, status=status)
