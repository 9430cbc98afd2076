"""Starting, pausing, resuming and cancelling a night: who may, what is written down, and who is told to work."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from celery import current_app
from django.conf import settings

from audit.actor import Actor
from audit.permissions import require
from audit.services import record
from audit.transactions import after_commit, one_transaction
from cases.services import errors
from cases.services.night import open_nights
from cases.services.nights_due import paused_before
from fraud.detection.models import ScreeningRun
from fraud.detection.screening.services import (
    CasesOpened,
    RunEnded,
    RunMoved,
    call_off,
    hold,
    let_go_on,
    n_stored,
)

RUN_NIGHT = "fraud.run_night"


def start_night(*, by: Actor) -> ScreeningRun:
    """Open the night that just ended, and missed ones before it, and have them worked; returns it.

    One that works already goes on as it does. Raises NotPermitted, NightCannotStart.
    """
    require(by, RUN_NIGHT)
    run = open_nights(by=by)[-1]
    if run.state in (ScreeningRun.State.FINISHED, ScreeningRun.State.CANCELLED):
        raise errors.NightCannotStart("ended", reference=run.reference)
    held = run if run.paused_at is not None else paused_before(run)
    if held is not None:
        raise errors.NightCannotStart("paused", reference=held.reference)
    have_worked()
    return run


@one_transaction()
def pause_night(*, run: ScreeningRun, expected_version: int, by: Actor) -> ScreeningRun:
    """Begin nothing further: what is in hand is stored, what is done is kept. Raises NotPermitted, NightMoved, NightEnded."""
    require(by, RUN_NIGHT)
    _stepped(run, lambda: hold(run, seen=expected_version))
    _record("run.paused", run, by, n_scored=n_stored(run))
    return run


@one_transaction()
def resume_night(
    *, run: ScreeningRun, expected_version: int, by: Actor, is_worked_here: bool = False
) -> ScreeningRun:
    """Let a paused night go on where it stood; `is_worked_here`: the caller does the work itself.

    Raises NotPermitted, NightMoved, NightEnded.
    """
    require(by, RUN_NIGHT)
    _stepped(run, lambda: let_go_on(run, seen=expected_version))
    _record("run.resumed", run, by, n_scored=n_stored(run))
    if not is_worked_here:
        after_commit(lambda: have_worked(run))
    return run


@one_transaction()
def cancel_night(*, run: ScreeningRun, expected_version: int, by: Actor) -> ScreeningRun:
    """End a night before its cases are open; none of its claims is lost, the next night takes them all.

    Raises NotPermitted, NightMoved, NightEnded, NightHasCases.
    """
    require(by, RUN_NIGHT)
    gone: dict[str, int] = {}
    _stepped(run, lambda: gone.update(call_off(run, seen=expected_version)))
    _record("run.cancelled", run, by, **gone)
    return run


def have_worked(run: ScreeningRun | None = None) -> None:
    """Ring for the workers; without a broker, a process of its own works the run (default: whatever is due)."""
    if settings.CELERY_BROKER_URL:
        current_app.send_task("cases.tasks.sweep" if run else "cases.tasks.run_night")
    else:
        start_process(run)


def start_process(run: ScreeningRun | None) -> None:
    """`manage.py nightly` in a process that outlives the request; its words go to the night's log."""
    manage = Path(settings.BASE_DIR) / "manage.py"
    which = ["--run", run.reference] if run else []
    with (Path(settings.HOME) / "nightly.log").open("ab") as said:
        subprocess.Popen(  # noqa: S603 - our own interpreter, script and a date
            [sys.executable, str(manage), "nightly", *which],
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )


def _stepped(run: ScreeningRun, step: Callable[[], Any]) -> None:
    try:
        step()
    except RunMoved as error:
        raise errors.NightMoved(version=run.version) from error
    except RunEnded as error:
        raise errors.NightEnded from error
    except CasesOpened as error:
        raise errors.NightHasCases from error


def _record(action: str, run: ScreeningRun, by: Actor, **after: Any) -> None:
    record(
        action=action,
        by=by,
        subject=f"run:{run.reference}",
        after={"version": run.version, "state": run.state, **after},
    )
