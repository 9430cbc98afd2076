"""A rule in operation, and the list of rules to look at."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from audit import clock
from audit.permissions import can
from cases.pages.rule_misses import SHOWN, missed_by, shown_version
from cases.pages.rule_operation import DAYS, hits_for, operation_of
from cases.pages.rules_to_look_at import rules_to_look_at
from fraud.claims.named import claims_named
from fraud.detection.suppressing import visible_suppressions
from fraud.web.access import page
from fraud.web.beside import Waiting
from rules.models import Rule


@page("rules.view_rule")
@require_GET
def to_look_at(request: HttpRequest) -> HttpResponse:
    """Rules that somebody should look at, with why."""
    rows = rules_to_look_at(request.actor)  # type: ignore[attr-defined]
    return render(request, "cases/rule_operation/list.html", {"rows": rows})


@page("rules.view_rule")
@require_GET
def operation(request: HttpRequest, code: str) -> HttpResponse:
    """How one rule does."""
    by = request.actor  # type: ignore[attr-defined]
    rule = _find(code)
    found = operation_of(rule, hits_for(by))
    context = {
        "rule": rule,
        "version": shown_version(rule),
        "found": found,
        "days": DAYS,
        "may_list_waiting": can(by, "cases.view_case") and can(by, "fraud.view_score"),
        "suppressions": visible_suppressions(
            rule.suppressions.select_related("cardholder", "merchant", "proposed_by")[:SHOWN], by
        ),
        "today": clock.today(),
        "recent": claims_named(found.recent, by)[:SHOWN],
        "legitimate": claims_named(found.legitimate, by)[:SHOWN],
    }
    return render(request, "cases/rule_operation/page.html", context)


@page("rules.view_rule")
@require_GET
def misses(request: HttpRequest, code: str) -> HttpResponse:
    """The part that takes seconds: misuse the rule's text nearly hit, or hit while no active rule did."""
    by = request.actor  # type: ignore[attr-defined]
    rule = _find(code)
    version = shown_version(rule)
    if version is None:
        raise Http404
    found = missed_by(version, by)
    # Without a script the link opens it as a page of its own.
    name = "_misses" if request.headers.get("HX-Request") else "misses"
    context: dict[str, Any] = {"rule": rule}
    if isinstance(found, Waiting):
        context["waiting"] = found
    else:
        context |= {"found": found, "caught": found.caught, "near": found.near}
    return render(request, f"cases/rule_operation/{name}.html", context)


def _find(code: str) -> Rule:
    found = Rule.objects.filter(code=code).first()
    if found is None:
        raise Http404
    return found
