"""A rule in operation, and the list of rules to look at."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from audit import clock
from audit.language import current_language
from audit.permissions import can
from cases.pages.rule_operation import DAYS, hits_for, operation_of
from cases.pages.rules_to_look_at import rules_to_look_at
from fraud.claims.named import claims_named
from fraud.detection.suppressing import visible_suppressions
from fraud.web.access import page
from fraud.web.beside import Waiting, beside
from fraud.workbench.kept_answers import state_of
from fraud.workbench.near_misses import MISSES_AS_JSON, misses_of
from fraud.workbench.trying import told_values
from rules.language import to_sentence
from rules.models import Rule, RuleVersion
from rules.services.rule_sets import list_specs, parameter_specs

SHOWN = 10


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
        "version": _shown(rule),
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
    version = _shown(rule)
    if version is None:
        raise Http404
    active = RuleVersion.objects.filter(state=RuleVersion.State.ACTIVE).exclude(rule=rule)
    others = list(active.values_list("text", flat=True))
    key = ("misses", state_of([version.text, others]))
    answer = beside(key, lambda: misses_of(version.text, others), MISSES_AS_JSON)
    if isinstance(answer, Waiting):
        return render(request, "cases/rule_operation/_misses.html", {"waiting": answer})
    found = answer.result
    lists, parameters, language = list_specs(), parameter_specs(), current_language()
    shown = found.near[: SHOWN * 2]
    parts = {
        near.claim_id: (
            to_sentence(near.part, language, lists=lists, parameters=parameters),
            told_values(near.facts),
        )
        for near in shown
    }
    context = {
        "found": found,
        "caught": claims_named(found.caught[: SHOWN * 2], by)[:SHOWN],
        "near": [(claim, *parts[claim.pk]) for claim in claims_named(parts, by)][:SHOWN],
    }
    return render(request, "cases/rule_operation/_misses.html", context)


def _find(code: str) -> Rule:
    found = Rule.objects.filter(code=code).first()
    if found is None:
        raise Http404
    return found


def _shown(rule: Rule) -> RuleVersion | None:
    """The version that counts, or else the newest."""
    counts = rule.versions.filter(state=RuleVersion.State.ACTIVE).first()
    return counts or rule.versions.order_by("-number").first()
