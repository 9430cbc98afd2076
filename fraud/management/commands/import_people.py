"""`manage.py import_people FILE --feed cardholders|absences|trips|overtimes|calendar|relatives|vehicles|pre_approvals`: import a personnel feed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from audit.actor import Actor
from audit.commands import StruckCommand
from audit.language import current_language
from fraud.claims.feed_words import feed_notes, feed_refusal
from fraud.claims.importing.people import FEEDS, import_people
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.texts import sentence

_SHOWN = 20

#: What a personnel list says of people → its words.
_CHANGES = {
    "joined": pgettext_lazy("people changes", "joined"),
    "moved": pgettext_lazy("people changes", "moved"),
    "left": pgettext_lazy("people changes", "left"),
}


class Command(StruckCommand):
    help = "Import a personnel feed (CSV, XLSX or Parquet). Adds and updates; the same feed twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--feed", required=True, choices=sorted(FEEDS))
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(_("There is no file “%(name)s”.") % {"name": path})
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
            told = _("%(feed)s: rows %(n)s, new or changed %(written)s, rejected %(rejected)s")
            figures = {"n": result.n_rows, "written": result.n_written, "rejected": result.n_rejected}
            self.stdout.write(told % {"feed": result.feed, **{name: f"{n:,}" for name, n in figures.items()}})
            if result.n_unapproved:
                told = _(
                    "Cancelled, rejected or still open and not taken: %(n)s; known ones ended: %(ended)s"
                )
                self.stdout.write(
                    "  " + told % {"n": f"{result.n_unapproved:,}", "ended": f"{result.n_ended:,}"}
                )
            for what, who in (result.changes.as_json() if result.changes else {}).items():
                more = " …" if len(who) > _SHOWN else ""
                self.stdout.write(f"  {_CHANGES[what]} {len(who):,}: {', '.join(who[:_SHOWN])}{more}")
            for note in notes:
                self.stdout.write(f"  {note}")
            for reject in result.rejects.head(_SHOWN).iter_rows(named=True):
                text = sentence("row", reject["code"], json.loads(reject["params"]), language)
                line = _("Line %(n)s %(column)s: %(said)s")
                self.stdout.write(
                    "  " + line % {"n": reject["line"], "column": reject["column"], "said": text}
                )
        if result.n_rejected:
            sys.exit(1)
