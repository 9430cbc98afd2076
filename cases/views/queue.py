"""The queue: what to work on next, by expected loss, with saved views, filters and a preview."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from audit.asked import asked_of, not_one_of
from audit.language import current_language
from audit.prepared import prepared
from cases.models import Alert, Case, SavedView
from cases.pages.calendar import page_calendar
from cases.pages.choices import choices_of
from cases.pages.headlines import headline, rule_names
from cases.pages.held_back import (
    ABOUT,
    PARTS,
    WAITING,
    WHY,
    Among,
    held_back_count,
    held_back_page,
    held_back_parts,
)
from cases.pages.near import count_near, near_cases
from cases.pages.queue import (
    HELD_BACK,
    QueueView,
    n_listed,
    queue_page,
    queue_views,
    segments_of,
    view_counts,
)
from cases.pages.queue_reading import QueueFilters, read_filters, understood
from cases.services import errors, saved_views
from cases.services.company import company_today
from cases.services.seeing import without_involved
from cases.services.steps import actions_now
from cases.visibility import find_case
from cases.workflow import MAX_SNOOZE_DAYS
from fraud.claims.units import given_departments
from fraud.detection.models import RuleHit, ScreeningRun
from fraud.web.access import page
from fraud.web.tags import PAGING
from rules.models import Rule

N_TAGS = 2


@page("cases.view_case")
def queue(request: HttpRequest) -> HttpResponse:
    """The queue with the chosen view; `view`, filters and `after` live in the URL. Without any it opens where its reader starts."""
    if not request.GET:
        start = SavedView.objects.filter(owner_id=request.user.pk, is_default=True).first()
        if start is not None and start.query:
            return redirect(f"{reverse('cases:queue')}?{start.query}")
    return show_queue(request)


def show_queue(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    """The queue of the request's address; a step that was refused shows it again with what was typed."""
    actor = request.actor  # type: ignore[attr-defined]
    today = company_today()
    views = queue_views(actor, today)
    asked = request.GET.get("view", "")
    view = next((one for one in views if one.code == asked), views[0])
    if view.code == HELD_BACK:
        return _held_back(request, views, view)
    filters = read_filters(request.GET)
    if asked and view.code != asked:
        told = not_one_of(asked, [one.label for one in views])
        filters = replace(filters, problems=(*filters.problems, told))
    found = queue_page(view, filters, actor, cursor=request.GET.get(PAGING, ""))
    found = replace(found, rows=without_involved(found.rows, actor))
    decorate(found.rows)
    count_near(found.rows, actor)
    context = {
        "view": view,
        "tabs": _tabs(request, views, view, filters),
        "given_departments": given_departments(actor),
        "saved_views": _saved_views(request),
        "page": found,
        "segments": list(segments_of(found.rows)),
        "largest": max((row.expected_loss_minor for row in found.rows if not row.is_blind), default=0),
        "filters": filters,
        "today": today,
        "calendar": page_calendar(),
        # beside a tab its number stands already
        "summary": n_listed(view, filters, actor) if filters.chips and not view.has_count else "",
        "has_pane": request.GET.get("pane") == "1",
        "snooze_min": today + timedelta(days=1),
        "snooze_max": today + timedelta(days=MAX_SNOOZE_DAYS),
        "snooze_week": today + timedelta(days=7 - today.weekday()),
        **choices_of(actor, current_language()),
    }
    return render(request, "cases/queue/page.html", context | more, status=status)


def _held_back(request: HttpRequest, views: tuple[QueueView, ...], view: QueueView) -> HttpResponse:
    """The claims that wait for a seat, or waited in vain."""
    actor = request.actor  # type: ignore[attr-defined]
    asked = asked_of(request, "view", "part", "run", "why", "rule", "pane")
    part = asked.choice("part", PARTS, WAITING)
    runs = ScreeningRun.objects.filter(reference=asked.text("run", 20))
    rules = Rule.objects.filter(code__iexact=asked.text("rule", 40))
    among = Among(
        run=asked.known("run", list(runs.values_list("reference", flat=True))),
        why=asked.choice("why", WHY),
        rule=rules[0].code if rules else asked.known("rule", ()),
    )
    found = held_back_page(
        actor, part, cursor=request.GET.get(PAGING, ""), among=among, language=current_language()
    )
    context = {
        "view": view,
        "tabs": _tabs(request, views, view, read_filters(QueryDict())),
        "page": found,
        "parts": held_back_parts(part),
        "part": part,
        "among": among,
        "typed_rule": asked.text("rule", 40),
        "reasons": WHY,
        "about": ABOUT[part],
    }
    return render(request, "cases/queue/held_back.html", context)


@page("cases.view_case")
def near(request: HttpRequest, reference: str) -> HttpResponse:
    """The other open cases of the person and of the merchant of a row: a fragment for a dialog, the list stays where it is."""
    actor = request.actor  # type: ignore[attr-defined]
    case = find_case(reference, actor)
    cases = near_cases(case, actor)
    decorate(cases)
    return render(request, "cases/queue/_near.html", {"case": case, "cases": cases})


@page("cases.view_case")
def preview(request: HttpRequest, reference: str) -> HttpResponse:
    """The preview beside the list: a fragment."""
    from cases.pages.case import claims_of, reasons_of

    case = find_case(reference, request.actor)  # type: ignore[attr-defined]
    decorate([case])
    claims = claims_of(case)
    context = {
        "case": case,
        "claims": claims,
        "why": reasons_of(case, claims),
        "may": {action.value: True for action in actions_now(case, request.actor)},  # type: ignore[attr-defined]
        "today": company_today(),
        "calendar": page_calendar(),
    }
    return render(request, "cases/queue/_preview.html", context)


@require_POST
@page("cases.view_case")
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the present filters under a name, or forget a kept one."""
    name, by = request.POST.get("name", ""), request.actor  # type: ignore[attr-defined]
    query = request.POST.get("query", "")
    shown = f"{reverse('cases:queue')}?{query.lstrip('?')[:500]}" if query else reverse("cases:queue")
    try:
        if request.POST.get("start"):  # where they start from now on; again: no longer
            saved_views.start_with(name=name, by=by)
            return redirect(shown)
        if request.POST.get("forget"):
            saved_views.forget_view(name=name, by=by)
            return redirect("cases:queue")
        kept, problems = understood(query)
        saved_views.keep_view(name=name, query=kept, by=by)
        if problems:
            messages.warning(request, problems)
    except errors.CaseworkError as error:
        messages.error(request, error.sentence)
    return redirect(shown)


def decorate(cases: list[Case]) -> None:
    """Give each case its `url`, `sentence` (what happened) and `tags` (its reasons): three queries for all of them."""
    language = current_language()
    pairs = _judged.rows([case.pk for case in cases])
    codes = _hit_codes(pairs)
    names = rule_names(
        {code for found in codes.values() for code in found} | {c.pattern for c in cases}, language
    )
    prefetch_related_objects([case for case in cases if case.merged_into_id], "merged_into")
    prefix = reverse("cases:detail", args=["-"]).removesuffix("-/")
    for case in cases:
        case.url = f"{prefix}{case.reference}/"  # type: ignore[attr-defined]
        case.sentence = headline(case, language, names)  # type: ignore[attr-defined]
        case.tags = _tags(case, codes.get(case.pk, []), names)  # type: ignore[attr-defined]


@prepared
def _judged(case_ids: Collection[int]) -> QuerySet[Alert, Any]:
    """(case, claim, run that judged it)."""
    rows = Alert.objects.filter(case__in=case_ids, left_at=None)
    return rows.values_list("case_id", "claim_id", Coalesce("score__run_id", "run_id"))


@prepared
def _hits(claims: Collection[int]) -> QuerySet[RuleHit, Any]:
    rows = RuleHit.objects.filter(claim__in=claims, is_shadow=False)
    return rows.values_list("claim_id", "run_id", "rule_version__rule__code")


def _hit_codes(pairs: Sequence[tuple[int, int, int | None]]) -> dict[int, list[str]]:
    """Rule codes that matched the claims of each case, in the run that judged the claim; the most frequent first."""
    hits = _hits.rows({claim for _case, claim, _run in pairs})
    by_claim: dict[tuple[int, int], list[str]] = {}
    for claim, run, code in hits:
        by_claim.setdefault((claim, run), []).append(code)
    counted: dict[int, dict[str, int]] = {}
    for case, claim, judged_in in pairs:
        for code in by_claim.get((claim, judged_in or 0), []):
            of_case = counted.setdefault(case, {})
            of_case[code] = of_case.get(code, 0) + 1
    return {case: sorted(found, key=lambda code: (-found[code], code)) for case, found in counted.items()}


def _tags(case: Case, codes: list[str], names: dict[str, str]) -> list[dict[str, str]]:
    if case.is_blind:
        return []
    ordered = sorted(codes, key=lambda code: code != case.pattern)
    tags = [{"code": code, "name": names.get(code, code)} for code in ordered[:N_TAGS]]
    rest = ordered[N_TAGS:]
    if rest:
        tags.append({"code": f"+{len(rest)}", "name": ", ".join(names.get(code, code) for code in rest)})
    return tags


def _tabs(
    request: HttpRequest, views: tuple[QueueView, ...], view: QueueView, filters: QueueFilters
) -> list[dict[str, Any]]:
    query = request.GET.copy()
    for own in (PAGING, "part"):
        query.pop(own, None)
    actor = request.actor  # type: ignore[attr-defined]
    counts: dict[str, int | None] = {**view_counts([one for one in views if one.has_count], filters, actor)}
    counts[HELD_BACK] = held_back_count(actor) if any(one.code == HELD_BACK for one in views) else None
    tabs = []
    for one in views:
        query["view"] = one.code
        tabs.append(
            {
                "href": f"?{query.urlencode()}",
                "label": one.label,
                "count": counts.get(one.code),
                "is_current": one is view,
            }
        )
    return tabs


def _saved_views(request: HttpRequest) -> list[SavedView]:
    return _saved.rows(request.user.pk)


_saved = prepared(lambda owner: SavedView.objects.filter(owner_id=owner).order_by("name")[: saved_views.MOST])
