"""`manage.py import_upload ID`: import a large upload that waits; started by the page, harmless by hand."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.commands import StruckCommand
from audit.services import actor_of
from fraud.claims.importing.uploads import import_waiting, is_waiting
from fraud.claims.models import ClaimFile, User


class Command(StruckCommand):
    help = "Import an uploaded file that waits (started by the upload page)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=int, help="id of the claim file")

    def handle(self, *args: Any, **options: Any) -> None:
        file = ClaimFile.objects.filter(pk=options["file"]).first()
        if file is None or not is_waiting(file):
            raise CommandError(_("No upload is waiting under that number."))
        user = User.objects.filter(username=file.received_by).first()
        file = import_waiting(file=file, by=actor_of(user) if user else Actor.system("import"))
        self.stdout.write(f"{file.reference}: {file.state}")
