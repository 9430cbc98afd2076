"""Trainings: start one, watch it, cancel it. A process of its own does the work, as that of an experiment."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from audit.actor import Actor
from fraud.learning import experimenting, training_page
from fraud.learning.experiment_words import STATES, error_sentence
from fraud.learning.models import Experiment
from fraud.learning.training_run import learns_from, start_training
from fraud.web.access import page

SHOWN = 30


@page("fraud.view_detection")
@require_GET
def trainings(request: HttpRequest) -> HttpResponse:
    """All trainings, newest first, and the form for another one."""
    experimenting.settle_lost()
    return _list(request)


def _list(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "trainings": [_shown(row) for row in training_page.trainings()[:SHOWN]],
        "learns": _learns(learns_from()),
        "typed": request.POST,
        **more,
    }
    return render(request, "fraud/trainings/list.html", context, status=status)


def _shown(row: Experiment) -> dict[str, Any]:
    word, meaning = STATES[row.state]
    return {"row": row, "state": word, "meaning": meaning, "is_running": not row.is_over}


def _learns(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "since": parse_datetime(found["since"]) if found.get("since") else None}


@page("fraud.train_model")
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Start a training in a process of its own; a refusal says what would be right."""
    try:
        started = start_training(reason=request.POST.get("reason", ""), by=_by(request))
    except experimenting.ExperimentNotValid as error:
        return _list(request, status=422, problems=error.problems)
    experimenting.start_process(started)
    messages.success(
        request, pgettext("training", "The training was started. It goes on when this page is left.")
    )
    return redirect("fraud:training", number=started.pk)


@page("fraud.view_detection")
@require_GET
def training(request: HttpRequest, number: int) -> HttpResponse:
    """One training; htmx asks for the changing part alone while it is under way."""
    experimenting.settle_lost()
    found = _find(number)
    steps = training_page.steps_of(found)
    context = {
        **_shown(found),
        "experiment": found,
        "steps": steps,
        "seconds_left": training_page.seconds_left(steps),
        "version": training_page.version_of(found),
        "learns": _learns(found.options),
        "reason": training_page.reason_of(found),
        "error": error_sentence(found.error),
    }
    if request.headers.get("HX-Request"):
        answer = render(request, "fraud/trainings/_progress.html", context)
        if found.is_over or request.GET.get("shown", found.state) != found.state:
            answer["HX-Refresh"] = "true"  # what stands above and below it changed as well
        return answer
    return render(request, "fraud/trainings/page.html", context)


@page("fraud.train_model")
@require_POST
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Cancel a training; a version it has kept already stays a candidate."""
    found = _find(number)
    if not experimenting.cancel_experiment(experiment=found, by=_by(request)):
        messages.info(request, pgettext("training", "The training was over already."))
    elif found.result.get("version"):
        messages.success(
            request, pgettext("training", "The training was cancelled; the version it had made is kept.")
        )
    else:
        messages.success(request, pgettext("training", "The training was cancelled; nothing of it is kept."))
    return redirect("fraud:training", number=number)


def _find(number: int) -> Experiment:
    found = training_page.trainings().filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _by(request: HttpRequest) -> Actor:
    return request.actor
