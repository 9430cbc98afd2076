"""A night in the terminal: one line that is drawn again while it works."""

from __future__ import annotations

import shutil
import sys
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management.base import OutputWrapper
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from fraud.detection.models import ScreeningRun
from fraud.detection.run_words import stage_state_word, stage_word
from fraud.detection.screening.services import Pace, pace_of
from fraud.detection.screening.services import under_way as runs_under_way
from fraud.web.words import run_state_word

_WIDTH, _EVERY = 24, 0.5
_CLEAR = "\r\x1b[2K"


def bar_of(run: ScreeningRun, pace: Pace) -> str:
    """`R-2026-11-20 Scoring [#####......] 52 %  1,300 of 2,500 claims  410 a second  about 3 s left`.

    Until the claims are counted there is no share of them: `R-2026-11-20 Gathering  12 s so far  about 20 s left`.
    """
    line, working = f"{run.reference} {run_state_word(run.shown_state)}", pace.at_work
    if run.state == ScreeningRun.State.PREPARING:
        if working and working.worked is not None:
            line += "  " + _("%(time)s so far") % {"time": duration(working.worked)}
    else:
        full = pace.share * _WIDTH // 100
        far = _("%(done)s of %(all)s claims") % {"done": f"{pace.done:,}", "all": f"{pace.total:,}"}
        line += f" [{'#' * full}{'.' * (_WIDTH - full)}] {pace.share} %  {far}"
    if working and working.rows_a_second:
        line += "  " + _rate(working.rows_a_second)
    if pace.seconds_left is not None and run.state not in ScreeningRun.ENDED:
        line += "  " + _left(pace.seconds_left)
    return line


def _rate(rows_a_second: float) -> str:
    return _("%(n)s a second") % {"n": f"{rows_a_second:,.0f}"}


def _left(seconds: float) -> str:
    return _("about %(time)s left") % {"time": duration(seconds)}


def duration(seconds: float) -> str:
    """`3 s`, `4 min 10 s`, `2 h 5 min`."""
    whole = round(seconds)
    parts = {"h": whole // 3600, "min": whole % 3600 // 60, "s": whole % 60}
    if whole < 60:
        return _("%(s)s s") % parts
    if whole < 3600:
        return _("%(min)s min %(s)s s") % parts
    return _("%(h)s h %(min)s min") % parts


def stage_lines(pace: Pace) -> list[str]:
    """One line a stage: how far, how fast, how long still."""
    found = []
    for stage in pace.stages:
        said = [stage_word(stage.name), stage_state_word(stage.state)]
        said += [_rate(stage.rows_a_second)] if stage.rows_a_second else []
        said += [_left(stage.seconds_left)] if stage.seconds_left else []
        found.append("  " + "  ".join(said))
    return found


def watch(run: ScreeningRun, out: OutputWrapper, *, every: float = 1.0) -> ScreeningRun:
    """Draw the run until it ends or is paused; on what is no terminal one line whenever it changes."""
    is_terminal, said = out.isatty(), ""
    while True:
        run.refresh_from_db()
        line = bar_of(run, pace_of(run))
        if is_terminal:
            out.write(_CLEAR + fitting(line, shutil.get_terminal_size().columns), ending="")
        elif line != said:
            out.write(line)
        said = line
        out.flush()
        if run.state in ScreeningRun.ENDED or run.paused_at is not None:
            if is_terminal:
                out.write("")
            return run
        try:
            time.sleep(every)
        except KeyboardInterrupt:  # whoever looked has seen enough; the night goes on where it works
            out.write("")
            return run


def fitting(line: str, columns: int) -> str:
    """As much of a line as a terminal so wide shows in one row: a Korean sign takes two columns, and one stays free for the cursor.

    A longer line would go on in the next row, and of two rows only the second is wiped when it is drawn again.
    """
    left = columns - 1
    for at, sign in enumerate(line):
        left -= 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if left < 0:
            return line[:at]
    return line


@contextmanager
def drawn_while_it_works(out: OutputWrapper) -> Iterator[Callable[[str], None]]:
    """What says a line of progress; on a terminal the run that is under way is drawn below those lines meanwhile."""
    if not out.isatty():
        yield out.write
        return
    ended, drawn = threading.Event(), threading.Lock()
    language = translation.get_language() or ""  # a thread begins in the language of the settings

    def say(line: str) -> None:
        with drawn:
            out.write(_CLEAR + line)

    drawing = threading.Thread(target=_draw, args=(out, ended, drawn, language), daemon=True)
    drawing.start()
    try:
        yield say
    finally:
        ended.set()
        drawing.join(5)
        with drawn:
            out.write(_CLEAR, ending="")
            out.flush()


def under_way() -> ScreeningRun | None:
    """The run at work: of those that have not ended the one begun first, whatever their dates."""
    return runs_under_way().first()


def _draw(out: OutputWrapper, ended: threading.Event, drawn: threading.Lock, language: str) -> None:
    if language:
        translation.activate(language)
    try:
        while not ended.wait(_EVERY):
            run = under_way()
            if run is not None:
                line = fitting(bar_of(run, pace_of(run)), shutil.get_terminal_size().columns)
                with drawn:
                    if ended.is_set():
                        return
                    out.write(_CLEAR + line, ending="")
                    out.flush()
    except Exception as error:  # a line that cannot be drawn ends no night
        print(_("The progress of the night cannot be shown: %(why)s") % {"why": error}, file=sys.stderr)
    finally:
        connection.close()
