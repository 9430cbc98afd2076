"""The stages of a run as its page shows them: name, state, start, seconds, counts, error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from audit import clock
from audit.transactions import one_transaction
from fraud.detection.models import ScreeningRun
from fraud.detection.screening.leases import LeaseLost

NAMES = ("prepare", "scoring", "opening", "finish")


class Stage:
    """A stage in progress; `counts` is filled while it runs and stored at its end."""

    def __init__(self, name: str, started_at: datetime) -> None:
        self.name = name
        self.started_at = started_at
        self.counts: dict[str, Any] = {}

    def row(self, state: str, error: str = "") -> dict[str, Any]:
        """The stage as stored; seconds are those since its first start, interruptions included, pauses taken off by `put_stage`."""
        seconds = (clock.now() - self.started_at).total_seconds()
        return {
            "name": self.name,
            "state": state,
            "started_at": self.started_at.isoformat(),
            "seconds": round(seconds, 3),
            "counts": self.counts,
            "error": error,
        }


def put_stage(run: ScreeningRun, row: dict[str, Any]) -> None:
    """Store one stage of the run, in the order of NAMES; stages others wrote meanwhile stay."""
    with one_transaction():
        stored = ScreeningRun.objects.select_for_update().only("stages").get(pk=run.pk).stages
        by_name = {stage["name"]: stage for stage in stored}
        rested = by_name.get(row["name"], {}).get("paused", 0.0)
        if rested:
            row = {**row, "paused": rested, "seconds": round(max(row["seconds"] - rested, 0.0), 3)}
        by_name[row["name"]] = row
        stages = sorted(by_name.values(), key=lambda stage: NAMES.index(stage["name"]))
        ScreeningRun.objects.filter(pk=run.pk).update(stages=stages)
    run.stages = stages


def stage_of(run: ScreeningRun, name: str) -> dict[str, Any] | None:
    """The stored stage, or None before its first start."""
    return next((stage for stage in run.stages if stage["name"] == name), None)


def started_at(run: ScreeningRun, name: str) -> datetime:
    """When the stage was started first: a resumed stage keeps its start."""
    stored = stage_of(run, name)
    return datetime.fromisoformat(stored["started_at"]) if stored else clock.now()


@contextmanager
def stage(run: ScreeningRun, name: str) -> Iterator[Stage]:
    """Record that the stage runs, then its counts and seconds, or the error that ended it.

    Whoever lost the lease, or works on a run that was cancelled, has nothing to say of it any more.
    """
    current = Stage(name, started_at(run, name))
    put_stage(run, current.row("running"))
    try:
        yield current
    except LeaseLost:
        raise
    except Exception as error:
        if not ScreeningRun.objects.filter(pk=run.pk, state=ScreeningRun.State.CANCELLED).exists():
            put_stage(run, current.row("failed", f"{type(error).__name__}: {error}"))
        raise
    put_stage(run, current.row("done"))
