"""`manage.py cancel_import F-2026-000012`: stop an import that is going on; what is stored already stays."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.actor import Actor
from fraud.claims.importing.cancelling import cancel_import
from fraud.claims.models import ClaimFile


class Command(BaseCommand):
    help = "Stop an import before its next part. Rows that are stored stay; the same file sent again takes the rest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="reference of the claim file, such as F-2026-000012")

    def handle(self, *args: Any, **options: Any) -> None:
        file = ClaimFile.objects.filter(reference=options["file"]).first()
        if file is None:
            raise CommandError(f"there is no file {options['file']!r}")
        if not cancel_import(file=file, by=Actor.system("import")):
            raise CommandError(f"{file.reference} has ended already ({file.state})")
        file.refresh_from_db()
        done = f"{file.rows_done:,} of {file.n_rows:,} rows done"
        stops = "cancelled" if file.state == ClaimFile.State.CANCELLED else "stops before its next part"
        self.stdout.write(f"{file.reference}: {stops}, {done}")
