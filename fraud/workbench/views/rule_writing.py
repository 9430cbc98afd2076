"""While a rule is being written: the words of its blocks, text and blocks of one tree, what it would hit, one claim step by step."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.actor import Actor
from audit.typed import whole_number
from fraud.claims.models import Claim
from fraud.claims.named import claim_numbered, claims_named
from fraud.web.access import page
from fraud.workbench.builder_words import builder_words
from fraud.workbench.rule_reading import read_rule
from fraud.workbench.trying import Tried, explain_claim, try_rule
from rules.language import RuleNotValid

#: A tree of 200 parts with long texts stays far below.
_LARGEST = 200_000
#: Claims shown of each kind of change.
SHOWN = 4


@page("rules.view_rule")
@require_GET
def words(request: HttpRequest) -> HttpResponse:
    """What blocks are made of, as JSON."""
    return JsonResponse(builder_words())


@page("rules.view_rule")
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """``text`` or ``tree`` (JSON) of a rule: both forms, and the panel that says what is wrong or doubtful, as JSON."""
    sent = request.POST.get("tree")
    if sent is None:
        found = read_rule(text=request.POST.get("text", ""))
    else:
        try:
            found = read_rule(tree=_tree(sent))
        except (ValueError, RecursionError):
            found = {
                "text": None,
                "tree": None,
                "is_valid": False,
                "problems": [{"text": _("The blocks cannot be read.")}],
            }
    found["checked"] = render_to_string("fraud/rules/_checked.html", found, request)
    return JsonResponse(found)


def _tree(sent: str) -> Any:
    if len(sent) > _LARGEST:
        raise ValueError(sent[:20])
    return json.loads(sent)


@page("rules.draft_rule", "rules.activate_rule")
@require_POST
def attempt(request: HttpRequest) -> HttpResponse:
    """What a text hits on the last 90 days, while it is written, and what it changes where ``rule`` names the rule it edits; nothing is saved."""
    by, text = _by(request), request.POST.get("text", "")
    try:
        found = try_rule(text=text, by=by, code=request.POST.get("rule", ""))
    except RuleNotValid:
        return render(request, "fraud/rules/_tried.html", {"is_broken": True})
    context = {"found": found, "text": text, "changes": _changes(found, by)}
    return render(request, "fraud/rules/_tried.html", context)


def _changes(found: Tried | None, by: Actor) -> list[tuple[str, bool | None, Claim]]:
    """(gained or lost, whether it was misuse, claim) of some claims an edit changes, those with an outcome first."""
    if found is None or found.effects is None:
        return []
    told: list[tuple[str, bool | None, Claim]] = []
    for kind, change in (("lost", found.effects.lost), ("gained", found.effects.gained)):
        for claim in claims_named(change.first(2 * SHOWN), by)[:SHOWN]:
            outcome = True if claim.pk in change.misuse else False if claim.pk in change.genuine else None
            told.append((kind, outcome, claim))
    return sorted(told, key=lambda row: {True: 0, False: 1, None: 2}[row[1]])


@page("rules.draft_rule", "rules.activate_rule")
@require_POST
def explain(request: HttpRequest) -> HttpResponse:
    """One claim through a text, step by step: ``claim`` is the claim a button named, ``number`` what somebody read on a page or paper."""
    by, pk = _by(request), whole_number(request.POST.get("claim", "").strip(), 12)
    if pk is None:
        claim = claim_numbered(request.POST.get("number", "")[:80], by)
    else:
        claim = Claim.objects.filter(pk=pk).first()
    steps = None
    try:
        if claim is not None:
            steps = explain_claim(text=request.POST.get("text", ""), claim_id=claim.pk, by=by)
    except RuleNotValid:
        return render(request, "fraud/rules/_explained.html", {"is_broken": True})
    return render(request, "fraud/rules/_explained.html", {"steps": steps, "claim": claim})


def _by(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]
