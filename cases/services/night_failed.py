"""A night that failed: given up, taken up again where it stood; what other nights judged meanwhile stays theirs."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from audit.actor import Actor
from audit.services import record
from audit.transactions import one_transaction
from cases.services.nights_due import at_work_beside
from fraud.company.values import pinned_settings
from fraud.detection.models import RunPart, Score, ScreeningRun
from fraud.detection.screening.services import MAX_ATTEMPTS, give_way, is_free, stage_of

State = ScreeningRun.State


def give_up(run: ScreeningRun, *, by: Actor) -> bool:
    """Mark a run as failed when its stage was tried too often and nobody works on it; a person starts it again."""
    run.refresh_from_db()
    return run.attempts >= MAX_ATTEMPTS and fail_run(run, by=by, reason=run.error)


def fail_run(run: ScreeningRun, *, by: Actor, reason: str) -> bool:
    """Mark a run as failed with the reason; False when it has ended or somebody else works on it."""
    run.refresh_from_db()
    if run.state in ScreeningRun.ENDED or not is_free(run):
        return False
    with one_transaction():
        seen = ScreeningRun.objects.filter(pk=run.pk, state=run.state, attempts=run.attempts)
        if not seen.update(state=State.FAILED, error=reason[:2000], paused_at=None):
            return False
        record(action="run.failed", by=by, subject=f"run:{run.reference}", after={"error": reason[:2000]})
    return True


@one_transaction()
def take_up_again(run: ScreeningRun, *, by: Actor) -> bool:
    """A failed run is started again, by a person or by the next ring of the night, with fresh attempts: back to the stage it failed in.

    A run that scored nothing yet begins anew with the settings and the model of today: what stopped it may lie in either. One that
    others overtook is late, and looks only at what they left. False, and nothing happens, while another night is at work.
    """
    ScreeningRun.objects.select_for_update().only("pk").get(pk=run.pk)
    run.refresh_from_db()
    if run.state != State.FAILED or at_work_beside(run):
        return False
    parts = RunPart.objects.filter(run=run)
    values: dict[str, Any] = {"attempts": 0, "version": F("version") + 1}
    has_opened = (stage_of(run, "opening") or {}).get("state") == "done"
    if not has_opened and ScreeningRun.objects.filter(source=run.source, pk__gt=run.pk).exists():
        values["is_late"] = True
    n_overtaken = 0
    if has_opened:
        values["state"] = State.OPENING
    elif not Score.objects.filter(run=run).exists() and not stage_of(run, "opening"):
        parts.delete()
        values |= {"state": State.PREPARING, "settings_used": pinned_settings(), "model_version": None}
    else:
        run.version += 1  # as it will be: from here on it leaves out what others judged
        n_overtaken = give_way(run)
        is_scored = not parts.filter(state__in=[RunPart.State.WAITING, RunPart.State.TAKEN]).exists()
        values["state"] = State.OPENING if is_scored and not n_overtaken else State.SCORING
    ScreeningRun.objects.filter(pk=run.pk).update(**values)
    run.refresh_from_db()
    after = {"state": run.state, "version": run.version}
    if n_overtaken:
        after["n_overtaken"] = n_overtaken
    record(action="run.restarted", by=by, subject=f"run:{run.reference}", after=after)
    return True
