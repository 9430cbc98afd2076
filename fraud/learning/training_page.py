"""A training as page and interface show it: its steps, what each took, what is left by the last one that ended, what it ended in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from audit import clock
from fraud.detection.models import ModelVersion
from fraud.learning.experiment_words import STEPS as WORDS
from fraud.learning.experiment_words import WHY
from fraud.learning.models import Experiment
from fraud.learning.training.stages import STEPS

State = Experiment.State


def trainings() -> QuerySet[Experiment]:
    """All of them, by page, interface, command or the morning's task, newest first."""
    return Experiment.objects.filter(kind=Experiment.Kind.TRAINING)


def steps_of(row: Experiment, now: datetime | None = None) -> list[dict[str, Any]]:
    """Each step with `word`, `state` (waiting, running, done, failed, cancelled, left_out), `seconds` it took, `seconds_left` (None where nobody knows)."""
    took, before = row.result.get("seconds") or {}, _took_last(row)
    steps = []
    for at, name in enumerate(STEPS):
        state = _state(row, at)
        usual = before.get(name)
        left = None if usual is None or state not in ("waiting", "running") else float(usual)
        if left is not None and state == "running":
            left = max(left - _elapsed(row, now or clock.now()), 0.0)
        steps.append(
            {
                "name": name,
                "word": str(WORDS[name]),
                "state": state,
                "seconds": took.get(name),
                "seconds_left": None if row.is_over else left,
            }
        )
    return steps


def seconds_left(steps: list[dict[str, Any]]) -> float | None:
    """Of the whole training; None where a step to come has never been done before."""
    waiting = [step["seconds_left"] for step in steps if step["state"] in ("waiting", "running")]
    return None if not waiting or None in waiting else float(sum(waiting))


def reason_of(row: Experiment) -> str:
    """Why it was begun: what somebody wrote, or what began it by itself, in the reader's language."""
    return str(row.options.get("reason") or WHY.get(row.options.get("why", ""), ""))


def version_of(row: Experiment) -> ModelVersion | None:
    """The version it ended in, kept also where it was cancelled afterwards."""
    return ModelVersion.objects.filter(reference=row.result.get("version", "")).first()


def _state(row: Experiment, at: int) -> str:
    if row.state == State.FINISHED or at < row.n_done:
        return "done"
    if row.is_over:  # nothing waits any more: the step it ended in, and those it never came to
        is_begun = at == row.n_done and (row.state == State.FAILED or bool(row.result.get("since")))
        return str(row.state) if is_begun else "left_out"
    return "waiting" if at > row.n_done or row.state == State.WAITING else "running"


def _elapsed(row: Experiment, now: datetime) -> float:
    since = row.result.get("since")
    return max((now - datetime.fromisoformat(since)).total_seconds(), 0.0) if since else 0.0


def _took_last(row: Experiment) -> Mapping[str, float]:
    """Seconds of each step of the last training that made a version; empty before the first."""
    for other in trainings().filter(state=State.FINISHED).exclude(pk=row.pk)[:5]:
        if other.result.get("is_new"):
            return dict.fromkeys(STEPS, 0.0) | dict(other.result.get("seconds") or {})
    return {}
