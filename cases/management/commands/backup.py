"""`manage.py backup`: database, evidence, models and keys as one set."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.commands import StruckCommand
from cases.backup.making import BackupFailed, Made, make_backup


class Command(StruckCommand):
    help = "Write a set of database, evidence, models and keys below a folder, while everything goes on. Keep it as safe as the data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "into",
            type=Path,
            metavar="FOLDER",
            help="the set becomes a folder in it, readable to its owner alone",
        )
        parser.add_argument(
            "--without-keys", action="store_true", help="leave the keys out, to be kept elsewhere"
        )
        parser.add_argument(
            "--keep", type=int, metavar="N", help="afterwards take away all but the newest N sets in FOLDER"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["keep"] is not None and options["keep"] < 1:
            raise CommandError(_("--keep takes a number from 1 up: this set is one of them."))
        begun = time.monotonic()
        try:
            made = make_backup(
                into=options["into"],
                by=Actor.system("command"),
                with_keys=not options["without_keys"],
                keep=options["keep"],
            )
        except BackupFailed as error:
            raise CommandError(str(error)) from None
        for line in lines_of(made, time.monotonic() - begun):
            self.stdout.write(line)
        for line in warnings_of(made):
            self.stderr.write(self.style.WARNING(line))


def lines_of(made: Made, seconds: float) -> list[str]:
    """What was made, for whoever reads the log of the night."""
    manifest, counts = made.manifest, made.manifest.counts
    keys = [name for name, key in manifest.keys.items() if key["in_set"]]
    return [
        f"{made.folder}: {len(manifest.files):,} files, {manifest.n_bytes / 1e6:,.1f} MB, {seconds:.1f} s",
        f"{manifest.database['kind']} database, {counts['evidence']} evidence, {counts['models']} models, "
        f"{counts['uploads']} waiting uploads, keys: {', '.join(keys) or 'none'}",
        f"audit log of {manifest.n_entries:,} entries"
        + ("" if manifest.chain_faults else ", every chain is whole"),
        f"seal {made.seal}",
        *(f"taken away: {name}" for name in made.removed),
    ]


def warnings_of(made: Made) -> list[str]:
    """What was wrong before, and is wrong in the set as well."""
    manifest = made.manifest
    found = [f"damaged before the backup: {sentence}" for sentence in manifest.chain_faults[:20]]
    found += [f"not there, or not as the database knows it: {name}" for name in manifest.missing[:20]]
    absent = [name for name, key in manifest.keys.items() if not key["in_set"]]
    if absent:
        found.append(
            f"not in the set, keep it elsewhere: {', '.join(absent)} (without card-token-key no card is known again)"
        )
    return found
