"""A training that somebody asked for, being done: its steps become the row's, and it ends once the row is cancelled."""

from __future__ import annotations

import time
from typing import Any

from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor
from audit.permissions import require
from audit.redaction import redact
from fraud.claims.labels import labels_known_by
from fraud.detection.models import ModelVersion
from fraud.learning.comparing import compare_versions
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


def start_training(*, reason: str, by: Actor) -> Experiment:
    """A row that waits for its process; only one training or experiment at a time.

    Raises NotPermitted, ExperimentNotValid for a reason too short and while another one waits or runs.
    """
    require(by, "fraud.train_model")
    said = redact(" ".join(reason.split()))[:REASON_MOST]
    if len(said) < REASON_MIN:
        raise ExperimentNotValid({"reason": _("Say why in at least %(n)d characters.") % {"n": REASON_MIN}})
    return start_experiment(asked=Asked(_KIND, 0, {"reason": said, **learns_from()}), by=by)


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
        progress("compare")
        try:
            found = compare_versions(version=version, by=by)
            progress.keep(evaluation=found.pk)
        except NothingToCompare:
            pass  # no outcome is younger than both versions yet
        progress.over()
    except TrainingStopped:
        return False
    return True


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
