"""`manage.py import_statement FILE --as LOGIN`: take in a statement of a bank or payroll, and post what is certain."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from audit.commands import StruckCommand
from audit.permissions import NotPermitted
from audit.services import actor_of
from cases.services.errors import CaseworkError
from cases.services.reconciliation import MAX_BYTES, import_postings
from cases.services.statement_steps import save_statement_profile
from fraud.claims.models import User
from fraud.web.refusals import refusal_sentence
from rules.money import to_decimal


class Command(StruckCommand):
    help = (
        "Take in camt.053, camt.054, MT940, a bank's workbook or CSV, a payroll's workbook, or a table of postings. What names its case "
        "is posted; the rest waits at /recovery/entries/."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--as", dest="username", required=True, help="login of the clerk; its roles decide"
        )
        parser.add_argument("--profile", default="", help="name of a profile of statement tables")
        parser.add_argument(
            "--spec", type=Path, help="JSON of the profile, saved under the name before it is used"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(_("There is no file “%(name)s”.") % {"name": path})
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(_("There is no login “%(name)s”.") % {"name": options["username"]})
        by = actor_of(user)
        try:
            if options["spec"] is not None:
                save_statement_profile(name=options["profile"], spec=_spec(options["spec"]), by=by)
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
            report = import_postings(content=content, by=by, name=path.name, profile=options["profile"])
        except NotPermitted as refusal:
            raise CommandError(refusal_sentence(refusal)) from refusal
        except CaseworkError as refusal:
            raise CommandError(str(refusal.sentence)) from refusal
        if options["json"]:
            posted = {currency: str(to_decimal(minor, currency)) for currency, minor in report.posted.items()}
            self.stdout.write(json.dumps({**asdict(report), "posted": posted}, ensure_ascii=False))
        else:
            if report.is_kept:
                told = _(
                    "%(name)s: lines %(n)s, posted %(posted)s, confirmed %(confirmed)s, known %(known)s, open %(open)s"
                )
            else:
                told = _(
                    "%(name)s: lines %(n)s, posted %(posted)s, confirmed %(confirmed)s, known %(known)s, rejected %(open)s"
                )
            figures = {
                "n": report.n_lines,
                "posted": report.n_posted,
                "confirmed": report.n_confirmed,
                "known": report.n_known,
                "open": len(report.rejected),
            }
            self.stdout.write(told % {"name": path.name, **{name: f"{n:,}" for name, n in figures.items()}})
            for line in report.rejected:
                self.stdout.write("  " + _("Line %(n)s: %(said)s") % {"n": line.line, "said": line.sentence})
        if report.rejected and not report.is_kept:
            sys.exit(1)


def _spec(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(_("“%(name)s” is no JSON file: %(why)s") % {"name": path, "why": error}) from error
    if not isinstance(found, dict):
        raise CommandError(_("“%(name)s” must hold one JSON object.") % {"name": path})
    return found
