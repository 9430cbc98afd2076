"""The export of scores by page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audit.exports import csv_response
from audit.typed import day
from cases.pages.score_rows import ACTION, HEAD, Nights, export_scores
from fraud.detection.models import ScreeningRun
from fraud.web.access import page
from fraud.web.exports import EXPORT_REASON_MIN, export_reason


@page(ACTION)
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest) -> HttpResponseBase:
    """The form, and the scores of the nights it asks for as CSV; a refusal keeps what was typed."""
    last = ScreeningRun.that_scored().order_by("-business_date").first()
    night = last.business_date.isoformat() if last else ""
    typed = {"from": night, "to": night, "reason": "", **request.GET.dict()}
    if request.method != "POST":
        return _form(request, typed, {})
    typed = request.POST.dict()
    wrong: dict[str, str] = {}
    days = {name: day(typed.get(name, "")) for name in ("from", "to")}
    for name, found in days.items():
        if found is None:
            wrong[name] = _("Give the day as 2026-03-31.")
    first, last_day = days["from"], days["to"]
    if first is not None and last_day is not None and first > last_day:
        wrong["to"] = _("The last night lies before the first one.")
    reason = export_reason(typed.get("reason", ""))
    if len(reason) < EXPORT_REASON_MIN:
        wrong["reason"] = _("Say in a few words what the export is for.")
    nights = Nights(since=first, until=last_day)
    if not wrong and not nights.runs().exists():
        wrong["from"] = _("No night was screened in these days.")
    if wrong:
        return _form(request, typed, wrong, status=422)
    lines = export_scores(nights, reason=reason, by=request.actor)
    return csv_response("scores", HEAD, lines)


def _form(
    request: HttpRequest, typed: dict[str, Any], wrong: dict[str, str], *, status: int = 200
) -> HttpResponseBase:
    context = {"typed": typed, "wrong": wrong, "first": typed.get("from", ""), "columns": HEAD}
    return render(request, "cases/scores/export.html", context, status=status)
