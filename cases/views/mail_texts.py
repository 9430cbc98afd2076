"""What mails say: the list, one text with its preview, proposed by one person and decided by another."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.permissions import NotPermitted
from audit.typed import whole_number
from cases.models import MailText
from cases.pages.mail_texts import preview, text_context, text_rows
from cases.services import errors
from cases.services.mail_defaults import MAILS
from cases.services.mail_texts import LANGUAGES, approve_text, check_text, propose_text, return_text, text_of
from cases.views.actions import sentence_of, status_of
from fraud.web.access import page


@page("cases.view_mail_text")
@require_GET
def text_list(request: HttpRequest) -> HttpResponse:
    """Every mail there is, and which of them the company worded itself."""
    return render(request, "cases/mail/texts.html", {"rows": text_rows()})


@page("cases.view_mail_text")
@require_http_methods(["GET", "POST"])
def text_page(request: HttpRequest, mail: str, language: str) -> HttpResponse:
    """One text; with `from` an earlier version, or 0 for the shipped text, stands in the form. Posted, it is looked at or proposed."""
    if mail not in MAILS or language not in LANGUAGES:
        raise Http404
    if request.method == "POST":
        return _propose(request, mail, language)
    typed = None
    if "from" in request.GET:
        number = whole_number(request.GET["from"]) or 0
        earlier = MailText.objects.filter(mail=mail, language=language, number=number).first()
        subject, body = text_of(earlier) if earlier else MAILS[mail][language]
        typed = {"subject": subject, "body": body}
    return _show(request, mail, language, typed=typed)


def _propose(request: HttpRequest, mail: str, language: str) -> HttpResponse:
    """Show how the typed text would read, or propose it; a refusal keeps what was typed."""
    typed = {name: request.POST.get(name, "") for name in ("subject", "body", "reason")}
    try:
        if "look" in request.POST:
            text = typed["subject"], typed["body"].replace("\r\n", "\n")
            check_text(mail, language, *text)
            return _show(
                request, mail, language, typed=typed, preview=preview(mail, language, *text), is_typed=True
            )
        propose_text(
            mail=mail,
            language=language,
            **typed,
            by=request.actor,  # type: ignore[attr-defined]
            expected_number=whole_number(request.POST.get("number", "")) or 0,
        )
    except errors.CaseworkError as error:
        more = {"refusal": error.sentence, "wrong": {getattr(error, "field", ""): error.sentence}}
        return _show(request, mail, language, status=error.status, typed=typed, **more)
    messages.success(request, _("Proposed. It counts once somebody else has agreed."))
    return redirect("cases:mail-text", mail=mail, language=language)


@page("cases.approve_mail_text")
@require_POST
def decide(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """approve or return what waits."""
    row = MailText.objects.filter(pk=number).first()
    if row is None:
        raise Http404
    by = request.actor  # type: ignore[attr-defined]
    try:
        if name == "approve":
            approve_text(text=row, by=by)
            said = _("Agreed. The next mail reads like this.")
        elif name == "return":
            return_text(text=row, reason=request.POST.get("reason", ""), by=by)
            said = _("Returned.")
        else:
            raise Http404
    except (errors.CaseworkError, NotPermitted) as error:
        return _show(request, row.mail, row.language, status=status_of(error), refusal=sentence_of(error))
    messages.success(request, said)
    return redirect("cases:mail-text", mail=row.mail, language=row.language)


def _show(
    request: HttpRequest, mail: str, language: str, *, status: int = 200, **more: object
) -> HttpResponse:
    context = text_context(mail, language, request.actor)  # type: ignore[attr-defined]
    return render(request, "cases/mail/text.html", context | more, status=status)
