"""A training, whoever began it, being done: its steps become the row's, and it ends once the row is cancelled."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor
from audit.permissions import require
from audit.redaction import redact
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from fraud.claims.labels import labels_known_by
from fraud.detection.models import ModelVersion
from fraud.learning.comparing import compare_versions
from fraud.learning.experiment_words import WHY
from fraud.learning.experimenting import Asked, ExperimentNotValid, State, start_experiment
from fraud.learning.later_claims import NothingToCompare
from fraud.learning.models import Experiment
from fraud.learning.rounds import train_challenger
from fraud.learning.training.stages import STEPS
from fraud.learning.triggers import learning_state

_KIND = Experiment.Kind.TRAINING
REASON_MIN, REASON_MOST = 5, 300


class TrainingStopped(RuntimeError):
    """The row is no longer running: somebody cancelled it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """How far a training goes: learn from what was known at `cut_off` (None: now), compare on claims up to `until` (None: now) with so
    many misuse types hidden in turn, or do not compare."""

    cut_off: datetime | None = None
    until: datetime | None = None
    hide_types: int = 0
    compares: bool = True

    def to_json(self) -> dict[str, Any]:
        """What of it is not as usual, as a row keeps it beside its cut-off."""
        told = {"until": self.until.isoformat() if self.until else None, "hide_types": self.hide_types}
        return {name: value for name, value in told.items() if value} | (
            {} if self.compares else {"compares": False}
        )


USUAL = Scope()


def start_training(*, reason: str, by: Actor, scope: Scope = USUAL) -> Experiment:
    """A row that waits for its process; only one training or experiment at a time.

    Raises NotPermitted, ExperimentNotValid for a reason too short and while another one waits or runs.
    """
    require(by, "fraud.train_model")
    said = redact(" ".join(reason.split()))[:REASON_MOST]
    if len(said) < REASON_MIN:
        raise ExperimentNotValid({"reason": _("Say why in at least %(n)d characters.") % {"n": REASON_MIN}})
    return _start({"reason": said}, scope, by)


def start_unasked(*, why: str, scope: Scope = USUAL) -> Experiment:
    """The same where the machine begins one: by its clock, or by whoever may call its commands. `why` is one of WHY.

    Raises ExperimentNotValid while another one waits or runs.
    """
    assert why in WHY, why
    return _start({"reason": "", "why": why}, scope, Actor.system("training"))


def note_refusal(*, why: str, said: str) -> None:
    """Keep in the audit log that a training was not begun, and what was in its way."""
    with one_transaction():
        record(
            action="training.refused",
            by=Actor.system("training"),
            subject=CONFIG,
            reason=said,
            after={"why": why},
        )


def _start(said: dict[str, Any], scope: Scope, by: Actor) -> Experiment:
    options = {**said, **scope.to_json(), **learns_from()}
    return start_experiment(asked=Asked(_KIND, 0, options, scope.cut_off), by=by)


def learns_from() -> dict[str, Any]:
    """What a training begun now rests on: `n_outcomes` known of claims, `n_misuse` of them; `n_new` known since the last
    training and its moment `since` (ISO 8601, None before the first)."""
    labels, state = labels_known_by(clock.now()), learning_state()
    return {
        "n_outcomes": labels.height,
        "n_misuse": int(labels["is_misuse"].sum()),
        "n_new": state.n_outcomes,
        "since": state.trained_at.isoformat() if state.trained_at else None,
    }


def train_asked(experiment: Experiment) -> bool:
    """Train, keep the challenger, hold it against the champion; False where it was cancelled before its end.

    Raises NothingToTrainOn, TrainingFailed, ModelDamaged.
    """
    by, progress = Actor.system("training"), _Progress(experiment)
    newest = ModelVersion.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    try:
        version = train_challenger(by=by, cut_off=experiment.cut_off_at, watch=progress)
        progress.keep(version=version.reference, is_new=version.pk > newest)
        if experiment.options.get("compares", True):
            progress("compare")
            _compare(version, experiment.options, by, progress)
        progress.over()
    except TrainingStopped:
        return False
    return True


def _compare(version: ModelVersion, options: Mapping[str, Any], by: Actor, progress: _Progress) -> None:
    until = options.get("until")
    try:
        found = compare_versions(
            version=version,
            by=by,
            window_to=datetime.fromisoformat(until) if until else None,
            hide_types=int(options.get("hide_types") or 0),
        )
    except NothingToCompare:
        return  # no outcome is younger than both versions yet
    progress.keep(evaluation=found.pk)


class _Progress:
    """Writes the step, its sign of life and what each step took into the row. Raises TrainingStopped once it is cancelled."""

    def __init__(self, experiment: Experiment) -> None:
        self._row, self._step, self._since = experiment, "", time.monotonic()
        self._result: dict[str, Any] = {"seconds": {}}

    def __call__(self, step: str) -> None:
        if step != self._step:
            self._close()
            self._step = step
            self._result["since"] = clock.now().isoformat()
        self._write(doing=step, n_done=STEPS.index(step))

    def keep(self, **found: Any) -> None:
        """Keep something it found, even where it was cancelled meanwhile."""
        self._result |= found
        Experiment.objects.filter(pk=self._row.pk).update(result=self._result)

    def over(self) -> None:
        """Its last step is done."""
        self._close()
        self._write(n_done=len(STEPS))

    def _close(self) -> None:
        now = time.monotonic()
        if self._step:
            self._result["seconds"][self._step] = round(now - self._since, 1)
        self._since = now

    def _write(self, **values: Any) -> None:
        running = Experiment.objects.filter(pk=self._row.pk, state=State.RUNNING)
        if not running.update(beat_at=clock.now(), result=self._result, **values):
            raise TrainingStopped


def made(experiment: Experiment) -> dict[str, Any]:
    """What a training ended in, for its entry in the audit log: the version, and whether it is new."""
    return {name: experiment.result[name] for name in ("version", "is_new") if name in experiment.result}
