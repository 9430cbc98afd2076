"""`manage.py nightly`: the night in this process."""

from __future__ import annotations

import json
import logging
import sys
from argparse import ArgumentParser
from datetime import date, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audit import clock
from audit.actor import Actor
from audit.typed import day
from cases.services.night import NightNotYet, claims_waiting, closing_line, end_of_night, run_night
from fraud.detection.models import ScreeningRun

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Screen pending claims and open cases. Running it again continues what was interrupted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", help="business date, YYYY-MM-DD (default: the one that just ended)")
        parser.add_argument("--json", action="store_true", help="print the run as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        day = _date(options["date"])
        begun = clock.now()
        say = (lambda line: None) if options["json"] else self.stdout.write
        try:
            run = run_night(business_date=day, by=Actor.system("nightly"), progress=say)
        except NightNotYet as error:
            raise CommandError(
                f"there can be no night of {day} yet; the last one possible is {error.latest}"
            ) from error
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


def _failed(error: Exception) -> ScreeningRun:
    """The run that an error stopped and that says so itself; any other error is raised again."""
    run = ScreeningRun.objects.order_by("-pk").first()
    if run is None or run.state != ScreeningRun.State.FAILED:
        raise error
    log.error("night.failed", exc_info=error)
    return run


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    found = day(text)
    if found is None:
        raise CommandError(f"--date takes a day as YYYY-MM-DD, not {text!r}")
    return found


def summary(run: ScreeningRun) -> dict[str, Any]:
    """A run as plain data: counts, stages, rules that could not be judged."""
    return {
        "reference": run.reference,
        "business_date": run.business_date.isoformat(),
        "state": run.state,
        "is_late": run.is_late,
        "model": run.model_version.reference if run.model_version else None,
        "shadow": run.shadow_version.reference if run.shadow_version else None,
        "claims": run.n_claims,
        "scored": run.n_scored,
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
    """What is said of a night that was finished before: when, and for which night waits what came in since."""
    following = run.business_date + timedelta(days=1)
    waiting = claims_waiting(run)
    found = [
        f"{run.reference}: the night of {run.business_date} was finished at {_moment(run.finished_at)}; nothing to do"
    ]
    if waiting:
        found.append(
            f"  {waiting:,} claims received since {_moment(run.cut_off_at)} wait for the night of {following}, "
            f"which is due at {_moment(end_of_night(following))}"
        )
    return found


def _moment(at: datetime | None) -> str:
    return "–" if at is None else f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def _counted(run: ScreeningRun, name: str, what: str) -> int:
    return sum(stage["counts"].get(what, 0) for stage in run.stages if stage["name"] == name)


def lines(run: ScreeningRun) -> list[str]:
    """A run as text: one line a stage, then what it could not judge, then what came of it."""
    found = [f"{run.reference} {run.state}{' (late)' if run.is_late else ''}"]
    for stage in run.stages:
        counts = ", ".join(f"{name} {value}" for name, value in stage["counts"].items())
        found.append(f"  {stage['name']:<8} {stage['state']:<8} {stage['seconds']:>8.1f} s  {counts}")
    for code, entry in sorted(run.not_evaluable.items()):
        found.append(
            f"  rule {code}: {entry['n']:,} claims not evaluable, missing {', '.join(entry['missing'])}"
        )
    return [*found, closing_line(run)]
