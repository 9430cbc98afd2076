"""The list behind a figure of the overview or the assurance report, by page and as a file."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.typed import choice
from cases.pages.figure_list import WORDS, FigureList, cases_of_figure, figure_list, figure_page
from cases.papers.figures import export_figure
from cases.papers.tables import EXPORT, FORMS
from cases.views.queue import decorate
from fraud.web.access import page
from fraud.web.exports import EXPORT_REASON_MIN, download, export_reason
from fraud.web.tags import PAGING


@page("cases.view_case")
@require_GET
def figure(request: HttpRequest, code: str) -> HttpResponseBase:
    """The cases a figure is made of, each with what it adds, and the sum."""
    return _show(request, _known(request, code, request.GET))


@page(EXPORT)
@require_POST
def export(request: HttpRequest, code: str) -> HttpResponseBase:
    """All of them as CSV or workbook, with a reason that is kept; a refusal shows the list again with what was typed."""
    told = _known(request, code, request.GET)
    reason = export_reason(request.POST.get("reason", ""))
    form = choice(request.POST.get("kind", ""), FORMS)
    wrong = []
    if not form:
        wrong.append(_("Choose one of: %(choices)s.") % {"choices": ", ".join(FORMS)})
    if len(reason) < EXPORT_REASON_MIN:
        wrong.append(_("Say in a few words what the export is for."))
    if wrong:
        return _show(request, told, status=422, wrong=wrong)
    query = request.GET.urlencode()
    made = export_figure(told=told, query=query, form=form, reason=reason, by=request.actor)
    return download(made.file, made.name, made.content_type)


def _known(request: HttpRequest, code: str, asked: QueryDict) -> FigureList:
    if code not in WORDS:
        raise Http404
    return figure_list(code, asked, request.actor)


def _show(
    request: HttpRequest, told: FigureList, *, status: int = 200, wrong: list[str] | None = None
) -> HttpResponseBase:
    found = figure_page(told, request.GET.get(PAGING, ""))
    cases = cases_of_figure(found.rows)
    decorate(list(cases.values()))
    context: dict[str, Any] = {
        "told": told,
        "page": found,
        "rows": [(row, cases[row.case_id]) for row in found.rows],
        "wrong": wrong or [],
        "typed": request.POST,
    }
    return render(request, "cases/overview/figure.html", context, status=status)
