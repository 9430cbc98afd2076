"""Evidence leaves only as an attachment, to people who may see the case, and each look by staff is on record."""

from __future__ import annotations

from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.services import record_access
from audit.typed import whole_number
from cases.services import errors
from cases.services.evidence_opening import OpenedFile, find_evidence, is_staff_look, open_evidence
from cases.services.steps import case_subject
from fraud.web.access import page


@page("cases.view_evidence", "cases.view_own_request")
@require_GET
def evidence(request: HttpRequest, reference: str) -> HttpResponse:
    """The file as it was delivered, or its preview; 404 for strangers exactly as for a file that does not exist."""
    try:
        found = find_evidence(reference)
        page_number = _page(request.GET["preview"]) if "preview" in request.GET else 0
        opened = open_evidence(evidence=found, by=request.actor, page=page_number)
    except errors.CaseNotFound:
        raise Http404 from None
    except errors.CaseworkError as error:
        context = {"title": _("This file cannot be opened"), "kept": error.sentence}
        return render(request, "cases/evidence_refused.html", context, status=error.status)
    if is_staff_look(found, request.actor):
        record_access(
            request=request,
            subject=case_subject(found.case),
            what="evidence",
            employee_no=found.case.cardholder.employee_no,
        )
    return _sealed(opened, inline=bool(page_number))


def _page(typed: str) -> int:
    """The page asked for, the first where nothing is said; what is no number finds no page."""
    return 1 if typed in ("", "true") else whole_number(typed) or -1


def _sealed(opened: OpenedFile, *, inline: bool) -> HttpResponse:
    """An answer that cannot act in our pages: an attachment, or a preview picture made by us."""
    kind = "inline" if inline else "attachment"
    response = HttpResponse(opened.content, content_type=opened.content_type)
    response.headers["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(opened.name, safe='')}"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
