"""Pausing, resuming and cancelling a run: what keeps workers from beginning anything further, and what fences off what they have in hand.

A paused run begins nothing: what is in hand is stored, what is done is kept, its parts stay the queue of record. A cancelled run has no
parts any more, so that a part in hand finds no row to store under, and none of its scores, so that its claims wait for a score as before.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models import F

from audit import clock, faults
from audit.transactions import after_commit, one_transaction
from fraud.detection.models import RuleHit, RunPart, Score, ScreeningRun
from fraud.detection.screening.frames import forget_frames
from fraud.detection.screening.kept_windows import forget_windows
from fraud.detection.screening.stages import stage_of

State = ScreeningRun.State


class RunMoved(Exception):
    """Somebody paused, resumed or cancelled the run since it was read."""


class RunEnded(Exception):
    """The run is at its end, or already as it was to be."""


class CasesOpened(Exception):
    """The run's cases are open: there is nothing left that could be taken back."""


def lock_run(run: ScreeningRun, seen: int) -> None:
    """The row as it is now, locked. Raises RunMoved when people did more to it than was seen."""
    ScreeningRun.objects.select_for_update().only("pk").get(pk=run.pk)
    run.refresh_from_db()
    if run.version != seen:
        raise RunMoved(run.reference)


def hold(run: ScreeningRun, *, seen: int) -> None:
    """Nothing further of the run is begun. Raises RunMoved, RunEnded."""
    with one_transaction():
        lock_run(run, seen)
        if run.state in ScreeningRun.ENDED or run.paused_at is not None:
            raise RunEnded(run.reference)
        _put(run, paused_at=clock.now())
        faults.hit("pause.written")


def let_go_on(run: ScreeningRun, *, seen: int) -> None:
    """The run may go on; the time it stood still counts for no stage. Raises RunMoved, RunEnded."""
    with one_transaction():
        lock_run(run, seen)
        if run.state in ScreeningRun.ENDED or run.paused_at is None:
            raise RunEnded(run.reference)
        _take_off(run, run.paused_at)
        _put(run, paused_at=None)
        faults.hit("resume.written")


def call_off(run: ScreeningRun, *, seen: int) -> dict[str, int]:
    """End the run for good before its cases are open; its scores, hits and parts are gone. Returns how many.

    Raises RunMoved, RunEnded, CasesOpened.
    """
    with one_transaction():
        lock_run(run, seen)
        if run.state in (State.FINISHED, State.CANCELLED):
            raise RunEnded(run.reference)
        if (stage_of(run, "opening") or {}).get("state") == "done":
            raise CasesOpened(run.reference)
        # Parts first: whoever has one in hand cannot store under it any more, and what was stored before is seen by what follows.
        gone = {"n_parts": _forget(run, RunPart)}
        faults.hit("cancel.parts")
        gone |= {"n_hits": _forget(run, RuleHit), "n_scored": _forget(run, Score)}
        _put(
            run,
            state=State.CANCELLED,
            paused_at=None,
            finished_at=clock.now(),
            lease_token="",
            lease_until=None,
            n_scored=0,
            n_hits=0,
        )
        faults.hit("cancel.written")
        after_commit(forget_frames)
    forget_windows(run.pk)
    return gone


def _forget(run: ScreeningRun, table: type[RunPart] | type[RuleHit] | type[Score]) -> int:
    """All rows of the run, in one statement: a million of them are never read, and nothing refers to them before cases are open."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table._meta.db_table} WHERE run_id = %s", [run.pk])
        return int(cursor.rowcount)


def _put(run: ScreeningRun, **values: object) -> None:
    ScreeningRun.objects.filter(pk=run.pk).update(version=F("version") + 1, **values)
    run.refresh_from_db()


def _take_off(run: ScreeningRun, since: datetime) -> None:
    """The pause counts for no stage that is under way: `put_stage` takes `paused` off its seconds."""
    for row in run.stages:
        if row["state"] != "done":
            began = max(since, datetime.fromisoformat(row["started_at"]))
            rested = row.get("paused", 0.0) + (clock.now() - began).total_seconds()
            ScreeningRun.objects.filter(pk=run.pk).update(
                stages=[{**one, "paused": round(rested, 3)} if one is row else one for one in run.stages]
            )
            run.refresh_from_db()
            return
