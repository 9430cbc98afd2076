"""The assurance report of a month by page, and the files it and the overview leave as."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from audit.language import current_language
from audit.typed import choice, month
from cases.pages.assurance import ACTION, assurance_report, last_month
from cases.pages.figures import current_figures, read_days
from cases.pages.overview import current_sections
from cases.pages.queue_filters import last_of
from cases.papers.assurance import KINDS, cautions, export_assurance
from cases.papers.overview import export_overview
from cases.papers.tables import EXPORT, FORMS
from cases.services.company import company_today
from cases.visibility import hidden_cases
from fraud.web.access import page
from fraud.web.dates import say_month_of_year
from fraud.web.exports import EXPORT_REASON_MIN, download, export_reason


@page(ACTION)
@require_GET
def assurance(request: HttpRequest) -> HttpResponseBase:
    """The figures of a month beside those of the month before, each with its list."""
    return _show(request, request.GET.get("month", ""))


@page(ACTION)
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """The report as PDF, CSV or workbook, with a reason that is kept; a refusal keeps what was typed."""
    typed = request.POST.get("month", "")
    wrong, reason, kind = _read(request, KINDS)
    first = _month(typed)
    if first is None:
        wrong = [_not_a_month(typed)]
    if wrong or first is None:
        return _show(request, typed, wrong=wrong, status=422)
    by = request.actor
    made = export_assurance(report=assurance_report(first, by), kind=kind, reason=reason, by=by)
    return download(made.file, made.name, made.content_type)


@page(EXPORT)
@require_POST
def export_figures(request: HttpRequest) -> HttpResponseBase:
    """The overview's tables as CSV or workbook, with a reason that is kept."""
    wrong, reason, form = _read(request, FORMS)
    if wrong:
        return render(request, "400.html", {"message": wrong[0]}, status=400)
    by = request.actor
    figures = current_figures(company_today(), hidden_cases(by), read_days(request.POST.get("days", "")))
    sections = current_sections(figures, company_today(), hidden_cases(by))
    made = export_overview(figures=figures, sections=sections, form=form, reason=reason, by=by)
    return download(made.file, made.name, made.content_type)


def _read(request: HttpRequest, kinds: tuple[str, ...]) -> tuple[list[str], str, str]:
    """What is wrong with the form, its reason and its kind."""
    wrong, reason = [], export_reason(request.POST.get("reason", ""))
    kind = choice(request.POST.get("kind", ""), kinds)
    if not kind:
        wrong.append(_("Choose one of: %(choices)s.") % {"choices": ", ".join(kinds)})
    if len(reason) < EXPORT_REASON_MIN:
        wrong.append(_("Say in a few words what the export is for."))
    return wrong, reason, kind


def _month(text: str) -> date | None:
    """A month that has begun; the last one that is over where none is named."""
    today = company_today()
    found = month(text) if text else last_month(today)
    return found if found and date(2000, 1, 1) <= found <= today else None


def _not_a_month(text: str) -> str:
    said = pgettext("assurance", "“%(text)s” is not a month that has begun; write it as 2026-03.")
    return said % {"text": text[:30]}


def _show(
    request: HttpRequest, typed: str, *, wrong: list[str] | None = None, status: int = 200
) -> HttpResponseBase:
    first, language, today = _month(typed), current_language(), company_today()
    problems = [*(wrong or []), *([] if first or wrong else [_not_a_month(typed)])]
    first = first or last_month(today)
    report = assurance_report(first, request.actor)
    following = last_of(first) + timedelta(days=1)
    context = {
        "report": report,
        "month": f"{first:%Y-%m}",
        "latest": f"{today:%Y-%m}",
        "words": say_month_of_year(first, language),
        "before_words": say_month_of_year(report.before, language),
        "earlier": f"{report.before:%Y-%m}",
        "later": f"{following:%Y-%m}" if following <= today else "",
        "problems": problems,
        "cautions": cautions(report),
        "typed": request.POST,
    }
    return render(request, "cases/assurance/page.html", context, status=status)
