"""`manage.py import_outcomes FILE`: take outcomes that were decided elsewhere and say what became of every row."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.commands import StruckCommand
from audit.language import current_language
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.texts import sentence
from fraud.claims.outcomes.delivering import deliver_outcomes, preview_outcomes, schemes
from fraud.claims.outcomes.reading import read_file
from fraud.claims.outcomes.words import STATUS_WORDS

_SHOWN = 20


class Command(StruckCommand):
    help = "Import outcomes (tips, findings, appeals decided elsewhere) from CSV, XLSX or Parquet. The same row twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--preview", action="store_true", help="say what would become of each row, keep nothing"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(_("There is no file “%(name)s”.") % {"name": path})
        language, by = current_language(), Actor.system("import")
        try:
            rows = read_file(path=path, name=path.name, schemes=schemes())
        except FileQuarantined as error:
            raise CommandError(sentence("file", error.code, error.params, language)) from error
        if options["preview"]:
            done = preview_outcomes(rows, by=by)
        else:
            done = deliver_outcomes(rows, by=by, door="file", name=path.name)
        if options["json"]:
            self.stdout.write(json.dumps({"n_rows": len(rows), "n_stored": done.n_stored, **done.counts}))
        else:
            told = _("Rows: %(n)s, stored: %(stored)s")
            self.stdout.write(told % {"n": f"{len(rows):,}", "stored": f"{done.n_stored:,}"})
            for status, n in done.counts.items():
                self.stdout.write(f"  {STATUS_WORDS[status]}: {n:,}")
            for row in [row for row in done.rows if row.code][:_SHOWN]:
                said = sentence("row", row.code, row.params, language)
                line = _("Line %(n)s %(column)s: %(said)s")
                self.stdout.write("  " + line % {"n": row.line, "column": row.column, "said": said})
        if done.counts["refused"]:
            sys.exit(1)
