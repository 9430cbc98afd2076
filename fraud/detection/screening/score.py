"""Scoring a run's parts: taken with a lease, stored with their marker in one transaction, tried three times."""

from __future__ import annotations

import logging
import time
from typing import Any

import numpy as np
from django.db import InterfaceError, OperationalError, close_old_connections
from django.db.models import F, Max

from audit import faults
from audit.transactions import one_transaction, was_cut_off
from fraud.claims.bulk import write_rows
from fraud.company.values import usable_settings
from fraud.detection.model_files import ModelDamaged, load_version, report_damage
from fraud.detection.models import RunPart, ScreeningRun
from fraud.detection.screening.frames import frame_of, part_frame, pending_of
from fraud.detection.screening.leases import (
    MAX_ATTEMPTS,
    LeaseLost,
    ends_its_leases,
    is_free,
    new_token,
    release,
    take,
)
from fraud.detection.screening.night_frame import NightFrame
from fraud.detection.screening.scored_rows import (
    HIT_COLUMNS,
    OF_THE_WHOLE,
    SCORE_COLUMNS,
    columns_read,
    hit_rows_of,
    part_rows,
    score_rows,
    stored_columns,
    with_reasons,
)
from fraud.detection.screening.timing import timed

log = logging.getLogger(__name__)
State = RunPart.State
#: What a connection that was cut off raises; how often and how long apart, in seconds, it is looked for: steps that grow would go on
#: waiting when the database is there again.
_CUT_OFF, _LOOKS, _PAUSE = (OperationalError, InterfaceError), 120, 0.5
#: Claims of the whole run tried alone before a part is cut: when none of them can be scored, the fault is not the part's.
_PROBES = 8


def next_part(run: ScreeningRun) -> RunPart | None:
    """A part that waits, or whose worker is gone; None when there is none now."""
    open_parts = RunPart.objects.filter(run=run, state__in=[State.WAITING, State.TAKEN]).order_by("number")
    return next((part for part in open_parts if is_free(part)), None)


@ends_its_leases
def score_part(*, part_id: int) -> bool:
    """Score one part, if it is free; True when its scores were stored by this call.

    Whatever is delivered twice or killed, each claim gets exactly one score of the run. After MAX_ATTEMPTS the part is cut
    in two and its halves are tried once each, until the claim that cannot be scored stands alone and is quarantined.
    """
    part = RunPart.objects.select_related("run", "run__model_version", "run__shadow_version").get(pk=part_id)
    if part.state in (State.DONE, State.QUARANTINED) or part.run.state != ScreeningRun.State.SCORING:
        return False
    if part.run.paused_at is not None:
        return False
    if not is_free(part):
        return False
    # What all parts share is opened before this one is taken: its failure is the run's, not the part's.
    frame = _shared_frame(part.run, part.spec)
    if part.attempts >= MAX_ATTEMPTS:
        set_aside(part, frame)
        return False
    token = new_token()
    if not take(part, token, state=State.TAKEN, attempts=part.attempts + 1):
        return False
    faults.hit("part.taken")
    try:
        _score(part, token, frame)
    except LeaseLost:
        return False
    except OF_THE_WHOLE as error:
        # Neither the model's files nor the database's trouble is a claim's fault: the part keeps its attempts.
        is_away = was_cut_off(error)
        _give_back(part, token)
        if is_away:
            log.warning("part.cut_off", extra={"run": part.run.reference, "part": part.number})
            return False
        if _blame_run(part.run, error) >= MAX_ATTEMPTS:
            raise
        return False
    except Exception as error:
        log.exception("part.failed", extra={"run": part.run.reference, "part": part.number})
        try:
            release(part, token, state=State.WAITING, error=f"{type(error).__name__}: {error}"[:2000])
        except LeaseLost:
            return False
        return False
    faults.hit("part.done")
    return True


def _give_back(part: RunPart, token: str) -> None:
    """Let the part wait again with the attempts it had; a database that was away is waited for, some minute at most."""
    for _look in range(_LOOKS):
        try:
            release(part, token, state=State.WAITING, attempts=part.attempts)
        except LeaseLost:
            return
        except _CUT_OFF:
            close_old_connections()
            time.sleep(_PAUSE)
            continue
        return


def _shared_frame(run: ScreeningRun, spec: dict[str, Any]) -> NightFrame:
    """The frame that holds a part's claims, with its settings and its model known to be usable. Raises whatever stops all parts alike."""
    try:
        usable_settings(run.settings_used)
        assert run.model_version is not None
        load_version(run.model_version)
        return part_frame(run, spec)
    except Exception as error:
        _blame_run(run, error)
        raise


def _blame_run(run: ScreeningRun, error: Exception) -> int:
    """Keep the error with the run; returns how often its stage was tried."""
    if isinstance(error, ModelDamaged) and run.model_version is not None:
        report_damage(run.model_version, error)
    scoring = ScreeningRun.objects.filter(pk=run.pk, state=ScreeningRun.State.SCORING)
    scoring.update(attempts=F("attempts") + 1, error=f"{type(error).__name__}: {error}"[:2000])
    run.refresh_from_db(fields=["attempts", "error"])
    return run.attempts


def _score(part: RunPart, token: str, frame: NightFrame) -> None:
    started = time.perf_counter()
    run = part.run
    with timed("slice"):
        rows = part_rows(frame.features, part.spec)
        features, hits = frame.features.select(columns_read(run))[rows], frame.hits[rows]
    scores = score_rows(run, features, hits, frame)
    hit_rows = hit_rows_of(run, features["claim_id"], hits, frame.muted[rows], frame.outside[rows], frame)
    if "since" in part.spec:
        with timed("explain"):
            scores, hit_rows = with_reasons(run, frame, scores, hit_rows)
        faults.hit("part.explained")
    computed = time.perf_counter()
    faults.hit("part.computed")
    with one_transaction():
        with timed("store scores"):
            write_rows("fraud_score", stored_columns(scores, (*SCORE_COLUMNS, "reasons", "features")), scores)
        with timed("store hits"):
            write_rows("fraud_rulehit", stored_columns(hit_rows, (*HIT_COLUMNS, "facts")), hit_rows)
        faults.hit("part.written")
        result: dict[str, Any] = {
            "hits": hit_rows.height,
            "seconds_computing": round(computed - started, 3),
            "seconds_storing": round(time.perf_counter() - computed, 3),
        }
        release(
            part, token, state=State.DONE, n_scored=scores.height, n_claims=len(rows), result=result, error=""
        )
        faults.hit("part.marked")


class NothingCanBeScored(RuntimeError):
    """No claim of the run can be scored: the fault lies in what all of them share."""


@ends_its_leases
def set_aside(part: RunPart, frame: NightFrame) -> None:
    """A part that failed too often: halved, or quarantined when a single claim is left.

    Raises NothingCanBeScored, and sets nothing aside, when claims from all over the run fail just the same.
    """
    if not _any_can_be_scored(part.run):
        error = NothingCanBeScored(f"no claim of the run can be scored: {part.error}")
        RunPart.objects.filter(pk=part.pk, state=State.WAITING).update(attempts=0)
        _blame_run(part.run, error)
        raise error
    token = new_token()
    with one_transaction():
        if not take(part, token):
            return
        if part.n_claims <= 1:
            release(part, token, state=State.QUARANTINED)
            log.error(
                "part.quarantined", extra={"run": part.run.reference, "part": part.number, "why": part.error}
            )
            return
        last = RunPart.objects.filter(run=part.run).aggregate(last=Max("number"))["last"]
        halves: list[RunPart] = []
        for spec in _halves(part.spec):
            size = len(part_rows(frame.features, spec))
            if size:
                number = last + 1 + len(halves)
                halves.append(
                    RunPart(
                        run=part.run,
                        number=number,
                        spec=spec,
                        n_claims=size,
                        attempts=MAX_ATTEMPTS - 1,
                        error=part.error,
                    )
                )
        RunPart.objects.bulk_create(halves)
        release(part, token, state=State.DONE, n_claims=0, result={"split_into": [h.number for h in halves]})


def _any_can_be_scored(run: ScreeningRun) -> bool:
    """Whether one of a few claims, spread over the run, can be scored alone; the first that can settles it."""
    by_time = pending_of(run).sort("transacted_at", "claim_id")["claim_id"]
    n = len(by_time)
    chosen = by_time[
        np.unique(np.linspace(0, n - 1, num=min(_PROBES, n)).round().astype(int)).tolist()
    ].to_list()
    frame = frame_of(run, chosen)
    for row in frame.rows_of(chosen):
        try:
            score_rows(run, frame.features.select(columns_read(run))[[row]], frame.hits[[row]], frame)
            return True
        except Exception as error:  # whatever it is, it is what the part met
            log.warning("run.probe_failed", extra={"run": run.reference, "why": str(error)})
    return False


def _halves(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The two specs that together cover one: the claim's number in the next binary digit."""
    of, bucket = spec.get("claims_of", 1), spec.get("claims_bucket", 0)
    return [{**spec, "claims_of": of * 2, "claims_bucket": bucket + step} for step in (0, of)]
