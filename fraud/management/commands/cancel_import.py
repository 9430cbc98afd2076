"""`manage.py cancel_import F-2026-000012`: stop an import that is going on; what is stored already stays."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.commands import StruckCommand
from fraud.claims.importing.cancelling import cancel_import
from fraud.claims.models import ClaimFile


class Command(StruckCommand):
    help = "Stop an import before its next part. Rows that are stored stay; the same file sent again takes the rest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="reference of the claim file, such as F-2026-000012")

    def handle(self, *args: Any, **options: Any) -> None:
        file = ClaimFile.objects.filter(reference=options["file"]).first()
        if file is None:
            raise CommandError(_("There is no file “%(name)s”.") % {"name": options["file"]})
        if not cancel_import(file=file, by=Actor.system("import")):
            said = _("%(file)s has ended already (%(state)s).")
            raise CommandError(said % {"file": file.reference, "state": file.state})
        file.refresh_from_db()
        if file.state == ClaimFile.State.CANCELLED:
            told = _("%(file)s: cancelled, rows done %(done)s of %(n)s")
        else:
            told = _("%(file)s: stops before its next part, rows done %(done)s of %(n)s")
        rows = {"done": f"{file.rows_done:,}", "n": f"{file.n_rows:,}"}
        self.stdout.write(told % {"file": file.reference, **rows})
