"""The dossier of a case by page: what it would hold, what it is for, and the file."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audit.language import current_language
from audit.permissions import require
from audit.services import record_access
from cases.models import Case
from cases.papers.dossier.making import ACTION, DIGEST, KINDS, ZIP, export_dossier
from cases.services import errors
from cases.services.standing import case_subject
from cases.views.actions import sentence_of, status_of
from cases.visibility import find_case
from fraud.web.access import page
from fraud.web.exports import EXPORT_REASON_MIN, download, export_reason


@page(ACTION)
@require_http_methods(["GET", "POST"])
def dossier(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The form, and what it asks for; a refusal keeps what was typed."""
    by = request.actor
    require(by, "cases.view_case")
    case = find_case(reference, by, trying=ACTION if request.method == "POST" else "")
    typed = {"kind": ZIP, "reason": "", **request.POST.dict()}
    if request.method != "POST":
        return _form(request, case, typed, {})
    wrong: dict[str, str] = {}
    reason = export_reason(typed["reason"])
    if typed["kind"] not in KINDS:
        wrong["kind"] = _("Choose one of: %(choices)s.") % {"choices": ", ".join(KINDS)}
    if len(reason) < EXPORT_REASON_MIN:
        wrong["reason"] = _("Say in a few words what the export is for.")
    if wrong:
        return _form(request, case, typed, wrong, status=422)
    try:
        made = export_dossier(
            case=case, kind=typed["kind"], reason=reason, by=by, language=current_language()
        )
    except errors.CaseNotFound:
        raise Http404 from None
    except errors.CaseworkError as error:
        return _form(request, case, typed, {"reason": sentence_of(error)}, status=status_of(error))
    record_access(
        request=request,
        subject=case_subject(case),
        what="dossier",
        employee_no=case.cardholder.employee_no,
        reason=reason,
    )
    return download(made.file, made.name, made.content_type, {DIGEST: made.digest})


def _form(
    request: HttpRequest, case: Case, typed: dict[str, str], wrong: dict[str, str], *, status: int = 200
) -> HttpResponseBase:
    return render(
        request, "cases/dossier/export.html", {"case": case, "typed": typed, "wrong": wrong}, status=status
    )
