"""What earlier nights have settled: claims that were known when a whole night looked are scored, so a night need not ask for each of them.

A run writes down, before it looks for its claims, how many versions had been received by its cut-off and which claim was the
newest. Once it has scored everything and the database still says the same of that moment, nothing was stored late under it, and
only what was received since can wait for a score. The notes lie beside the columns; without them every claim is asked about.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef

from audit import faults
from fraud.claims.received import received_by
from fraud.claims.segments import has_columns
from fraud.detection.models import RunPart, ScreeningRun

log = logging.getLogger(__name__)
#: Notes that are kept: those of the latest runs.
_KEPT = 60


def last_whole_run(run: ScreeningRun) -> ScreeningRun | None:
    """The run before this one that scored everything it looked at, and rests on no scores that were thrown away since."""
    earlier = ScreeningRun.objects.filter(pk__lt=run.pk, cut_off_at__lt=run.cut_off_at)
    called_off = ScreeningRun.objects.filter(
        state=ScreeningRun.State.CANCELLED, pk__lt=OuterRef("pk"), finished_at__gt=OuterRef("started_at")
    )
    whole = earlier.filter(~Exists(called_off), state=ScreeningRun.State.FINISHED)
    whole = whole.exclude(parts__state=RunPart.State.QUARANTINED)
    return whole.order_by("-cut_off_at").first()


def settled_until(run: ScreeningRun) -> datetime | None:
    """The moment by which everything received is scored, or None where nothing proves it."""
    last = last_whole_run(run)
    if last is None:
        return None
    try:
        note = json.loads(_note(last).read_text())
    except (OSError, ValueError):
        return None
    holds = note == {"cut_off": last.cut_off_at.isoformat(), "received": received_by(last.cut_off_at)}
    return last.cut_off_at if holds else None


def note_received(run: ScreeningRun) -> None:
    """Write down what is there before the run looks; the first note stays, so that what comes while it works is not taken for settled."""
    if not has_columns() or _note(run).exists():
        return
    text = json.dumps({"cut_off": run.cut_off_at.isoformat(), "received": received_by(run.cut_off_at)})
    unfinished = _note(run).with_suffix(".new")
    try:
        unfinished.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished.write_text(text)
        faults.hit("settled.written")
        unfinished.replace(_note(run))
        for old in sorted(unfinished.parent.glob("looked-*.json"))[:-_KEPT]:
            old.unlink(missing_ok=True)
    except OSError as error:
        log.warning("screening.note_not_written", extra={"why": str(error)})


def _note(run: ScreeningRun) -> Path:
    return Path(settings.COLUMNS_DIR) / f"looked-{run.pk:012}.json"
