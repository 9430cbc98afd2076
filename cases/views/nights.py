"""The steps on a night from its page: started, paused, resumed, taken up again, cancelled. What it shows lies in `fraud/detection/views/runs.py`."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cases.services import errors
from cases.services.night_control import (
    RUN_NIGHT,
    cancel_night,
    pause_night,
    restart_night,
    resume_night,
    start_night,
)
from cases.views.actions import version_seen
from fraud.detection.models import ScreeningRun
from fraud.detection.run_words import after_cancelling
from fraud.web.access import page

#: Name of the step → its service and what is said when it is done.
STEPS: dict[str, tuple[Callable[..., ScreeningRun], str | Promise]] = {
    "pause": (pause_night, gettext_lazy("Paused. What is in hand is stored, then nothing further begins.")),
    "resume": (resume_night, gettext_lazy("The run goes on where it stood.")),
    "restart": (restart_night, gettext_lazy("Taken up again. It goes on where it stopped.")),
    "cancel": (cancel_night, gettext_lazy("Cancelled.")),
}


@page(RUN_NIGHT)
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Start the night that just ended; a refusal says on the list what would be right."""
    try:
        run = start_night(by=request.actor)
    except errors.NightCannotStart as error:
        messages.error(request, error.sentence)
        return redirect("fraud:runs")
    messages.success(request, _("Started. It runs on when this page is left."))
    return redirect("fraud:run", reference=run.reference)


@page(RUN_NIGHT)
@require_POST
def step(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """One step; a refusal is told on the run's page, as it is now."""
    if name not in STEPS:
        raise Http404
    service, said = STEPS[name]
    run = get_object_or_404(ScreeningRun, reference=reference)
    try:
        given = {"reason": request.POST.get("reason", "")} if name == "cancel" else {}
        service(run=run, expected_version=version_seen(request), by=request.actor, **given)
    except errors.CaseworkError as error:
        messages.error(request, error.sentence)
    else:
        more = after_cancelling(is_look_back=run.source == run.LOOK_BACK) if name == "cancel" else ""
        messages.success(request, f"{said} {more}".strip())
    return redirect("fraud:run", reference=reference)
