"""Parts of a case looked at by themselves: the payments behind a month of outcomes, who is linked to whom, similar cases."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from audit.services import record_access
from audit.typed import day
from cases.models import Case
from cases.pages.case import claims_of
from cases.pages.links import links_of, read_open
from cases.pages.outcome_rows import outcome_rows
from cases.pages.person import cases_like
from cases.services.steps import case_subject
from cases.views.queue import decorate
from cases.visibility import find_case, visible_cases
from fraud.web.access import page

N_BESIDE = 4


@page("cases.view_case")
@require_GET
def outcomes(request: HttpRequest, reference: str, about: str, month: str) -> HttpResponse:
    """The payments one cell of a strip counted; 404 for a cell the case does not have, and for all of a blind case."""
    case = find_case(reference, request.actor)
    on = _month(month)
    rows = outcome_rows(case, request.actor, about, on) if on else None
    if rows is None:
        raise Http404
    _keep(request, case, "outcomes")
    name = case.cardholder if about == "person" else case.merchant
    context = {"case": case, "rows": rows, "month": on, "name": name}
    return render(request, "cases/case/outcomes.html", context)


@page("cases.view_case")
@require_GET
def links(request: HttpRequest, reference: str) -> HttpResponse:
    """Who is linked to whom, with the nodes of `open` opened: a fragment."""
    case = find_case(reference, request.actor)
    _keep(request, case, "links")
    opened = read_open(request.GET.get("open", ""))
    context = {"case": case, "links": links_of(case, claims_of(case), request.actor, opened)}
    return render(request, "cases/case/_links.html", context)


@page("cases.view_case")
@require_GET
def similar(request: HttpRequest, reference: str) -> HttpResponse:
    """The cases most like this one and how they ended: a fragment for the case page."""
    case = find_case(reference, request.actor)
    return render(
        request, "cases/case/_similar_beside.html", {"case": case, **similar_context(case, request)}
    )


def similar_context(case: Case, request: HttpRequest) -> dict[str, Any]:
    """The few cases shown beside a case; none for a blind one."""
    if case.is_blind:
        return {"similar": [], "outcomes": []}
    found, ended = cases_like(case, visible_cases(request.actor))  # type: ignore[attr-defined]
    shown = [one for one in found if one.disposition][:N_BESIDE]
    shown += [one for one in found if not one.disposition][: max(N_BESIDE - len(shown), 1)]
    decorate(shown)
    return {"similar": shown, "outcomes": ended.most_common()}


def _month(text: str) -> date | None:
    """The first day of `2026-03`, or None."""
    return day(f"{text}-01") if len(text) == 7 else None


def _keep(request: HttpRequest, case: Case, what: str) -> None:
    record_access(
        request=request, subject=case_subject(case), what=what, employee_no=case.cardholder.employee_no
    )
