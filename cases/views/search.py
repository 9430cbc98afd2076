"""Search everything from the top bar: cases, people, merchants, claims. An exact reference opens at once."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from audit.actor import Actor
from audit.permissions import can
from cases.pages.queue_filters import read_filters
from cases.views.queue import decorate
from cases.visibility import visible_cases
from fraud.claims.identity import people_named
from fraud.claims.models import Claim, Merchant
from fraud.claims.units import within_units
from fraud.detection.claim_filters import filter_claims, source_systems
from fraud.detection.claim_filters import read_filters as read_claim_filters
from fraud.detection.models import ScreeningRun
from fraud.web.access import page

N_EACH = 8


@page("cases.view_case", "fraud.view_claim", "fraud.view_run")
def search(request: HttpRequest) -> HttpResponse:
    """What matches `q`, grouped, only of the kinds the actor may see."""
    actor = request.actor  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()[:100]
    exact = _exact(text, actor) if text else None
    if exact:
        return redirect(exact)
    context: dict[str, Any] = {"search_text": text}
    if text:
        context |= _found(text, actor)
    context["is_empty"] = not any(
        context.get(name) for name in ("cases", "people", "merchants", "claims", "runs")
    )
    return render(request, "cases/search/page.html", context)


def _exact(text: str, by: Actor) -> str | None:
    """The address of the one thing with this reference."""
    upper = text.upper()
    if upper.startswith("C-") and can(by, "cases.view_case"):
        case = visible_cases(by).filter(reference=upper).values_list("reference", flat=True).first()
        if case:
            return f"/cases/{case}/"
    if upper.startswith("R-") and can(by, "fraud.view_run"):
        run = ScreeningRun.objects.filter(reference=upper).values_list("reference", flat=True).first()
        if run:
            return f"/runs/{run}/"
    if can(by, "fraud.view_claim"):
        claim = within_units(Claim.objects.filter(source_system__in=source_systems(), external_id=text), by)
        found = list(claim.values_list("pk", flat=True)[:2])
        if len(found) == 1:
            return f"/claims/{found[0]}/"
    return None


def _found(text: str, by: Actor) -> dict[str, Any]:
    context: dict[str, Any] = {}
    query = QueryDict(mutable=True)
    query["q"] = text
    if can(by, "cases.view_case"):
        cases = visible_cases(by).filter(read_filters(query).condition)
        context["cases"] = list(
            cases.select_related("cardholder", "merchant").defer("undo").order_by("-id")[:N_EACH]
        )
        decorate(context["cases"])
    if can(by, "fraud.view_claim"):
        people = within_units(people_named(text), by, "department")
        context["people"] = list(people.select_related("department")[:N_EACH])
        merchants = Merchant.objects.filter(Q(name__icontains=text) | Q(brn=text))
        if by.units:  # where only others' departments paid, there is nothing to see
            merchants = merchants.filter(
                Exists(within_units(Claim.objects.filter(merchant=OuterRef("pk")), by))
            )
        context["merchants"] = list(merchants[:N_EACH])
        if context["people"] or context["merchants"]:
            claims = filter_claims(read_claim_filters(query), by).select_related(
                "cardholder", "department", "merchant"
            )
            context["claims"] = list(claims.order_by("-transacted_at", "-pk")[:N_EACH])
    if can(by, "fraud.view_run"):
        context["runs"] = list(
            ScreeningRun.objects.filter(reference__icontains=text).order_by("-business_date", "-id")[:N_EACH]
        )
    return context
