"""One case: what happened, why it was flagged, what was said, and what may be done now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.language import current_language
from audit.services import record_access
from cases.models import Case
from cases.pages.beside import beside_claims
from cases.pages.brief import brief_of
from cases.pages.calendar import page_calendar
from cases.pages.case import ClaimRow, claims_of, reasons_of
from cases.pages.changes import changes_of
from cases.pages.day import days_of
from cases.pages.headlines import headline_with
from cases.pages.links import links_of, read_open
from cases.pages.news import news_of
from cases.pages.person import cases_like, months_of, past_cases, places_of, spend_chart
from cases.pages.related import around, surroundings
from cases.pages.strips import strips_of
from cases.pages.timeline import explanations_of, gather, sent_evidence, timeline_of
from cases.services.company import company_today
from cases.services.conflicts import Relations
from cases.services.decided import same_payments, shares_payments
from cases.services.money import attach_stake
from cases.services.queue import mark_seen
from cases.views.action_context import action_context
from cases.views.queue import decorate
from cases.visibility import find_related_case, seen_among, visible_cases
from fraud.web.access import page
from fraud.web.charts import sparkline
from rules.services.paragraphs import policy_cited

MAX_SAME = 5
TABS = ("review", "history", "similar", "related", "scores")


@page("cases.view_case")
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    """The page of a case; `tab` chooses what fills the middle, `open` which nodes of the picture of links are open."""
    actor = request.actor  # type: ignore[attr-defined]
    case, relations = find_related_case(reference, actor)
    record_access(
        request=request,
        subject=f"case:{case.reference}",
        what="case",
        employee_no=case.cardholder.employee_no,
    )
    tab = request.GET.get("tab", "")
    opened = read_open(request.GET.get("open", ""))
    context = case_context(case, actor, tab=tab, relations=relations, opened=opened)
    if case.has_news:
        mark_seen(case=case, by=actor)
    return render(request, "cases/case/page.html", context)


def case_context(
    case: Case, by: Actor, *, tab: str = "", relations: Relations | None = None, opened: Sequence[str] = ()
) -> dict[str, Any]:
    """Everything the case page and its fragments show; an action answers with it again."""
    tab = tab if tab in TABS else TABS[0]
    rows = claims_of(case)
    gather(case, with_answers=tab == "review")
    why = reasons_of(case, rows)
    matched = [hit.rule_version.rule for row in rows for hit in row.hits]
    case.sentence = headline_with(case, current_language(), matched)  # type: ignore[attr-defined]
    attach_stake(case, {row.claim.pk: row.money.returned_minor for row in rows})
    shows_spend = tab in ("review", "history")
    months = months_of(case.cardholder, case.currency, company_today()) if shows_spend else []
    context: dict[str, Any] = {
        "case": case,
        "news": news_of(case, by) if case.has_news else [],
        "claims": rows,
        "why": why,
        "reopened_from": (earlier := next(iter(seen_among(by, [case.reopened_from])), None)),
        "brief": brief_of(case, rows, why, earlier=earlier),
        "today": company_today(),
        "calendar": page_calendar(),
        "months": months,
        "spark": sparkline([month.amount_minor for month in months], label=_("Spend over twelve months")),
        "tab": tab,
        "is_short": False,
        "refused": "",
        "refusal": "",
        "tabs": _tabs(tab),
        "changes": changes_of(case),
        "cited_policy": policy_cited(matched),
        "is_mine": case.assignee_id == by.user_id,
        "same_payments": _same_payments(case, by),
    }
    context |= action_context(case, by, language=current_language(), relations=relations, claims=rows)
    context |= {"links": links_of(case, rows, by, opened)} if tab == "related" else {}
    context |= _TAB_CONTEXTS[tab](case, rows, by)
    if tab == "history":
        context["chart"] = spend_chart(months, case.currency)
    return context


def _same_payments(case: Case, by: Actor) -> list[Case]:
    """Other cases on payments of this one that the reader may see."""
    if not shares_payments(case):
        return []
    return list(visible_cases(by).filter(pk__in=same_payments(case).values("pk")).order_by("-pk")[:MAX_SAME])


def _review(case: Case, rows: list[ClaimRow], by: Actor) -> dict[str, Any]:
    near = around(case, rows)
    beside, of_case = beside_claims(rows, explanations_of(case), sent_evidence(case))
    return {
        "around": near,
        "days": days_of(case, rows, near),
        "strips": strips_of(case, by),
        "beside": beside,
        "said_of_case": of_case,
        "timeline": timeline_of(case, by=by, is_gathered=True),
    }


def _history(case: Case, rows: list[ClaimRow], by: Actor) -> dict[str, Any]:
    past = past_cases(case, visible_cases(by))
    decorate(past)
    return {"past": past, "places": places_of(case.cardholder, case.currency)}


def _similar(case: Case, rows: list[ClaimRow], by: Actor) -> dict[str, Any]:
    if case.is_blind:
        return {"similar": [], "outcomes": []}
    similar, outcomes = cases_like(case, visible_cases(by))
    decorate(similar)
    return {"similar": similar, "outcomes": outcomes.most_common()}


def _related(case: Case, rows: list[ClaimRow], by: Actor) -> dict[str, Any]:
    return {"related": surroundings(case, rows, by)}


def _scores(case: Case, rows: list[ClaimRow], by: Actor) -> dict[str, Any]:
    return {"scored": [] if case.is_blind else [row for row in rows if row.score]}


_TAB_CONTEXTS = {
    "review": _review,
    "history": _history,
    "similar": _similar,
    "related": _related,
    "scores": _scores,
}


def _tabs(current: str) -> list[dict[str, Any]]:
    labels = {
        "review": _("Review"),
        "history": _("Cardholder's history"),
        "similar": _("Similar cases"),
        "related": _("Related people and merchants"),
        "scores": _("Scores and versions"),
    }
    return [
        {"href": f"?tab={code}", "label": label, "count": None, "is_current": code == current}
        for code, label in labels.items()
    ]
