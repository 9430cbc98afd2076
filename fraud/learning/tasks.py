"""Training on its own queue: the work is done by a process of its own, the task only starts it and keeps the result."""

from __future__ import annotations

from celery import shared_task

from audit.actor import Actor

#: Training twice from the same labels, rules and settings gives the version that is there already.
IDEMPOTENT = ("fraud.tasks.train", "fraud.tasks.train_when_due")


@shared_task(name="fraud.tasks.train", queue="training")
def train() -> None:
    """Train a challenger from the labels known now and compare it with the champion."""
    from fraud.learning.comparing import compare_versions
    from fraud.learning.later_claims import NothingToCompare
    from fraud.learning.rounds import train_challenger

    by = Actor.system("training")
    version = train_challenger(by=by)
    try:
        compare_versions(version=version, by=by)
    except NothingToCompare:
        return  # no outcome is younger than both versions yet


@shared_task(name="fraud.tasks.train_when_due", queue="training")
def train_when_due() -> None:
    """Train where there is a reason to: a week with outcomes, many outcomes, a new rule, drift."""
    from fraud.learning.triggers import learning_state

    if learning_state().is_due:
        train()
