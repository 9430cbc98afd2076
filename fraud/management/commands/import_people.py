"""`manage.py import_people FILE --feed cardholders|absences|trips|overtimes|calendar|relatives|vehicles|pre_approvals`: import a personnel feed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.actor import Actor
from audit.language import current_language
from fraud.claims.feed_words import feed_notes, feed_refusal
from fraud.claims.importing.people import FEEDS, import_people
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.texts import sentence

_SHOWN = 20


class Command(BaseCommand):
    help = "Import a personnel feed (CSV, XLSX or Parquet). Adds and updates; the same feed twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--feed", required=True, choices=sorted(FEEDS))
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"there is no file {path}")
        language = current_language()
        try:
            result = import_people(path=path, name=path.name, feed=options["feed"], by=Actor.system("import"))
        except FileQuarantined as error:
            raise CommandError(feed_refusal(error.code, error.params, language)) from error
        counts, notes = result.counts(), feed_notes(result, language)
        if options["json"]:
            changes = result.changes.as_json() if result.changes else {}
            self.stdout.write(json.dumps(counts | changes | {"notes": notes}, ensure_ascii=False))
        else:
            self.stdout.write(
                f"{result.feed}: {result.n_rows:,} rows, {result.n_written:,} new or changed, {result.n_rejected:,} rejected"
            )
            if result.n_unapproved:
                self.stdout.write(
                    f"  {result.n_unapproved:,} cancelled, rejected or still open and not taken; {result.n_ended:,} known ones ended"
                )
            for what, who in (result.changes.as_json() if result.changes else {}).items():
                more = " …" if len(who) > _SHOWN else ""
                self.stdout.write(f"  {what} {len(who):,}: {', '.join(who[:_SHOWN])}{more}")
            for note in notes:
                self.stdout.write(f"  {note}")
            for reject in result.rejects.head(_SHOWN).iter_rows(named=True):
                text = sentence("row", reject["code"], json.loads(reject["params"]), language)
                self.stdout.write(f"  line {reject['line']} {reject['column']}: {text}")
        if result.n_rejected:
            sys.exit(1)
