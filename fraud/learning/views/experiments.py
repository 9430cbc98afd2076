"""Experiments: start, watch, cancel, read. The work is done by a process of its own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.actor import Actor
from audit.asked import asked_of
from audit.typed import choice
from fraud.detection.models import ModelVersion
from fraud.learning import experimenting
from fraud.learning.experiment_page import page_of
from fraud.learning.experiment_words import KINDS, METHODS, STATES, STEPS, error_sentence
from fraud.learning.models import Experiment
from fraud.web.access import page
from fraud.web.tables import csv_answer

SHOWN = 30
ASKED_HERE = experimenting.QUESTIONS


@page("fraud.view_detection")
@require_GET
def experiments(request: HttpRequest) -> HttpResponse:
    """All experiments, newest first, and the form for another one of a kind (`?kind=`)."""
    experimenting.settle_lost()
    words = {name: word for name, word in KINDS.items() if name in ASKED_HERE}
    return _list(request, asked_of(request, "kind").choice("kind", words))


def _list(request: HttpRequest, kind: str, *, status: int = 200, **more: Any) -> HttpResponse:
    kind = choice(kind, ASKED_HERE, Experiment.Kind.METHODS.value)
    context = {
        "experiments": [_shown(one) for one in Experiment.objects.filter(kind=kind)[:SHOWN]],
        "tabs": [
            {"href": f"?kind={name}", "label": words, "is_current": name == kind}
            for name, words in KINDS.items()
            if name in ASKED_HERE
        ],
        "kind": kind,
        "methods": METHODS,
        "versions": ModelVersion.objects.all()[:20],
        "weeks": experimenting.WEEKS,
        "layers": experimenting.LAYERS,
        "typed": request.POST,
        "typed_methods": request.POST.getlist("methods") or list(METHODS),
        **more,
    }
    return render(request, "fraud/experiments/list.html", context, status=status)


def _shown(one: Experiment) -> dict[str, Any]:
    word, meaning = STATES[one.state]
    return {
        "row": one,
        "kind": KINDS[one.kind],
        "state": word,
        "meaning": meaning,
        "error": error_sentence(one.error),
        "doing": STEPS.get(one.doing, one.doing),
        "is_running": not one.is_over,
    }


@page("fraud.train_model")
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Start an experiment in a process of its own; a refusal says what would be right."""
    kind = request.POST.get("kind", "")
    if kind == Experiment.Kind.MINING:
        return redirect("fraud:mined-rules")
    if kind == Experiment.Kind.TRAINING:
        return redirect("fraud:trainings")
    typed = {**request.POST.dict(), "methods": request.POST.getlist("methods")}
    try:
        asked = experimenting.read_asked(kind, typed)
        started = experimenting.start_experiment(asked=asked, by=_by(request))
    except experimenting.ExperimentNotValid as error:
        return _list(request, kind, status=422, problems=error.problems)
    experimenting.start_process(started)
    messages.success(request, _("Started. It runs on when this page is left."))
    return redirect("fraud:experiment", number=started.pk)


@page("fraud.view_detection")
@require_GET
def experiment(request: HttpRequest, number: int) -> HttpResponse:
    """One experiment. htmx asks for the changing part alone while it is under way; `?csv=` gives a table."""
    found = _find(number)
    if found.kind == Experiment.Kind.MINING:
        return redirect("fraud:mined-rules-one", number=number)
    if found.kind == Experiment.Kind.TRAINING:
        return redirect("fraud:training", number=number)
    context = page_of(found, _by(request), request.GET.get("claim", ""))
    file = csv_answer(request, context["tables"])
    if file is not None:
        return file
    shown = {**context, **_shown(found), "experiment": found}
    if request.headers.get("HX-Request"):
        answer = render(request, "fraud/experiments/_progress.html", shown)
        if found.is_over:
            answer["HX-Refresh"] = "true"  # it has just ended: everything below is now known
        return answer
    return render(request, "fraud/experiments/page.html", shown)


@page("fraud.train_model")
@require_POST
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Cancel an experiment; what it finished is kept."""
    if experimenting.cancel_experiment(experiment=_find(number), by=_by(request)):
        messages.success(request, _("Cancelled. What was finished is kept."))
    else:
        messages.info(request, _("It was over already."))
    return redirect("fraud:experiment", number=number)


def _find(number: int) -> Experiment:
    found = Experiment.objects.filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _by(request: HttpRequest) -> Actor:
    return request.actor
