"""The runs: what a night read, found and opened, and what it could not look at."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from audit.actor import Actor
from audit.asked import asked_of
from audit.models import AuditEvent
from audit.paging import keyset_page
from audit.permissions import can
from fraud.claims.models import ClaimFile
from fraud.claims.panels import scores_hidden_from
from fraud.claims.units import within_units
from fraud.detection.models import Score, ScreeningRun
from fraud.detection.run_words import STAGE_NAMES, after_cancelling, counts_in_words, stage_word
from fraud.detection.screening.leases import is_free
from fraud.detection.screening.order import ahead_of, under_way
from fraud.detection.screening.pace import Pace, pace_of
from fraud.web.access import page
from rules.fields import FIELDS
from rules.models import Rule

PAGE_SIZE = 40
N_TOP_CLAIMS = 12
RUNNING = (ScreeningRun.State.PREPARING, ScreeningRun.State.SCORING, ScreeningRun.State.OPENING)


@page("fraud.view_run")
def run_list(request: HttpRequest) -> HttpResponse:
    """All runs, newest first."""
    asked_of(request)
    runs = ScreeningRun.objects.select_related("model_version").defer(
        "rule_set", "settings_used", "not_evaluable", "stages"
    )
    found = keyset_page(runs, by="business_date", cursor=request.GET.get("after", ""), size=PAGE_SIZE)
    return render(request, "fraud/runs/list.html", {"page": found, "under_way": under_way().first()})


@page("fraud.view_run")
def run_page(request: HttpRequest, reference: str) -> HttpResponse:
    """One run. htmx asks for the changing part alone while the run is under way."""
    run = get_object_or_404(
        ScreeningRun.objects.select_related("model_version", "shadow_version"), reference=reference
    )
    context: dict[str, Any] = {
        "run": run,
        "is_running": run.state in RUNNING,
        "waits_for_worker": (waits := _waits(run)),
        "waits_behind": next(iter(ahead_of(run)), None) if waits else None,
        "may_cancel": (*RUNNING, ScreeningRun.State.FAILED).count(run.state) and not _has_cases(run),
        "is_look_back": (is_look_back := run.source == ScreeningRun.LOOK_BACK),
        "after_cancelling": after_cancelling(is_look_back=is_look_back),
        "pace": (pace := pace_of(run)),
        "stages": stages_of(run, pace),
        "stands_in_for": next(
            (s["counts"]["stands_in_for"] for s in run.stages if s["counts"].get("stands_in_for")), ""
        ),
        "why_cancelled": _why_cancelled(run) if run.state == ScreeningRun.State.CANCELLED else "",
        "n_expired": sum(stage["counts"].get("expired", 0) for stage in run.stages),
    }
    if request.headers.get("HX-Request"):
        answer = render(request, "fraud/runs/_progress.html", context)
        seen = request.GET.get("shown", "")
        if not context["is_running"] or (seen and seen != str(run.version)):
            answer["HX-Refresh"] = (
                "true"  # it has just ended, so the lists below are known; or somebody paused or resumed it
            )
        return answer
    context |= {
        "files": _files_of(run),
        "not_evaluable": not_evaluable_of(run),
        "top": _top_claims(run, request.actor) if can(request.actor, "fraud.view_score") else [],  # type: ignore[attr-defined]
    }
    return render(request, "fraud/runs/page.html", context)


def _waits(run: ScreeningRun) -> bool:
    """Whether nobody works on the run yet: for want of a worker, or because another night is worked first."""
    return run.state == ScreeningRun.State.PREPARING and run.paused_at is None and is_free(run)


def _why_cancelled(run: ScreeningRun) -> str:
    """The reason that was given, from the audit log; empty where none was."""
    entries = AuditEvent.objects.filter(subject=f"run:{run.reference}", action="run.cancelled").order_by(
        "-seq"
    )
    entry = entries.first()
    return str((entry.after or {}).get("reason", "")) if entry else ""


def _has_cases(run: ScreeningRun) -> bool:
    return any(stage["name"] == "opening" and stage["state"] == "done" for stage in run.stages)


def stages_of(run: ScreeningRun, pace: Pace) -> list[dict[str, Any]]:
    """Every stage in order, with its word, state, pace, seconds and counts; those not reached yet are waiting."""
    stored = {stage["name"]: stage for stage in run.stages}
    paces = {one.name: one for one in pace.stages}
    names = [*STAGE_NAMES, *(name for name in stored if name not in STAGE_NAMES)]
    return [
        {
            "word": stage_word(name),
            "state": paces[name].state if name in paces else stored[name]["state"],
            "pace": paces.get(name),
            "seconds": stored.get(name, {}).get("seconds"),
            "started_at": _time(stored.get(name, {}).get("started_at")),
            "counts": counts_in_words(stored.get(name, {}).get("counts") or {}),
            "error": stored.get(name, {}).get("error", ""),
        }
        for name in names
    ]


def not_evaluable_of(run: ScreeningRun) -> list[dict[str, Any]]:
    """Rules that could not look at some claims, with the fields that were missing, worst first."""
    names = {rule.code: rule for rule in Rule.objects.filter(code__in=run.not_evaluable)}
    rows = [
        {
            "code": code,
            "rule": names.get(code),
            "n": found.get("n", 0),
            "missing": [FIELDS.get(name, {"name": name}) for name in found.get("missing", [])],
            "share": found.get("n", 0) / run.n_claims if run.n_claims else None,
        }
        for code, found in run.not_evaluable.items()
        if found.get("n", 0)
    ]
    return sorted(rows, key=lambda row: (-row["n"], row["code"]))


def _files_of(run: ScreeningRun) -> list[ClaimFile]:
    return list(ClaimFile.objects.filter(business_date=run.business_date).order_by("id")[:20])


def _top_claims(run: ScreeningRun, by: Actor) -> list[Score]:
    """The claims of the run that the queue would put first, of the departments the reader sees."""
    rows = (
        within_units(Score.objects.filter(run=run), by, "claim__cardholder__department")
        .select_related("claim__cardholder", "claim__merchant")
        .defer("features", "reasons")
        .order_by("-queue_probability")[: N_TOP_CLAIMS * 2]
    )
    hidden = scores_hidden_from(by, [row.claim_id for row in rows])
    return [row for row in rows if row.claim_id not in hidden][:N_TOP_CLAIMS]


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
