"""Opening a run: what it will look at and with what, pinned once, then cut into parts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import polars as pl
from django.conf import settings

from audit import clock, faults
from audit.actor import Actor
from audit.permissions import require
from audit.services import record
from audit.transactions import one_transaction
from fraud.claims.segments import has_none_yet
from fraud.company.values import pinned_settings, usable_settings
from fraud.detection.model_files import NoChampion, challenger, champion, load_version
from fraud.detection.models import ModelVersion, RunPart, ScreeningRun
from fraud.detection.screening.frames import is_in_memory, labels_of, pending_of, renew_rules, windows_kept
from fraud.detection.screening.kept_windows import KeptWindows
from fraud.detection.screening.large import MOST_AT_ONCE, columns_made, is_in_two_phases, stretches
from fraud.detection.screening.leases import (
    LeaseLost,
    ends_its_leases,
    forget_left,
    keep,
    new_token,
    release,
    take,
)
from fraud.detection.screening.pending import bucket_sizes
from fraud.detection.screening.pieces import Ring, Sharing
from fraud.detection.screening.recalibrating import recalibration_of
from fraud.detection.screening.rule_evidence import evidence_of
from fraud.detection.screening.rulebook import pin_rules, rules_of
from fraud.detection.screening.stages import Stage, put_stage, stage

FirstModel = Callable[[ScreeningRun, Actor], ModelVersion | None]


class RunBusy(Exception):
    """Another process holds the run's lease."""


def open_run(
    *,
    business_date: date,
    by: Actor,
    source: str = "nightly",
    cut_off_at: datetime | None = None,
    is_late: bool = False,
    settings_used: dict[str, Any] | None = None,
) -> ScreeningRun:
    """The run of a source and business date, made if it does not exist yet; however many ring, it is one.

    Pins the cut-off (default: now), the active rules with their lists and parameters, and the company's settings (default: those in force).
    Raises NotPermitted.
    """
    require(by, "fraud.run_night")
    reference = f"R-{business_date}" if source == "nightly" else f"R-{business_date}-{source}"[:20]
    with one_transaction():
        now = clock.now()
        rules = pin_rules()
        run, is_new = ScreeningRun.objects.get_or_create(
            source=source,
            business_date=business_date,
            defaults={
                "reference": reference,
                "cut_off_at": cut_off_at or now,
                "started_at": now,
                "started_by": by.username,
                "rule_set_hash": rules["hash"],
                "rule_set": rules,
                "settings_used": settings_used or pinned_settings(),
                "code_version": code_version(),
                "is_late": is_late,
            },
        )
        if is_new:
            record(
                action="run.started",
                by=by,
                subject=f"run:{run.reference}",
                after={
                    "cut_off_at": run.cut_off_at.isoformat(),
                    "rule_set": run.rule_set_hash,
                    "is_late": is_late,
                },
            )
    return run


@ends_its_leases
def prepare_run(
    *, run: ScreeningRun, by: Actor, first_model: FirstModel, ring: Ring | None = None
) -> ScreeningRun:
    """Pin the model versions and cut the pending claims into parts; does nothing once that has happened.

    `first_model` makes a champion where there is none yet. Of a large night pieces are shared out (`help_prepare`), and `ring` called.
    Raises RunBusy while another process prepares the run.
    """
    run.refresh_from_db()
    if run.state != ScreeningRun.State.PREPARING or run.paused_at is not None:
        return run
    token = new_token()
    if not take(run, token, attempts=run.attempts + 1):
        raise RunBusy(run.reference)
    forget_left()
    try:
        with stage(run, "prepare") as current:
            usable_settings(run.settings_used)
            share = Sharing(run, lambda: keep(run, token), ring).out
            if has_none_yet():  # they rest on nothing else: the claims are found while others make them
                columns_made(run, partial(share, meanwhile=lambda: (labels_of(run), pending_of(run))))
            pending = pending_of(run)
            # A night without claims opens no model and makes none.
            scoring = _champion(run, by, first_model, current) if pending.height else None
            kept = None
            if _is_large(run, pending) and not is_in_memory(run):
                # worked out before anybody is rung for parts: whoever scores one finds them
                kept = windows_kept(run, share)
            if pending.height:
                _pin_evidence(run, scoring, kept)
            faults.hit("prepare.model")
            _cut(run, token, pending, scoring, current)
    except LeaseLost as error:
        raise RunBusy(run.reference) from error
    except Exception as error:
        try:
            release(run, token, error=f"{type(error).__name__}: {error}")
        except LeaseLost:  # cancelled meanwhile, say, and its files with it: no fault of the run
            raise RunBusy(run.reference) from error
        raise
    faults.hit("prepare.done")
    run.refresh_from_db()
    return run


def _pin_evidence(run: ScreeningRun, scoring: ModelVersion | None, kept: KeptWindows | None) -> None:
    """What is known of rules and probabilities by the cut-off, kept before anything is scored; another attempt pins the same again."""
    told = labels_of(run)
    model = load_version(scoring) if scoring else None
    run.rule_evidence, run.recalibration = (
        evidence_of(run, told, model, kept),
        recalibration_of(run, told).to_json(),
    )
    run.save(update_fields=["rule_evidence", "recalibration"])
    renew_rules(run)


def _cut(
    run: ScreeningRun, token: str, pending: pl.DataFrame, scoring: ModelVersion | None, current: Stage
) -> None:
    specs = _specs(run, pending)
    parts = [
        RunPart(run=run, number=i, n_claims=size, spec=spec)
        for i, (spec, size) in enumerate(specs, start=1)
        if size
    ]
    current.counts |= {"claims": pending.height, "parts": len(parts)}
    with one_transaction():
        keep(run, token)
        RunPart.objects.filter(run=run).delete()  # pieces of an attempt that was killed over them
        RunPart.objects.bulk_create(parts)
        faults.hit("prepare.parts")
        release(
            run,
            token,
            state=ScreeningRun.State.SCORING,
            model_version=scoring,
            shadow_version=_shadow_of(scoring) if scoring else None,
            n_claims=pending.height,
            attempts=0,
            error="",
        )
    put_stage(run, Stage("scoring", clock.now()).row("running"))


def _specs(run: ScreeningRun, pending: pl.DataFrame) -> list[tuple[dict[str, Any], int]]:
    """(spec, claims) of each part: stretches of time of a large night, else buckets of people."""
    if _is_large(run, pending):
        return stretches(pending["transacted_at"], min(settings.PART_CLAIMS, MOST_AT_ONCE))
    sizes = bucket_sizes(pending["cardholder_id"].to_numpy(), settings.PART_CLAIMS)
    return [({"of": len(sizes), "bucket": i}, size) for i, size in enumerate(sizes)]


def _is_large(run: ScreeningRun, pending: pl.DataFrame) -> bool:
    return pending.height > settings.LARGE_NIGHT and is_in_two_phases(rules_of(run).specs)


def _champion(run: ScreeningRun, by: Actor, first_model: FirstModel, current: Stage) -> ModelVersion | None:
    """The version in service, its predecessor where its files are damaged (the stage says so), or a first one. Raises ModelDamaged."""
    try:
        found = champion()
        if found.is_fallback:
            damaged = ModelVersion.objects.filter(stage=ModelVersion.Stage.CHAMPION).first()
            current.counts["stands_in_for"] = damaged.reference if damaged else ""
        return found.version
    except NoChampion:
        return first_model(run, by)


def _shadow_of(scoring: ModelVersion) -> ModelVersion | None:
    """The challenger that scores in shadow, unless it is older than what is in service."""
    waiting = challenger()
    if waiting is None or waiting.version.pk < scoring.pk:
        return None
    return waiting.version


@cache
def code_version() -> str:
    """The installed release, or `source` when run from a checkout."""
    try:
        return version("cleancard")
    except PackageNotFoundError:
        return "source"
