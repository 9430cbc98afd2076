"""What comes before a large night's parts, done a piece at a time by whoever is free: rows beside those of parts while the run is prepared.

Rows of pieces are leased and fenced as those of parts are, and there only until the stage they belong to ends. Whoever prepares the run lays them,
works on them like everybody else, takes over what somebody left, and looks at what came of each: nothing rests on a piece that was done elsewhere.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet

from audit import faults
from audit.transactions import one_transaction
from fraud.claims.segment_files import write_segment
from fraud.detection.models import RunPart, ScreeningRun
from fraud.detection.screening.leases import (
    MAX_ATTEMPTS,
    LeaseLost,
    ends_its_leases,
    is_free,
    new_token,
    release,
    take,
    this_machine,
)
from fraud.detection.screening.window_pieces import forget_piece, work_out

log = logging.getLogger(__name__)
State = RunPart.State
#: Kind → what does a piece of it and tells what came of it.
_WORK: dict[str, Callable[[ScreeningRun, dict[str, Any]], dict[str, Any]]] = {
    "columns": lambda _run, job: write_segment(job),
    "windows": work_out,
}
#: Called once rows are laid, with the run and how many: rings for whoever may help.
Ring = Callable[[ScreeningRun, int], None]
#: Seconds between two looks while somebody else has the last pieces.
_PAUSE = 0.05


class Sharing:
    """Shares pieces of a run's preparation out; `hold` renews the run's lease and raises LeaseLost where it is gone."""

    def __init__(self, run: ScreeningRun, hold: Callable[[], None], ring: Ring | None) -> None:
        self._run, self._hold, self._ring = run, hold, ring

    def out(
        self, kind: str, jobs: Sequence[dict[str, Any]], *, meanwhile: Callable[[], object] = lambda: None
    ) -> list[dict[str, Any]]:
        """What came of each job, in their order, done here and wherever somebody helped. Raises what a piece raises here, and LeaseLost.

        `meanwhile`: what is done here first, while others begin.
        """
        rows = self._lay(kind, jobs)
        try:
            if self._ring is not None and len(jobs) > 1:
                self._ring(self._run, len(jobs))
            meanwhile()
            while rows.exclude(state=State.DONE).exists():
                if _work_on_one(self._run, raises=True):
                    self._hold()
                else:
                    time.sleep(_PAUSE)
            told = list(rows.order_by("number").values_list("result", flat=True))
        finally:
            forget_piece()
            rows.delete()
        self._hold()  # of a run that was cancelled meanwhile there are no rows
        return told

    def _lay(self, kind: str, jobs: Sequence[dict[str, Any]]) -> QuerySet[RunPart]:
        with one_transaction():
            self._hold()  # whoever slept while another took the run over deletes nothing of it
            RunPart.objects.filter(run=self._run).delete()  # of an attempt that ended early
            laid = RunPart.objects.bulk_create(
                RunPart(
                    run=self._run, number=number, spec={"piece": kind, "machine": this_machine(), "job": job}
                )
                for number, job in enumerate(jobs, start=1)
            )
        faults.hit("pieces.laid")
        return RunPart.objects.filter(pk__in=[row.pk for row in laid])


def help_prepare(run: ScreeningRun) -> bool:
    """Work on pieces of a run that somebody else prepares until none is free; whether one was done. Does nothing while the run is paused."""
    n = 0
    try:
        while _may_help(run) and _work_on_one(run, raises=False):
            n += 1
    finally:
        forget_piece()
    return n > 0


def _may_help(run: ScreeningRun) -> bool:
    run.refresh_from_db(fields=["state", "paused_at"])
    return run.state == ScreeningRun.State.PREPARING and run.paused_at is None


@ends_its_leases
def _work_on_one(run: ScreeningRun, *, raises: bool) -> bool:
    """Do the first piece that is free; whether this call did one. With `raises` its error ends the work, else it waits for somebody else."""
    waiting = RunPart.objects.filter(run=run, spec__has_key="piece", state__in=[State.WAITING, State.TAKEN])
    for row in waiting.order_by("number"):
        is_ours = row.spec["machine"] == this_machine()  # its files are not there for others
        if not is_free(row) or not (raises or (is_ours and row.attempts < MAX_ATTEMPTS)):
            continue
        token = new_token()
        if not take(row, token, state=State.TAKEN, attempts=row.attempts + 1):
            continue
        faults.hit("piece.taken")
        try:
            told = _WORK[row.spec["piece"]](run, row.spec["job"])
            faults.hit("piece.worked")
            release(row, token, state=State.DONE, result=told)
        except LeaseLost:
            return True
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            if raises:
                raise
            log.warning("piece.failed", extra={"run": run.reference, "piece": row.number, "why": str(error)})
            _give_back(row, token, error)
            return False
        faults.hit("piece.done")
        return True
    return False


def _give_back(row: RunPart, token: str, error: Exception) -> None:
    with suppress(LeaseLost):
        release(row, token, state=State.WAITING, error=f"{type(error).__name__}: {error}"[:2000])
