"""Closing a run's scoring, its drift report, and its end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum

from audit.actor import Actor
from audit.services import record
from fraud import faults
from fraud.drift import Reference, shift
from fraud.models import DriftReport, RunPart, ScreeningRun
from fraud.screening.frames import NightFrame, forget_frames, night_frame
from fraud.screening.leases import release
from fraud.screening.stages import Stage, put_stage, stage_of, started_at
from rules.models import RuleVersion
from rules.services import disable_rule

State = ScreeningRun.State
#: Rows a drift figure is computed from; more would not change it.
_DRIFT_ROWS = 50_000
_LEVELS = ("calm", "warn", "act")


def finish_scoring(*, run: ScreeningRun) -> bool:
    """Move a run on to opening when every part is done or quarantined; True when it is there now."""
    run.refresh_from_db()
    if run.state != State.SCORING:
        return run.state == State.OPENING
    parts = list(RunPart.objects.filter(run=run))
    if any(part.state in (RunPart.State.WAITING, RunPart.State.TAKEN) for part in parts):
        return False
    totals = {
        "claims": run.n_claims,
        "scored": sum(part.n_scored for part in parts),
        "hits": sum(part.result.get("hits", 0) for part in parts),
        "quarantined": sum(part.n_claims for part in parts if part.state == RunPart.State.QUARANTINED),
        "seconds_computing": round(sum(part.result.get("seconds_computing", 0) for part in parts), 3),
        "seconds_storing": round(sum(part.result.get("seconds_storing", 0) for part in parts), 3),
    }
    missing = night_frame(run).not_evaluable() if run.n_claims else {}
    moved = ScreeningRun.objects.filter(pk=run.pk, state=State.SCORING).update(
        state=State.OPENING,
        n_scored=totals["scored"],
        n_hits=totals["hits"],
        not_evaluable=missing,
        attempts=0,
    )
    if moved:
        closed = Stage("scoring", started_at(run, "scoring"))
        closed.counts = totals
        put_stage(run, closed.row("done"))
    run.refresh_from_db()
    return True


def finish_run(*, run: ScreeningRun, token: str, by: Actor) -> None:
    """The drift report, the end of the run and its audit entry, in one transaction; the caller holds the lease."""
    run.refresh_from_db()
    drift = _drift(night_frame(run)) if run.n_claims and _references(run) else None
    closing = Stage("finish", started_at(run, "finish"))
    closing.counts = {"drift": drift["level"]} if drift else {}
    opened = stage_of(run, "opening") or {"counts": {}}
    with transaction.atomic():
        if drift:
            DriftReport.objects.get_or_create(
                run=run, model_version=run.model_version,
                defaults={"n_claims": run.n_claims, "psi": drift["psi"], "level": drift["level"]},
            )  # fmt: skip
        put_stage(run, closing.row("done"))
        record(
            action="run.finished", by=by, subject=f"run:{run.reference}",
            after={"n_claims": run.n_claims, "n_scored": run.n_scored, "n_hits": run.n_hits, "n_alerts": run.n_alerts,
                   "n_cases": run.n_cases, "n_held_back": run.n_held_back, "opening": opened["counts"]},
        )  # fmt: skip
        faults.hit("finish.recorded")
        release(run, token, state=State.FINISHED, finished_at=datetime.now(UTC), attempts=0, error="")
    _stop_failing_rules(run, by)
    forget_frames()
    faults.hit("finish.done")
    run.refresh_from_db()


def _stop_failing_rules(run: ScreeningRun, by: Actor) -> None:
    """A rule that could not run at all is taken out of service, visibly; it never counts as "nothing found"."""
    if not any("error" in entry for entry in run.not_evaluable.values()):
        return
    for version_id, error in night_frame(run).failed_rules().items():
        version = RuleVersion.objects.select_related("rule").get(pk=version_id)
        if version.state in (RuleVersion.State.ACTIVE, RuleVersion.State.SHADOW):
            disable_rule(version=version, by=by, reason=error)


def _references(run: ScreeningRun) -> dict[str, Any]:
    """What the champion's training population looked like; empty for a version without it."""
    return dict(run.model_version.card.get("drift", {})) if run.model_version else {}


#: One night is one day: what the calendar says of it always differs from a whole window, and means nothing.
_CALENDAR = frozenset({"weekday", "is_weekend", "is_holiday", "is_business_day"})


def _drift(frame: NightFrame) -> dict[str, Any]:
    run = ScreeningRun.objects.select_related("model_version").get(pk=frame.run_id)
    features = frame.features
    if features.height > _DRIFT_ROWS:
        features = features.sample(_DRIFT_ROWS, seed=0)
    psi: dict[str, Any] = {}
    level = "calm"
    for name, stored in _references(run).items():
        if name not in features.columns or name in _CALENDAR:
            continue
        found = shift(Reference.from_json(stored), features[name].cast(float).to_numpy())
        psi[name] = {"psi": round(found.psi, 5), "floor": round(found.floor, 5), "level": found.level}
        level = max(level, found.level, key=_LEVELS.index)
    return {"psi": psi, "level": level}


def n_stored(run: ScreeningRun) -> int:
    """Claims of the run whose parts are done: its progress."""
    return RunPart.objects.filter(run=run).aggregate(n=Sum("n_scored"))["n"] or 0
