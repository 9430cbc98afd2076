"""`manage.py restore`: a set of `manage.py backup` into an empty home."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from audit.actor import Actor
from cases.backup.databases import DatabaseProblem
from cases.backup.restoring import Restored, begin_again, check_set, restore_backup
from cases.backup.sets import SetRefused


class Command(BaseCommand):
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
            raise CommandError(f"refused ({refused.code}): {refused}") from None
        except (OSError, DatabaseProblem) as error:
            raise CommandError(f"{error}. Nothing was put back; the home is empty as before.") from None
        word = "can be put back" if pending is None else "is put back"
        self.stdout.write(
            f"the set of {manifest.made_at} {word}: {len(manifest.files):,} files, {manifest.n_bytes / 1e6:,.1f} MB, "
            f"{manifest.n_entries:,} audit entries, {time.monotonic() - begun:.1f} s"
        )
        for name in manifest.missing[:20]:
            self.stderr.write(self.style.WARNING(f"was not there when the set was made: {name}"))
        if pending:
            # The tables are of then: what was being worked on is freed by its own lease in half an hour.
            self.stdout.write(
                f"made by an older version: run `manage.py migrate` ({len(pending)} migrations wait)"
            )


def _begin(done: Restored) -> None:
    if not done.pending:
        connections.close_all()
        begin_again(done, by=Actor.system("command"))
