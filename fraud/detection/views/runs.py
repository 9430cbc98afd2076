"""The runs: what a night read, found and opened, and what it could not look at."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from audit.actor import Actor
from audit.paging import keyset_page
from audit.permissions import can
from fraud.claims.models import ClaimFile
from fraud.claims.panels import scores_hidden_from
from fraud.claims.units import within_units
from fraud.detection.models import Score, ScreeningRun
from fraud.detection.screening.pace import Pace, pace_of
from fraud.web.access import page
from rules.fields import FIELDS
from rules.models import Rule

PAGE_SIZE = 40
N_TOP_CLAIMS = 12
_SHOWN_IF_ANY = ("quarantined", "held_back_new", "held_back_seated", "expired", "outdated", "taken_back")
RUNNING = (ScreeningRun.State.PREPARING, ScreeningRun.State.SCORING, ScreeningRun.State.OPENING)
STAGE_NAMES = ("prepare", "scoring", "opening", "finish")


@page("fraud.view_run")
def run_list(request: HttpRequest) -> HttpResponse:
    """All runs, newest first."""
    runs = ScreeningRun.objects.select_related("model_version").defer(
        "rule_set", "settings_used", "not_evaluable", "stages"
    )
    found = keyset_page(runs, by="business_date", cursor=request.GET.get("after", ""), size=PAGE_SIZE)
    under_way = next((run for run in found.rows if run.state in RUNNING), None)
    return render(request, "fraud/runs/list.html", {"page": found, "under_way": under_way})


@page("fraud.view_run")
def run_page(request: HttpRequest, reference: str) -> HttpResponse:
    """One run. htmx asks for the changing part alone while the run is under way."""
    run = get_object_or_404(
        ScreeningRun.objects.select_related("model_version", "shadow_version"), reference=reference
    )
    context: dict[str, Any] = {
        "run": run,
        "is_running": run.state in RUNNING,
        "may_cancel": (*RUNNING, ScreeningRun.State.FAILED).count(run.state) and not _has_cases(run),
        "pace": (pace := pace_of(run)),
        "stages": stages_of(run, pace),
        "stands_in_for": next(
            (s["counts"]["stands_in_for"] for s in run.stages if s["counts"].get("stands_in_for")), ""
        ),
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


def _has_cases(run: ScreeningRun) -> bool:
    return any(stage["name"] == "opening" and stage["state"] == "done" for stage in run.stages)


def stages_of(run: ScreeningRun, pace: Pace) -> list[dict[str, Any]]:
    """Every stage in order, with its word, state, pace, seconds and counts; those not reached yet are waiting."""
    words = {
        "prepare": pgettext("run stage", "Gather claims"),
        "scoring": pgettext("run stage", "Rules, models and anomalies"),
        "opening": pgettext("run stage", "Open cases"),
        "finish": pgettext("run stage", "Drift and summary"),
    }
    stored = {stage["name"]: stage for stage in run.stages}
    paces = {one.name: one for one in pace.stages}
    names = [*STAGE_NAMES, *(name for name in stored if name not in STAGE_NAMES)]
    return [
        {
            "word": words.get(name, name),
            "state": paces[name].state if name in paces else stored[name]["state"],
            "pace": paces.get(name),
            "seconds": stored.get(name, {}).get("seconds"),
            "started_at": _time(stored.get(name, {}).get("started_at")),
            "counts": _counts(stored.get(name, {}).get("counts") or {}),
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


def _counts(counts: dict[str, Any]) -> list[tuple[str, Any]]:
    """Words and numbers of a stage; nested counts one by one, timings and zeros of no interest left out."""
    words = {
        "claims": _("claims"),
        "parts": _("parts"),
        "stands_in_for": _("scored in place of the damaged"),
        "hits": _("rule hits"),
        "scored": _("scored"),
        "quarantined": _("set apart as damaged"),
        "over_threshold": _("over the threshold"),
        "alerts": _("alerts"),
        "cases": _("new cases"),
        "joined": _("joined open cases"),
        "renewed": _("open cases with further hits"),
        "held_back": _("held back"),
        "held_back_new": _("of these new"),
        "held_back_seated": _("seated after waiting"),
        "expired": _("expired"),
        "outdated": _("no longer in question"),
        "taken_back": _("payment taken back"),
        "sample_population": _("drawn from"),
        "model": _("by the model"),
        "rule": _("by a ban"),
        "control_sample": _("control sample"),
        "novelty": _("unusual"),
        "learning": _("for learning"),
        "seats_used": _("seats used"),
        "seats": _("of seats"),
        "seats_free": _("seats left empty"),
        "drift": _("drift"),
    }
    levels = {"calm": _("calm"), "warn": _("watch"), "act": _("act")}
    flat: dict[str, Any] = {}
    for name, value in counts.items():
        flat |= value if isinstance(value, dict) else {name: value}
    return [
        (words[name], levels.get(value, value) if isinstance(value, str) else value)
        for name, value in flat.items()
        if name in words and _is_plain(value) and not (name in _SHOWN_IF_ANY and not value)
    ]


def _is_plain(value: Any) -> bool:
    return isinstance(value, (int, float, str)) and value != ""


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
