"""What stands behind one number of a case's reasons."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from audit.services import record_access
from cases.pages.basis import basis_page
from cases.services.steps import case_subject
from cases.visibility import find_case
from fraud.web.access import page


@page("cases.view_case")
@require_GET
def basis(request: HttpRequest, reference: str, claim_id: int, name: str) -> HttpResponse:
    """The payments or outcomes behind a fact; 404 for a fact the case does not have, and for all of a blind case."""
    case = find_case(reference, request.actor)
    shown = None if case.is_blind else basis_page(case, claim_id, name, request.actor)
    if shown is None:
        raise Http404
    record_access(
        request=request, subject=case_subject(case), what="basis", employee_no=case.cardholder.employee_no
    )
    return render(request, "cases/case/basis.html", {"case": case, "basis": shown})
