"""Closing a run's scoring, its drift report, and its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from django.db.models import F, Sum

from audit import clock, faults
from audit.actor import Actor
from audit.services import record
from audit.transactions import after_commit, one_transaction
from fraud.detection.models import DriftReport, RunPart, ScreeningRun
from fraud.detection.screening.frames import forget_frames, forget_stretch, noted_of
from fraud.detection.screening.kept_windows import forget_windows
from fraud.detection.screening.leases import forget_left, release
from fraud.detection.screening.population import population_shift
from fraud.detection.screening.stages import Stage, put_stage, stage_of, started_at
from rules.models import RuleVersion
from rules.services import disable_rule

State = ScreeningRun.State


class NothingScored(RuntimeError):
    """A run with claims ended without a single score."""


def finish_scoring(*, run: ScreeningRun) -> bool:
    """Move a run on to opening when every part is done or quarantined; True when it is there now.

    Raises NothingScored, and puts the parts back, when the run looked at claims and scored none of them.
    """
    run.refresh_from_db()
    if run.state != State.SCORING:
        return run.state == State.OPENING
    if run.paused_at is not None:
        return False
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
    if run.n_claims and not totals["scored"]:
        _nothing_scored(run, parts)
    missing = noted_of(run).not_evaluable if run.n_claims else {}
    forget_stretch()
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


def _nothing_scored(run: ScreeningRun, parts: list[RunPart]) -> NoReturn:
    """A night that scored nothing is no night: nobody stays in quarantine, and the run fails with its reason."""
    why = next((part.error for part in parts if part.error), "") or "its parts were empty"
    error = NothingScored(f"none of {run.n_claims} claims was scored: {why}")
    with one_transaction():
        RunPart.objects.filter(run=run, state=RunPart.State.QUARANTINED).update(
            state=RunPart.State.WAITING, attempts=0
        )
        ScreeningRun.objects.filter(pk=run.pk, state=State.SCORING).update(
            attempts=F("attempts") + 1, error=str(error)[:2000]
        )
    raise error


def finish_run(*, run: ScreeningRun, token: str, by: Actor) -> None:
    """The drift report, the end of the run and its audit entry, in one transaction; the caller holds the lease."""
    run.refresh_from_db()
    noted = noted_of(run) if run.n_claims else None
    drift = population_shift(run, noted.features) if noted else None
    closing = Stage("finish", started_at(run, "finish"))
    closing.counts = {"drift": drift.level} if drift else {}
    opened = stage_of(run, "opening") or {"counts": {}}
    with one_transaction():
        if drift:
            DriftReport.objects.get_or_create(
                run=run,
                model_version=run.model_version,
                defaults={
                    "n_claims": drift.n_claims,
                    "n_nights": drift.n_nights,
                    "is_whole_week": drift.is_whole_week,
                    "psi": drift.features,
                    "level": drift.level,
                },
            )
        put_stage(run, closing.row("done"))
        record(
            action="run.finished",
            by=by,
            subject=f"run:{run.reference}",
            after={
                "n_claims": run.n_claims,
                "n_scored": run.n_scored,
                "n_hits": run.n_hits,
                "n_alerts": run.n_alerts,
                "n_cases": run.n_cases,
                "n_held_back": run.n_held_back,
                "opening": opened["counts"],
            },
        )
        faults.hit("finish.recorded")
        release(run, token, state=State.FINISHED, finished_at=clock.now(), attempts=0, error="")
        after_commit(forget_frames)
    forget_windows(run.pk)
    forget_left()
    if noted:
        _stop_failing_rules(noted.failed_rules, by)
    faults.hit("finish.done")
    run.refresh_from_db()


def _stop_failing_rules(failed: Mapping[int, str], by: Actor) -> None:
    """A rule that could not run at all is taken out of service, visibly; it never counts as "nothing found"."""
    for version_id, error in failed.items():
        version = RuleVersion.objects.select_related("rule").get(pk=version_id)
        if version.state in (RuleVersion.State.ACTIVE, RuleVersion.State.SHADOW):
            disable_rule(version=version, by=by, reason=error)


def n_stored(run: ScreeningRun) -> int:
    """Claims of the run whose parts are done: its progress."""
    return RunPart.objects.filter(run=run).aggregate(n=Sum("n_scored"))["n"] or 0
