"""Training on its own queue: a row as those of the page, the work done by a process of its own."""

from __future__ import annotations

import logging

from celery import shared_task

#: Training twice from the same labels, rules and settings gives the version that is there already.
IDEMPOTENT = ("fraud.tasks.train", "fraud.tasks.train_when_due")

log = logging.getLogger(__name__)


@shared_task(name="fraud.tasks.train", queue="training")
def train(why: str = "command") -> None:
    """Train a challenger from the labels known now and compare it with the champion, unless another one is under way."""
    from fraud.learning.experiment_run import train_unasked
    from fraud.learning.experimenting import ExperimentNotValid
    from fraud.learning.training_run import note_refusal

    try:
        row = train_unasked(why=why)
    except ExperimentNotValid as error:
        note_refusal(why=why, said=str(error))
        log.warning("training was not begun: %s", error)
        return
    if row.error:
        log.error("training %s failed: %s", row.pk, row.error)


@shared_task(name="fraud.tasks.train_when_due", queue="training")
def train_when_due() -> None:
    """Train where there is a reason to: a week with outcomes, many outcomes, a new rule, drift."""
    from fraud.learning.triggers import learning_state

    if learning_state().is_due:
        train(why="due")
