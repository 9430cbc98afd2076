"""`manage.py import_claims FILE --profile NAME`: import one claim file and say what became of every row."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db.models import Max
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.commands import StruckCommand
from fraud.claims.importing.problems import ProfileNotValid
from fraud.claims.importing.profiles import ProfileUnknown, get_profile
from fraud.claims.importing.services import changed_since, import_claim_file
from fraud.claims.importing.summary import as_data, as_lines
from fraud.claims.models import ClaimFile

_QUIET_SECONDS = 2.0


class Command(StruckCommand):
    help = "Import a claim file (CSV, TSV, XLSX, Parquet, also gzipped). The same file twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--profile", default="generic", help="import profile (default: generic)")
        parser.add_argument(
            "--history", action="store_true", help="context only: the claims are never screened"
        )
        parser.add_argument(
            "--apart", action="store_true", help="read in a bounded child process, as uploads are"
        )
        parser.add_argument(
            "--again",
            action="store_true",
            help="the same file was delivered before and is meant as what is said now, whatever came since",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(_("There is no file “%(name)s”.") % {"name": path})
        newest = ClaimFile.objects.aggregate(pk=Max("pk", default=0))["pk"]
        started = self._shown = time.monotonic()
        try:
            file = import_claim_file(
                path=path,
                name=path.name,
                profile=get_profile(options["profile"]),
                by=Actor.system("import"),
                is_history=options["history"],
                apart=options["apart"],
                again=options["again"],
                progress=None if options["json"] else self._show_progress,
            )
        except (ProfileUnknown, ProfileNotValid) as error:
            raise CommandError(str(error)) from error
        seconds, is_known = time.monotonic() - started, file.pk <= newest
        since = changed_since(file) if is_known else 0
        if options["json"]:
            told = as_data(file, seconds, is_known=is_known, n_since=since)
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(as_lines(file, seconds, is_known=is_known, n_since=since)))
        if file.state != ClaimFile.State.IMPORTED:
            sys.exit(1)

    def _show_progress(self, file: ClaimFile) -> None:
        now = time.monotonic()
        if now - self._shown >= (0.5 if self.stdout.isatty() else _QUIET_SECONDS):
            self._shown = now
            told = _("%(done)s of %(n)s rows")
            self.stdout.write("  " + told % {"done": f"{file.rows_done:,}", "n": f"{file.n_rows:,}"})
            self.stdout.flush()
