"""Rules from misses: start a search, watch it, read its candidates, make a draft of one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.actor import Actor
from audit.language import current_language
from fraud.claims.named import claims_named
from fraud.learning import experimenting
from fraud.learning.experiment_words import STATES, STEPS, error_sentence
from fraud.learning.mined_rules import candidates_of, draft_candidate, paths_told, searches, segment_words
from fraud.learning.models import Experiment
from fraud.learning.segment_asked import segment_choices
from fraud.web.access import page
from rules.exceptions import RuleServiceError
from rules.language import RuleNotValid

SHOWN = 30


@page("rules.view_rule")
@require_GET
def mined_rules(request: HttpRequest) -> HttpResponse:
    """All searches, newest first, and the form for another one."""
    experimenting.settle_lost()
    return _list(request)


def _list(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "searches": [
            {**_shown(one), "n_found": len(one.result.get("candidates") or one.result.get("paths") or [])}
            for one in searches()[:SHOWN]
        ],
        "may_start": experimenting.may_start(_by(request), Experiment.Kind.MINING),
        "weeks": experimenting.WEEKS,
        "typed": request.POST,
        "choices": segment_choices(),
        **more,
    }
    return render(request, "fraud/mined/list.html", context, status=status)


def _shown(one: Experiment) -> dict[str, Any]:
    word, meaning = STATES[one.state]
    return {
        "row": one,
        "state": word,
        "meaning": meaning,
        "error": error_sentence(one.error),
        "doing": STEPS.get(one.doing, one.doing),
        "is_running": not one.is_over,
    }


@page("rules.draft_rule", "fraud.train_model")
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Start a search in a process of its own; a refusal says what would be right."""
    try:
        asked = experimenting.read_asked(Experiment.Kind.MINING, request.POST.dict())
        started = experimenting.start_experiment(asked=asked, by=_by(request))
    except experimenting.ExperimentNotValid as error:
        return _list(request, status=422, problems=error.problems)
    experimenting.start_process(started)
    messages.success(request, _("Started. It runs on when this page is left."))
    return redirect("fraud:mined-rules-one", number=started.pk)


@page("rules.view_rule")
@require_GET
def search(request: HttpRequest, number: int) -> HttpResponse:
    """One search with its candidates; htmx asks for the changing part alone while it is under way."""
    return _page(request, _find(number))


def _page(request: HttpRequest, found: Experiment, *, status: int = 200, **more: Any) -> HttpResponse:
    shown = {**_shown(found), "experiment": found}
    if request.headers.get("HX-Request"):
        answer = render(request, "fraud/experiments/_progress.html", shown)
        if found.is_over:
            answer["HX-Refresh"] = "true"
        return answer
    by = _by(request)
    candidates = candidates_of(found, current_language())
    for row in candidates:
        row["caught_claims"] = claims_named(row["caught"], by)
        row["for_nothing_claims"] = claims_named(row["for_nothing"], by)
    context = {
        **shown,
        "candidates": candidates,
        "segment": segment_words(found),
        "paths": paths_told(found, current_language()),
        "without": found.options.get("without") or [],
        "may_start": experimenting.may_start(by, Experiment.Kind.MINING),
        **more,
    }
    return render(request, "fraud/mined/page.html", context, status=status)


@page("rules.draft_rule", "fraud.train_model")
@require_POST
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Cancel a search."""
    if experimenting.cancel_experiment(experiment=_find(number), by=_by(request)):
        messages.success(request, _("Cancelled. What was finished is kept."))
    else:
        messages.info(request, _("It was over already."))
    return redirect("fraud:mined-rules-one", number=number)


@page("rules.draft_rule")
@require_POST
def draft(request: HttpRequest, number: int, candidate: int) -> HttpResponse:
    """A draft of a candidate; it goes the way of every rule from there."""
    found = _find(number)
    if not 1 <= candidate <= len(found.result.get("candidates") or found.result.get("paths") or []):
        raise Http404
    try:
        version = draft_candidate(
            experiment=found, number=candidate, by=_by(request), code=request.POST.get("code", "")
        )
    except RuleNotValid as error:
        return _page(request, found, status=422, refusal=error.problems[0].message(current_language()))
    except (RuleServiceError, ValueError) as error:
        return _page(request, found, status=getattr(error, "status", 422), refusal=str(error))
    messages.success(
        request, _("The draft was kept. Give it its question, preview it, then propose it with shadow first.")
    )
    return redirect("fraud:rule", code=version.rule.code)


def _find(number: int) -> Experiment:
    found = searches().filter(pk=number).first()
    if found is None:
        raise Http404
    return found  # type: ignore[no-any-return]


def _by(request: HttpRequest) -> Actor:
    return request.actor
