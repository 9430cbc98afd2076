"""`manage.py export_scores FILE --reason TEXT`: the scores of nights as CSV."""

from __future__ import annotations

from argparse import ArgumentParser
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.commands import StruckCommand
from audit.exports import csv_lines
from audit.typed import day
from cases.pages.score_rows import HEAD, Nights, export_scores
from fraud.web.exports import EXPORT_REASON_MIN, export_reason


class Command(StruckCommand):
    help = "Write the scores of nights to a CSV file, a line for each claim and night. The export is kept in the audit log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--reason", required=True, help="what the export is for")
        parser.add_argument("--run", default="", help="reference of one run")
        parser.add_argument("--from", dest="since", help="first business date, YYYY-MM-DD")
        parser.add_argument("--to", dest="until", help="last business date, YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        path, reason = options["file"], export_reason(options["reason"])
        if len(reason) < EXPORT_REASON_MIN:
            said = _("Say in at least %(n)s letters what the export is for.")
            raise CommandError(said % {"n": EXPORT_REASON_MIN})
        if path.exists():
            raise CommandError(_("There is a file “%(name)s” already.") % {"name": path})
        nights = Nights(options["run"], _day(options["since"]), _day(options["until"]))
        if not nights.runs().exists():
            raise CommandError(_("No night was screened in these days."))
        lines = csv_lines(HEAD, export_scores(nights, reason=reason, by=Actor.system("export")))
        n_lines = 0
        part = path.with_name(f".{path.name}.part")
        try:
            with closing(lines), part.open("w", encoding="utf-8", newline="") as target:
                for line in lines:
                    n_lines += 1
                    target.write(line)
            part.rename(path)
        except OSError as error:  # the disk is full: half a file would pass for all the scores
            part.unlink(missing_ok=True)
            said = _("“%(name)s” was not written: %(why)s")
            raise CommandError(said % {"name": path, "why": error}) from None
        self.stdout.write(_("Scores: %(n)s, in “%(name)s”") % {"n": f"{n_lines - 1:,}", "name": path})


def _day(text: str | None) -> date | None:
    found = day(text or "")
    if text and found is None:
        raise CommandError(_("Write a day as 2026-03-31, not “%(text)s”.") % {"text": text})
    return found
