"""`manage.py sweep`: what the broker's schedule rings for, where there is no broker."""

from __future__ import annotations

import logging
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError, close_old_connections
from django.utils.translation import gettext as _

from audit.commands import StruckCommand
from cases.services.night import let_time_pass

_log = logging.getLogger(__name__)


class Command(StruckCommand):
    help = "Let deadlines pass, remind people and send waiting mail: once, or again and again with --every."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=int, metavar="SECONDS", help="go on until stopped, this often")

    def handle(self, *args: Any, **options: Any) -> None:
        every = options["every"]
        if every is None:
            self.stdout.write(as_text(let_time_pass()))
            return
        if every < 1:
            raise CommandError(_("--every takes seconds from 1 up."))
        try:
            while True:
                self._once()
                time.sleep(every)
        except KeyboardInterrupt:
            return

    def _once(self) -> None:
        """One sweep; a database that is away for a while is met again at the next."""
        try:
            done = let_time_pass()
        except DatabaseError:
            _log.exception("sweep.failed")
        else:
            if any(done.values()):
                self.stdout.write(as_text(done))
        finally:
            close_old_connections()


def as_text(done: dict[str, int]) -> str:
    """What happened, in one line."""
    return ", ".join(f"{what} {n}" for what, n in done.items() if n) or _("Nothing was due.")
