"""The overview: few numbers that matter, each with its trend and the list behind it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from audit.asked import asked_of
from audit.language import current_language
from audit.permissions import can
from cases.pages.backlog import AGES, age_words
from cases.pages.figure_lines import Target
from cases.pages.figure_list import DECIDED
from cases.pages.figures import KEEP_SECONDS, PERIODS, Figures, current_figures, read_days
from cases.pages.overview import Sections, Week, current_sections
from cases.pages.period_lines import Span, queue_link, sums_of
from cases.pages.role_overview import role_sections
from cases.services.company import company_today
from cases.visibility import hidden_cases
from fraud.web.access import page
from fraud.web.charts import Axis, Mark, Series, bars, lines, sparkline
from fraud.web.dates import say_day
from fraud.web.tables import one_digit
from fraud.web.tags import number, percent

N_NIGHTS = 12  # shown to who sees no cases


@page("cases.view_case", "fraud.view_run")
def overview(request: HttpRequest) -> HttpResponse:
    """The figures of the last 90 days, or of as many as the address says."""
    by, today = request.actor, company_today()
    hidden = hidden_cases(by)
    n_days = read_days(asked_of(request, "days").choice("days", {str(n): n for n in PERIODS}))
    figures = current_figures(today, hidden, n_days)
    span = Span(figures.since, today, hidden, figures=figures)
    context: dict[str, Any] = {
        "figures": figures,
        "n_days": n_days,
        "periods": PERIODS,
        "since": figures.since.isoformat(),
        "weeks_chart": _weeks_chart(figures),
        "alerts_chart": sparkline(
            [run["n_alerts"] for run in figures.runs], label=_("Alerts in the last runs")
        ),
        "claims_chart": sparkline(
            [run["n_claims"] for run in figures.runs], label=_("Claims in the last runs")
        ),
        "last_run": figures.runs[-1] if figures.runs else None,
        "sums": sums_of(span),
        "decided_href": span.list_of(DECIDED),
        "outcomes": sorted(figures.outcomes.items(), key=lambda pair: -pair[1]),
        "n_decided": sum(figures.outcomes.values()),
    }
    if can(by, "cases.view_case"):
        sections = current_sections(figures, today, hidden)
        context |= {"sections": sections, "tables": _tables(sections, n_days)}
    else:
        context |= {"nights": figures.runs[: -N_NIGHTS - 1 : -1], **role_sections(by, span)}
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


def _tables(sections: Sections, n_days: int) -> SafeString:
    """The sections as the page has them, written once: they say the same to everybody who may see the same."""
    key = f"{sections.key}:page:{n_days}"
    known: SafeString | None = cache.get(key)
    if known is None:
        context = {
            "sections": sections,
            "n_days": n_days,
            "charts": _trend_charts(sections),
            "week_rows": [(week, _week_link(week)) for week in sections.weeks],
            "n_open": sum(row.all.n_listed or 0 for row in sections.backlog),
            "last_week": sections.weeks[-1] if sections.weeks else None,
            "ages": [age_words(least, most) for least, most in AGES],
        }
        known = render_to_string("cases/overview/_sections.html", context)
        cache.set(key, known, KEEP_SECONDS)
    return known


def _week_link(week: Week) -> str:
    """The cases decided in it."""
    return queue_link(decided_in=f"{week.monday}..{week.monday + timedelta(days=6)}")


def _trend_charts(sections: Sections) -> list[dict[str, Any]]:
    """A line a week for each figure that may have a target, the target dashed across it."""
    told = (
        ("precision", pgettext("overview", "Misuse among decided cases, by week"), percent, "precision", (0.0, 1.0)),
        ("on_time", pgettext("overview", "Answers on time, by week of the request"), percent, "on_time", (0.0, 1.0)),
        ("median_days", pgettext("overview", "Days to a decision (median), by week"), one_digit, "median_days", (0.0, None)),
    )  # fmt: skip
    return [
        {
            "title": title,
            "svg": _trend(sections, title, form, name, bounds, sections.targets.get(code)),
            "target": _said(sections.targets.get(code), form),
        }
        for code, title, form, name, bounds in told
    ]


def _said(target: Target | None, form: Any) -> str:
    return target.said("share" if form is percent else "days") if target else ""


def _trend(
    sections: Sections,
    title: str,
    form: Any,
    name: str,
    bounds: tuple[float, float | None],
    target: Target | None,
) -> str:
    language, today = current_language(), company_today()
    values = [getattr(week, name) for week in sections.weeks]
    titles = [
        f"{say_day(week.monday, language, today=today)}: {form(value)}"
        for week, value in zip(sections.weeks, values, strict=True)
    ]
    ticks = [(float(at), f"{week.monday.month}/{week.monday.day}") for at, week in enumerate(sections.weeks)]
    return lines(
        [Series(title, values, titles=titles)],
        label=title,
        x=Axis(ticks=ticks, low=0, high=len(values) - 1),
        y=Axis(low=bounds[0], high=bounds[1], form=percent if form is percent else number),
        marks=[Mark("", y=target.value)] if target else [],
        height=150,
    )
