"""The overview: few numbers that matter, each with its trend and the list behind it."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.language import current_language
from cases.pages.figures import Figures, current_figures
from cases.services.company import company_today
from cases.visibility import hidden_cases
from fraud.web.access import page
from fraud.web.charts import bars, sparkline
from fraud.web.dates import say_day


@page("cases.view_case", "fraud.view_run")
def overview(request: HttpRequest) -> HttpResponse:
    """The figures of the last 90 days."""
    figures = current_figures(company_today(), hidden_cases(request.actor))  # type: ignore[attr-defined]
    context = {
        "figures": figures,
        "since": figures.since.isoformat(),
        "weeks_chart": _weeks_chart(figures),
        "alerts_chart": sparkline(
            [run["n_alerts"] for run in figures.runs], label=_("Alerts in the last runs")
        ),
        "claims_chart": sparkline(
            [run["n_claims"] for run in figures.runs], label=_("Claims in the last runs")
        ),
        "last_run": figures.runs[-1] if figures.runs else None,
        "outcomes": sorted(figures.outcomes.items(), key=lambda pair: -pair[1]),
        "n_decided": sum(figures.outcomes.values()),
    }
    return render(request, "cases/overview/page.html", context)


def _weeks_chart(figures: Figures) -> str:
    language, today = current_language(), company_today()
    items = [(f"{week.month}/{week.day}", float(n)) for week, n in figures.weeks]
    titles = [f"{say_day(week, language, today=today)}: {n}" for week, n in figures.weeks]
    queue = reverse("cases:queue")
    links = [
        f"{queue}?view=all&opened_from={week}&opened_to={week + timedelta(days=6)}"
        for week, _n in figures.weeks
    ]
    return bars(items, label=_("Cases opened per week"), titles=titles, links=links)
