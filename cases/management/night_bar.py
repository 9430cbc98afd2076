"""A night in the terminal: one line that is drawn again while it works."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import OutputWrapper
from django.db import connection

from fraud.detection.models import ScreeningRun
from fraud.detection.screening.services import Pace, pace_of

_WIDTH, _EVERY = 24, 0.5
_CLEAR = "\r\x1b[2K"


def bar_of(run: ScreeningRun, pace: Pace) -> str:
    """`R-2026-11-20 scoring [#####......] 52 %  1,300 of 2,500 claims  410 a second  about 3 s left`."""
    full = pace.share * _WIDTH // 100
    line = f"{run.reference} {run.shown_state} [{'#' * full}{'.' * (_WIDTH - full)}] {pace.share} %  {pace.done:,} of {pace.total:,} claims"
    working = next((stage for stage in pace.stages if stage.state == "running"), None)
    if working and working.rows_a_second:
        line += f"  {working.rows_a_second:,.0f} a second"
    if pace.seconds_left is not None and run.state not in ScreeningRun.ENDED:
        line += f"  about {duration(pace.seconds_left)} left"
    return line


def duration(seconds: float) -> str:
    """`3 s`, `4 min 10 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return (
        f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"
    )


def stage_lines(pace: Pace) -> list[str]:
    """One line a stage: how far, how fast, how long still."""
    found = []
    for stage in pace.stages:
        rate = f"{stage.rows_a_second:>10,.0f} a second" if stage.rows_a_second else " " * 19
        left = "" if not stage.seconds_left else f"about {duration(stage.seconds_left)} left"
        found.append(f"  {stage.name:<8} {stage.state:<8} {rate}  {left}".rstrip())
    return found


def watch(run: ScreeningRun, out: OutputWrapper, *, every: float = 1.0) -> ScreeningRun:
    """Draw the run until it ends or is paused; on what is no terminal one line whenever it changes."""
    is_terminal, said = out.isatty(), ""
    while True:
        run.refresh_from_db()
        line = bar_of(run, pace_of(run))
        if is_terminal:
            out.write(_CLEAR + line[: shutil.get_terminal_size().columns - 1], ending="")
        elif line != said:
            out.write(line)
        said = line
        out.flush()
        if run.state in ScreeningRun.ENDED or run.paused_at is not None:
            if is_terminal:
                out.write("")
            return run
        time.sleep(every)


@contextmanager
def drawn_while_it_works(out: OutputWrapper) -> Iterator[None]:
    """On a terminal the run that is under way is drawn beside the work; elsewhere nothing happens."""
    if not out.isatty():
        yield
        return
    ended = threading.Event()
    drawing = threading.Thread(target=_draw, args=(out, ended), daemon=True)
    drawing.start()
    try:
        yield
    finally:
        ended.set()
        drawing.join(5)
        out.write(_CLEAR, ending="")
        out.flush()


def _draw(out: OutputWrapper, ended: threading.Event) -> None:
    try:
        while not ended.wait(_EVERY):
            run = ScreeningRun.objects.exclude(state__in=ScreeningRun.ENDED).order_by("business_date").first()
            if run is not None:
                line = bar_of(run, pace_of(run))
                out.write(_CLEAR + line[: shutil.get_terminal_size().columns - 1], ending="")
                out.flush()
    except Exception as error:  # a line that cannot be drawn ends no night
        print(f"the night cannot be drawn: {error}", file=sys.stderr)
    finally:
        connection.close()
