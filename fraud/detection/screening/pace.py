"""How far a run is: its stages with rows a second and the time left, from its parts and from what earlier nights took.

Reading, features and rules come before the first part is stored; until then, and for stages not begun, the time left is what the last
nights took a claim. From the first part on it is what this night's own parts take.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from django.db.models import Q, Sum

from audit import clock
from fraud.detection.models import RunPart, ScreeningRun
from fraud.detection.screening.leases import is_free
from fraud.detection.screening.stages import NAMES

State = ScreeningRun.State
#: Earlier nights that say how long a stage usually takes.
_NIGHTS = 5


@dataclass(frozen=True, slots=True)
class StagePace:
    """One stage: claims it has done of all, claims a second while it worked, seconds left and worked so far; None where nothing says so yet."""

    name: str
    state: str  # waiting, running, paused, done, failed, cancelled
    done: int
    total: int
    rows_a_second: float | None
    seconds_left: float | None
    worked: float | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """A run's progress: claims scored of all, the stages, and the seconds left of all of them."""

    done: int
    total: int
    stages: tuple[StagePace, ...]
    seconds_left: float | None

    @property
    def share(self) -> int:
        """Claims scored, in whole per cent."""
        return self.done * 100 // max(self.total, 1)

    @property
    def at_work(self) -> StagePace | None:
        """The stage that is under way."""
        return next((stage for stage in self.stages if stage.state == "running"), None)


def pace_of(run: ScreeningRun) -> Pace:
    """The progress as the database tells it now, whoever works on the run."""
    is_over = run.state == State.FINISHED
    parts = _parts(run)
    total = run.n_claims
    done = total if is_over else min(max(run.n_scored, parts["done"]), total)
    usual = {} if is_over else _usual(run)
    stored = {row["name"]: row for row in run.stages}
    stages = tuple(_stage(run, name, stored.get(name), parts, done, usual.get(name)) for name in NAMES)
    left = [one.seconds_left for one in stages]
    return Pace(done, total, stages, None if None in left else sum(each for each in left if each is not None))


def _stage(
    run: ScreeningRun,
    name: str,
    row: dict[str, Any] | None,
    parts: dict[str, Any],
    scored: int,
    usual: float | None,
) -> StagePace:
    total = run.n_claims
    if run.state == State.CANCELLED:
        return StagePace(
            name, row["state"] if row and row["state"] == "done" else "cancelled", 0, total, None, 0
        )
    if row is None:
        return StagePace(name, "waiting", 0, total, None, usual)
    if row["state"] == "done":
        rate = total / row["seconds"] if row["seconds"] and total else None
        return StagePace(name, "done", total, total, rate, 0)
    state = row["state"]
    if state == "running" and (run.paused_at is not None or run.state == State.FAILED):
        state = "failed" if run.state == State.FAILED else "paused"
    worked = _worked(run, row)
    if name == "scoring" and parts["seconds"]:
        rate = parts["done"] / parts["seconds"] * max(parts["hands"], 1)
        return StagePace(name, state, scored, total, rate, (total - scored) / rate if rate else usual, worked)
    done = scored if name == "scoring" else 0
    return StagePace(
        name, state, done, total, None, None if usual is None else max(usual - worked, 0.0), worked
    )


def _worked(run: ScreeningRun, row: dict[str, Any]) -> float:
    """Seconds since the stage began, without those it stood still."""
    until = run.paused_at or clock.now()
    return max(
        (until - datetime.fromisoformat(row["started_at"])).total_seconds() - row.get("paused", 0.0), 0.0
    )


def _parts(run: ScreeningRun) -> dict[str, Any]:
    """Claims of parts that are done, the seconds they took those who worked on them, and how many are at work now."""
    ended = Q(state__in=[RunPart.State.DONE, RunPart.State.QUARANTINED])
    rows = RunPart.objects.filter(run=run)
    sums = rows.aggregate(done=Sum("n_claims", filter=ended))
    hands = sum(
        not is_free(part) for part in rows.filter(state=RunPart.State.TAKEN)
    )  # not those of killed ones
    results = rows.filter(ended).values_list("result", flat=True)
    seconds = sum(one.get("seconds_computing", 0) + one.get("seconds_storing", 0) for one in results)
    return {"done": sums["done"] or 0, "hands": hands, "seconds": seconds}


def _usual(run: ScreeningRun) -> dict[str, float]:
    """Seconds that a stage of a night this large takes by the last nights; before the claims are counted, of a night like theirs."""
    earlier = ScreeningRun.objects.filter(state=State.FINISHED, pk__lt=run.pk, n_claims__gt=0).order_by("-pk")
    found: dict[str, list[float]] = {}
    for stages, n_claims in earlier.values_list("stages", "n_claims")[:_NIGHTS]:
        for row in stages:
            seconds = row["seconds"] * (run.n_claims / n_claims if run.n_claims else 1)
            found.setdefault(row["name"], []).append(seconds)
    return {name: median(values) for name, values in found.items()}
