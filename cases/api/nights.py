"""Nights through the interface: started, paused, resumed, taken up again, cancelled; `/api/v1/runs/` tells how far they are."""

from __future__ import annotations

from collections.abc import Callable

from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseworkView, describe
from cases.services.errors import CaseNotFound
from cases.services.night_control import (
    RUN_NIGHT,
    cancel_night,
    pause_night,
    restart_night,
    resume_night,
    start_night,
)
from fraud.detection.models import ScreeningRun
from fraud.web.api_strict import StrictCharField, StrictSerializer


class NoBody(StrictSerializer):
    """No fields."""


class WhyBody(StrictSerializer):
    """Why the night is given up: asked for where it failed."""

    reason = StrictCharField(max_length=300, required=False, allow_blank=True, default="")


class NightRow(serializers.ModelSerializer):
    """`version` is that of what people did to the night: send it back in If-Match."""

    class Meta:
        model = ScreeningRun
        fields = ("reference", "business_date", "state", "paused_at", "version")


@extend_schema_view(
    post=describe(
        "Start the night that just ended", answer=NightRow, body=NoBody, ok=202, operation_id="nights_start"
    )
)
class StartNight(CaseworkView):
    """Missed nights before it are caught up first. One that works already goes on as it does."""

    permission = RUN_NIGHT
    answers_kept = "after"  # a process of its own goes on with it

    def post(self, request: Request) -> Response:
        self.input(NoBody)
        return Response(NightRow(start_night(by=self.by)).data, status=202)


def _step(
    name: str,
    summary: str,
    service: Callable[..., ScreeningRun],
    meaning: str,
    body: type[StrictSerializer] = NoBody,
) -> type[CaseworkView]:
    class Step(CaseworkView):
        answers_kept = "after"  # as with starting
        permission = RUN_NIGHT

        def post(self, request: Request, reference: str) -> Response:
            said = self.input(body)
            run = ScreeningRun.objects.filter(reference=reference).first()
            if run is None:
                raise CaseNotFound
            seen = self.version()
            return Response(NightRow(service(run=run, expected_version=seen, by=self.by, **said)).data)

    Step.__name__, Step.__doc__ = f"{name.title()}Night", meaning
    decorate = extend_schema_view(
        post=describe(summary, answer=NightRow, body=body, versioned=True, operation_id=f"nights_{name}")
    )
    found: type[CaseworkView] = decorate(Step)
    return found


STEPS: dict[str, type[CaseworkView]] = {
    "pause": _step(
        "pause",
        "Pause a night",
        pause_night,
        "What is in hand is stored, what is done is kept; nothing further begins.",
    ),
    "resume": _step("resume", "Resume a paused night", resume_night, "It goes on where it stood."),
    "restart": _step(
        "restart",
        "Take a failed night up again",
        restart_night,
        "It goes on where it stopped; what other nights judged meanwhile stays theirs. Refused while another night is under way.",
    ),
    "cancel": _step(
        "cancel",
        "Cancel a night",
        cancel_night,
        "Before its cases are open: its scores are forgotten, and all its claims wait for the next night. Of a night that failed the reason is asked for.",
        WhyBody,
    ),
}
