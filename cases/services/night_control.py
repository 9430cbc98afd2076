"""Starting, pausing, resuming and cancelling a night, and taking one that failed up again: who may, what is written down, and who is told to work."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from celery import current_app
from django.conf import settings

from audit.actor import Actor
from audit.clock import now
from audit.permissions import require
from audit.services import record
from audit.transactions import after_commit, one_transaction
from cases.services import errors
from cases.services.night import open_nights
from cases.services.night_failed import take_up_again
from cases.services.nights_due import NIGHTLY, at_work_beside, not_later, paused_before
from cases.services.texts import NOTE_MIN, clean_line
from fraud.detection.models import Score, ScreeningRun
from fraud.detection.screening.services import (
    CasesOpened,
    RunEnded,
    RunMoved,
    call_off,
    hold,
    let_go_on,
    lock_run,
    n_stored,
    stage_of,
)

RUN_NIGHT = "fraud.run_night"


def start_night(*, by: Actor) -> ScreeningRun:
    """Open the night that just ended, and missed ones before it, and have them worked; returns it.

    One that works already goes on as it does. Nothing is begun where that night has ended. Raises NotPermitted, NightCannotStart.
    """
    require(by, RUN_NIGHT)
    tonight = ScreeningRun.objects.filter(source=NIGHTLY, business_date=not_later(None, now()))
    ended = tonight.filter(state__in=[ScreeningRun.State.FINISHED, ScreeningRun.State.CANCELLED]).first()
    if ended is not None:
        raise errors.NightCannotStart("ended", reference=ended.reference)
    run = open_nights(by=by)[-1]
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
def restart_night(
    *, run: ScreeningRun, expected_version: int, by: Actor, is_worked_here: bool = False
) -> ScreeningRun:
    """Take a failed night up again where it stood; what other nights judged meanwhile stays theirs.

    Raises NotPermitted, NightMoved, NightEnded, NightCannotStart while another night works or stands still.
    """
    require(by, RUN_NIGHT)
    _stepped(run, lambda: lock_run(run, expected_version))
    if run.state != ScreeningRun.State.FAILED:
        raise errors.NightEnded
    _nobody_beside(run)
    take_up_again(run, by=by)
    if not is_worked_here:
        after_commit(lambda: have_worked(run))
    return run


@one_transaction()
def cancel_night(*, run: ScreeningRun, expected_version: int, by: Actor, reason: str = "") -> ScreeningRun:
    """End a night before its cases are open; none of its claims is lost, the next night takes them all.

    Of one that failed the reason is asked for; it stands in the audit log. Raises NotPermitted, NightMoved, NightEnded, NightHasCases,
    NightCannotStart while another night works, which looks at what this one left; ReasonTooShort.
    """
    require(by, RUN_NIGHT)
    _stepped(run, lambda: lock_run(run, expected_version))
    has_failed = run.state == ScreeningRun.State.FAILED
    has_opened = (stage_of(run, "opening") or {}).get("state") == "done"  # refused below, whatever the reason
    why = clean_line(reason, minimum=NOTE_MIN if has_failed and not has_opened else 0, field="reason")
    if Score.objects.filter(run=run).exists():
        _nobody_beside(run)
    gone: dict[str, Any] = {"reason": why} if why else {}
    _stepped(run, lambda: gone.update(call_off(run, seen=expected_version)))
    _record("run.cancelled", run, by, **gone)
    return run


def _nobody_beside(run: ScreeningRun) -> None:
    """Raises NightCannotStart while another night is under way: its claims are those this one left."""
    other = at_work_beside(run)
    if other is not None:
        why = "at_work" if other.paused_at is None else "paused"
        raise errors.NightCannotStart(why, reference=other.reference)


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
