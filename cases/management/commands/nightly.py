"""`manage.py nightly`: the night in this process."""

from __future__ import annotations

import json
import logging
import sys
from argparse import ArgumentParser
from contextlib import nullcontext
from datetime import date, datetime
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor
from audit.commands import StruckCommand
from audit.typed import day
from cases.management.night_bar import bar_of, drawn_while_it_works, stage_lines, watch
from cases.services.errors import CaseworkError
from cases.services.night import Progress, closing_line, look_back, open_nights, reason_of, work_on
from cases.services.night_control import cancel_night, pause_night, resume_night
from cases.services.nights_due import (
    NIGHTLY,
    NightNotYet,
    NightOver,
    NothingReceived,
    claims_waiting,
    end_of_night,
    next_night,
)
from fraud.detection.models import ScreeningRun
from fraud.detection.run_words import counts_in_words, stage_state_word, stage_word
from fraud.detection.screening.services import n_stored, pace_of
from fraud.web.words import run_state_word

log = logging.getLogger(__name__)


class Command(StruckCommand):
    help = "Screen pending claims and open cases. Running it again continues what was interrupted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", help="business date, YYYY-MM-DD (default: the one that just ended)")
        parser.add_argument(
            "--look-back",
            type=int,
            metavar="CASES",
            help="screen the history of the seven days up to --date instead, and open at most about so many cases of it",
        )
        parser.add_argument("--reason", default="", help="why a night that failed is given up (--cancel)")
        parser.add_argument("--run", help="reference of one run, also of a look back, that exists already")
        parser.add_argument("--json", action="store_true", help="print the run as JSON")
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--watch", action="store_true", help="draw a night that works elsewhere until it ends"
        )
        what.add_argument("--pause", action="store_true", help="begin nothing further; what is done is kept")
        what.add_argument("--resume", action="store_true", help="let a paused night go on, in this process")
        what.add_argument("--cancel", action="store_true", help="end it; its claims wait for the next night")

    def handle(self, *args: Any, **options: Any) -> None:
        day, run = _date(options["date"]), _named(options["run"])
        for name in ("watch", "pause", "cancel", "resume"):
            if options[name]:
                run = run or _under_way(day)
                if self._step(name, run, options["reason"]) is not None:
                    return
        self._work(day, run, options)

    def _step(self, name: str, run: ScreeningRun, reason: str) -> ScreeningRun | None:
        """What is asked of the run; None where it is to be worked afterwards."""
        if name == "watch":
            return watch(run, self.stdout)
        by, seen = Actor.system("command"), run.version
        try:
            if name == "resume":
                resume_night(run=run, expected_version=seen, by=by, is_worked_here=True)
                return None
            if name == "pause":
                pause_night(run=run, expected_version=seen, by=by)
            else:
                cancel_night(run=run, expected_version=seen, by=by, reason=reason)
        except CaseworkError as error:
            raise CommandError(error.sentence) from error
        self.stdout.write("\n".join([bar_of(run, pace_of(run)), *stage_lines(pace_of(run))]))
        return run

    def _work(self, day: date | None, run: ScreeningRun | None, options: dict[str, Any]) -> None:
        begun, by = clock.now(), Actor.system("nightly")
        try:
            with nullcontext() if options["json"] else drawn_while_it_works(self.stdout) as say:
                if options["look_back"] is not None:
                    run = _looked_back(day, options["look_back"], by, say)
                elif run:
                    run = work_on(run, by=by, progress=say)
                else:
                    *late, tonight = open_nights(business_date=day, by=by)
                    run = work_on(tonight, late=late, by=by, progress=say)
        except (NightNotYet, NightOver, NothingReceived) as error:
            raise CommandError(_refused(day, error)) from error
        except Exception as error:
            run = _failed(error)
        if options["json"]:
            self.stdout.write(json.dumps(summary(run), ensure_ascii=False, indent=2))
        elif run.finished_at is not None and run.finished_at < begun:
            self.stdout.write("\n".join(nothing_to_do(run)))
        else:
            self.stdout.write("\n".join(lines(run)))
        if run.state == ScreeningRun.State.FAILED:
            sys.exit(1)


def _looked_back(day: date | None, seats: int, by: Actor, say: Progress | None) -> ScreeningRun:
    """The history of a week screened. Raises CommandError without its last day, or for one that is not over."""
    today = timezone.localtime(clock.now()).date()
    if day is None or day >= today or seats < 1:
        said = _("A look back needs --date, the last day of a week that is over, and one case at least.")
        raise CommandError(said)
    return look_back(week_to=day, known_by=clock.now(), seats=seats, by=by, progress=say)


def _refused(day: date | None, error: NightNotYet | NightOver | NothingReceived) -> str:
    """Why there is no such night, and what would be right."""
    if isinstance(error, NightNotYet):
        said = _("There can be no night of %(day)s yet; the last one possible is %(latest)s.")
        return said % {"day": day, "latest": error.latest}
    if isinstance(error, NothingReceived):
        said = _(
            "By the end of the night of %(day)s no claim had come in; the first one belongs to the night of %(first)s. "
            "To screen history of that time: --look-back CASES --date %(day)s."
        )
        return said % {"day": day, "first": error.first}
    said = _(
        "The night of %(ended)s has ended, and nights go forward: what waits for a score is taken by the next one, whatever its date. "
        "To screen history of the week up to %(day)s: --look-back CASES --date %(day)s."
    )
    return said % {"day": day, "ended": error.ended}


def _failed(error: Exception) -> ScreeningRun:
    """The run that an error stopped and that says so itself, which need not be the newest; any other error is raised again.

    Raises CommandError where the database was the fault and could not keep it either: on a full disk.
    """
    stopped = ScreeningRun.objects.filter(state=ScreeningRun.State.FAILED, error=reason_of(error))
    try:
        run = stopped.order_by("-business_date", "-pk").first()
    except DatabaseError:
        run = None
    if run is None and not isinstance(error, DatabaseError):
        raise error
    log.error("night.failed", exc_info=error)
    if run is None:
        said = _(
            "The database could not go on: %(why)s. What is stored is kept; run the same command again once that is mended."
        )
        raise CommandError(said % {"why": str(error).strip()}) from error
    return run


def _under_way(day: date | None) -> ScreeningRun:
    """The night of a business date, else of those that have not ended the one begun first. Raises CommandError."""
    runs = ScreeningRun.objects.filter(source=NIGHTLY).order_by("pk")
    wanted = runs.filter(business_date=day) if day else runs.exclude(state__in=ScreeningRun.ENDED)
    run = wanted.first()
    if run is None:
        said = _("There is no night of %(day)s.") % {"day": day} if day else _("No night is under way.")
        raise CommandError(said)
    return run


def _named(reference: str | None) -> ScreeningRun | None:
    """The run of a reference, None where none is asked for. Raises CommandError."""
    if reference is None:
        return None
    run = ScreeningRun.objects.filter(reference=reference).first()
    if run is None:
        raise CommandError(_("There is no run “%(reference)s”.") % {"reference": reference})
    return run


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    found = day(text)
    if found is None:
        raise CommandError(_("Write a day as 2026-03-31, not “%(text)s”.") % {"text": text})
    return found


def summary(run: ScreeningRun) -> dict[str, Any]:
    """A run as plain data: counts, stages, rules that could not be judged."""
    return {
        "reference": run.reference,
        "business_date": run.business_date.isoformat(),
        "state": run.state,
        "paused_at": run.paused_at.isoformat() if run.paused_at else None,
        "is_late": run.is_late,
        "model": run.model_version.reference if run.model_version else None,
        "shadow": run.shadow_version.reference if run.shadow_version else None,
        "claims": run.n_claims,
        "scored": run.n_scored or n_stored(run),
        "hits": run.n_hits,
        "alerts": run.n_alerts,
        "cases": run.n_cases,
        "held_back": run.n_held_back,
        "expired": _counted(run, "opening", "expired"),
        "quarantined": _counted(run, "scoring", "quarantined"),
        "not_evaluable": run.not_evaluable,
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "stages": run.stages,
        "error": run.error,
    }


def nothing_to_do(run: ScreeningRun) -> list[str]:
    """What is said of a run that had ended before: when, and for which night waits what no night has judged."""
    said = _("%(run)s ended at %(at)s (%(state)s); nothing to do")
    told = {"run": run.reference, "at": _moment(run.finished_at), "state": run_state_word(run.state)}
    found, waiting = [said % told], claims_waiting()
    if waiting:
        day = next_night()
        said = _("claims that wait for a score: %(n)s; the night of %(day)s takes them, due at %(due)s")
        found.append("  " + said % {"day": day, "n": f"{waiting:,}", "due": _moment(end_of_night(day))})
    return found


def _moment(at: datetime | None) -> str:
    return "–" if at is None else f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def _counted(run: ScreeningRun, name: str, what: str) -> int:
    return sum(stage["counts"].get(what, 0) for stage in run.stages if stage["name"] == name)


def lines(run: ScreeningRun) -> list[str]:
    """A run as text: one line a stage, then what it could not judge, then what came of it."""
    late = " " + _("(caught up)") if run.is_late else ""
    found = [f"{run.reference} {run_state_word(run.shown_state)}{late}"]
    shown = {stage.name: stage.state for stage in pace_of(run).stages}
    for stage in run.stages:
        line = f"  {stage_word(stage['name'])}: {stage_state_word(shown.get(stage['name'], stage['state']))}"
        if stage["state"] != "running":  # its seconds are told when it ends
            line += ", " + _("%(s)s s") % {"s": f"{stage['seconds']:,.1f}"}
        counts = ", ".join(f"{word} {_number(value)}" for word, value in counts_in_words(stage["counts"]))
        found.append(f"{line}; {counts}" if counts else line)
    for code, entry in sorted(run.not_evaluable.items()):
        said = _("rule %(code)s: not evaluable, claims %(n)s, missing %(fields)s")
        fields = ", ".join(entry["missing"])
        found.append("  " + said % {"code": code, "n": f"{entry['n']:,}", "fields": fields})
    found.append(closing_line(run))
    if run.paused_at is not None:
        found.append(
            _("To go on: %(command)s") % {"command": f"manage.py nightly --resume --run {run.reference}"}
        )
    return found


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, (int, float)) else str(value)
