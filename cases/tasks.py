"""Doorbells: every task re-reads the database and does what is still to be done, so a message lost, late or doubled
changes nothing. Arguments are ids and dates only.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from celery import shared_task
from django.conf import settings
from django.db import InterfaceError, OperationalError
from kombu.exceptions import KombuError

from audit.actor import Actor
from audit.collecting import loaded_set_aside
from audit.transactions import was_cut_off
from cases.models import LastRing
from cases.services import night
from cases.services.health import ring
from cases.services.night_failed import give_up, take_up_again
from fraud.claims.receipts.banding import fill_bands
from fraud.claims.receipts.taking import take_receipt_folder
from fraud.detection.models import RunPart, ScreeningRun
from fraud.detection.screening import services as screening

#: Every task is safe to deliver any number of times; a test holds the list against what is registered.
IDEMPOTENT = (
    "cases.tasks.run_night",
    "cases.tasks.prepare_run",
    "cases.tasks.help_prepare",
    "cases.tasks.score_part",
    "cases.tasks.finish_run",
    "cases.tasks.sweep",
    "cases.tasks.read_receipts",
)
log = logging.getLogger(__name__)
#: Receipts read by an older version that get their missing keys, each hour.
BANDS_AN_HOUR = 5_000
NIGHTLY = Actor.system("nightly")
#: Free parts that the sweep rings for while others are held.
RUNG_BESIDE_WORK = 8
#: Workers that are asked to help with a preparation; each does pieces as long as there are any.
RUNG_FOR_HELP = 8
Part = RunPart.State
Run = ScreeningRun.State
P = ParamSpec("P")
R = TypeVar("R")


#: A database that is away for a while is met again: the night rings only once a day.
_AGAIN: dict[str, Any] = {
    "autoretry_for": (OperationalError, InterfaceError),
    "retry_backoff": 2,
    "retry_backoff_max": 600,
    "retry_jitter": False,
    "max_retries": 20,
}


class CutOff(Exception):
    """The database went away under a task that the sweep rings for as well."""


def _task(name: str) -> Callable[[Callable[P, R]], Any]:
    """A task that is rung again some seconds after a database that went away, instead of waiting for the sweep: that may be a minute,
    and the sweep itself was perhaps rung while nobody answered. Any other fault is the next sweep's.
    """

    def decorate(work: Callable[P, R]) -> Any:
        @shared_task(
            name=name,
            autoretry_for=(CutOff,),
            retry_backoff=1,
            retry_backoff_max=4,
            retry_jitter=False,
            max_retries=15,
        )
        @wraps(work)
        def task(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                with loaded_set_aside():
                    return work(*args, **kwargs)
            except (OperationalError, InterfaceError) as error:
                if was_cut_off(error):
                    raise CutOff(str(error)) from error
                raise

        return task

    return decorate


@shared_task(name="cases.tasks.run_night", **_AGAIN)
def run_night(business_date: str | None = None) -> None:
    """Open the night's run, and those of missed nights before it, and start the oldest."""
    ring(LastRing.Bell.NIGHT)
    wanted = date.fromisoformat(business_date) if business_date else None
    for run in night.open_nights(business_date=wanted, by=NIGHTLY):
        if (
            run.state == Run.FAILED
        ):  # as `manage.py nightly` does: else nobody would, and its claims would wait
            take_up_again(run, by=NIGHTLY)
    _ring_what_waits()


@_task("cases.tasks.prepare_run")
def prepare_run(run_id: int) -> None:
    """Pin the run's models, cut it into parts and ring for each of them."""
    run = ScreeningRun.objects.get(pk=run_id)
    if run.state != Run.PREPARING:
        return
    try:
        night.prepare(run, by=NIGHTLY, ring=_ring_for_help)
    except screening.RunBusy:
        return
    _ring_parts(run)


@_task("cases.tasks.help_prepare")
def help_prepare(run_id: int) -> None:
    """Do pieces of a large night's preparation beside whoever prepares it, until none is free."""
    screening.help_prepare(ScreeningRun.objects.get(pk=run_id))


def _ring_for_help(run: ScreeningRun, n_pieces: int) -> None:
    """Whoever prepares the run can do without: a broker that is away for a moment costs it no try, and the sweep rings again."""
    try:
        for _ in range(min(n_pieces, RUNG_FOR_HELP)):
            help_prepare.delay(run.pk)
    except KombuError as error:
        log.warning("night.no_help_rung_for", extra={"run": run.reference, "why": str(error)})


@_task("cases.tasks.score_part")
def score_part(part_id: int) -> None:
    """Score one part; the last one rings for the end of the run."""
    screening.score_part(part_id=part_id)
    part = RunPart.objects.select_related("run").get(pk=part_id)
    if part.state == Part.WAITING:
        score_part.delay(part_id)
    elif "split_into" in part.result:
        for half in RunPart.objects.filter(
            run=part.run, number__in=part.result["split_into"], state=Part.WAITING
        ):
            score_part.delay(half.pk)
    elif part.state in (Part.DONE, Part.QUARANTINED) and screening.finish_scoring(run=part.run):
        finish_run.delay(part.run_id)


@_task("cases.tasks.finish_run")
def finish_run(run_id: int) -> str:
    """Open the run's cases and end it; then start the next night that waits. The result says what came of the run."""
    run = ScreeningRun.objects.get(pk=run_id)
    if run.state == Run.OPENING and run.paused_at is None and night.close_run(run, by=NIGHTLY):
        _ring_next_run()
    run.refresh_from_db()
    return night.closing_line(run)


@_task("cases.tasks.sweep")
def sweep() -> None:
    """Ring again for whatever nobody works on, give up what failed too often, and let time pass for cases and mail."""
    cut_off: Exception | None = None
    try:
        _ring_what_waits()
    except Exception as error:  # a broker or a run that cannot be rung holds up no deadline and no mail
        log.exception("sweep.not_rung")
        cut_off = error if was_cut_off(error) else None
    night.let_time_pass()
    if cut_off is not None:
        raise CutOff(str(cut_off)) from cut_off


@shared_task(name="cases.tasks.read_receipts")
def read_receipts() -> dict[str, int]:
    """Read the receipts that wait in the folder of `RECEIPT_FOLDER`; without one nothing. The result counts what became of them."""
    folder = settings.RECEIPT_FOLDER
    if folder is None:
        return {}
    fill_bands(BANDS_AN_HOUR)
    if not folder.is_dir():
        log.error("receipts.no_folder", extra={"folder": str(folder)})
        return {}
    return dict(Counter(one.end for one in take_receipt_folder(folder=folder, by=Actor.system("import"))))


def _ring_what_waits() -> None:
    for run in screening.under_way():
        if run.paused_at is not None:
            break  # later nights wait behind it
        if give_up(run, by=NIGHTLY):
            continue
        if run.state == Run.SCORING:
            _ring_parts(run)
        elif screening.is_free(run):
            (prepare_run if run.state == Run.PREPARING else finish_run).delay(run.pk)
        elif run.state == Run.PREPARING:
            help_prepare.delay(run.pk)
        break  # one night after the other


def _ring_next_run() -> None:
    run = screening.under_way().first()
    if run is not None and run.state == Run.PREPARING and run.paused_at is None:
        prepare_run.delay(run.pk)


def _ring_parts(run: ScreeningRun) -> None:
    """A message for every part that waits; for a few only while somebody is at work, since then the queue may still move by itself.

    A part that is held stops no other, and a queue that moves is not filled up every minute.
    """
    parts = list(RunPart.objects.filter(run=run, state__in=[Part.WAITING, Part.TAKEN]).order_by("number"))
    if not parts and screening.finish_scoring(run=run):
        finish_run.delay(run.pk)
    free = [part for part in parts if screening.is_free(part)]
    for part in free if len(free) == len(parts) else free[:RUNG_BESIDE_WORK]:
        score_part.delay(part.pk)
