"""`manage.py restore`: a set of `manage.py backup` into an empty home."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import connections
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.commands import StruckCommand
from cases.backup.databases import DatabaseProblem
from cases.backup.restoring import Restored, begin_again, check_set, restore_backup
from cases.backup.sets import SetRefused


class Command(StruckCommand):
    help = "Put a set of `backup` into an empty home (CLEANCARD_HOME, DATABASE_URL). Everything is checked before anything is written."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("set", type=Path, metavar="SET", help="the folder cleancard-…")
        parser.add_argument(
            "--check", action="store_true", help="check the set and write nothing; the home may be in use"
        )
        parser.add_argument(
            "--seal", default="", help="refuse any set but the one whose backup printed this seal"
        )
        parser.add_argument(
            "--with-damage",
            action="store_true",
            help="also a set whose audit chains were broken when it was made",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        asked = {"folder": options["set"], "seal": options["seal"], "with_damage": options["with_damage"]}
        try:
            if options["check"]:
                manifest, pending = check_set(**asked), None
            else:
                done = restore_backup(**asked)
                _begin(done)
                manifest, pending = done.manifest, done.pending
        except SetRefused as refused:
            said = _("Refused (%(code)s): %(why)s")
            raise CommandError(said % {"code": refused.code, "why": refused.said(_)}) from None
        except (OSError, DatabaseProblem) as error:
            said = _("%(why)s. Nothing was put back; the home is empty as before.")
            why = error.said(_) if isinstance(error, DatabaseProblem) else error
            raise CommandError(said % {"why": why}) from None
        if pending is None:
            told = _(
                "The set of %(at)s can be put back: files %(files)s, %(mb)s MB, audit entries %(entries)s, %(s)s s"
            )
        else:
            told = _(
                "The set of %(at)s is put back: files %(files)s, %(mb)s MB, audit entries %(entries)s, %(s)s s"
            )
        figures = {
            "at": manifest.made_at,
            "files": f"{len(manifest.files):,}",
            "mb": f"{manifest.n_bytes / 1e6:,.1f}",
            "entries": f"{manifest.n_entries:,}",
            "s": f"{time.monotonic() - begun:.1f}",
        }
        self.stdout.write(told % figures)
        for name in manifest.missing[:20]:
            said = _("Was not there when the set was made: %(name)s")
            self.stderr.write(self.style.WARNING(said % {"name": name}))
        if pending:
            # The tables are of then: what was being worked on is freed by its own lease in half an hour.
            said = _("Made by an older version: run `manage.py migrate` (migrations that wait: %(n)s)")
            self.stdout.write(said % {"n": len(pending)})


def _begin(done: Restored) -> None:
    if not done.pending:
        connections.close_all()
        begin_again(done, by=Actor.system("command"))
