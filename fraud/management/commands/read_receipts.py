"""`manage.py read_receipts FOLDER`: read the receipts that lie in a folder, each named by the number of its receipt or claim."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.commands import StruckCommand
from fraud.claims.receipts.banding import fill_bands
from fraud.claims.receipts.pixels import can_read_pixels
from fraud.claims.receipts.taking import UNOPENED, take_receipt_folder


class Command(StruckCommand):
    help = "Read receipts (PDF, PNG, JPEG, WebP) of a folder: R-2026-17.pdf belongs to the claim with that receipt or claim number. Files stay where they are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", type=Path, nargs="?", default=settings.RECEIPT_FOLDER, help="default: RECEIPT_FOLDER"
        )
        parser.add_argument(
            "--settled",
            type=int,
            default=60,
            metavar="SECONDS",
            help="how long a file must be left unchanged",
        )
        parser.add_argument(
            "--again",
            action="store_true",
            help="read those again of which nothing could be read: stopped ones, pictures from before an OCR engine was installed",
        )
        parser.add_argument(
            "--bands",
            action="store_true",
            help="read nothing: write the keys that receipts read by an older version lack, by which the same paper is found",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["bands"]:
            filled = fill_bands()
            told = _("Receipts that got keys: %(n)d") % {"n": filled}
            self.stdout.write(json.dumps({"filled": filled}) if options["json"] else told)
            return
        folder: Path | None = options["folder"]
        if folder is None:
            raise CommandError(_("Name a folder, or set RECEIPT_FOLDER."))
        if not folder.is_dir():
            raise CommandError(_("There is no folder “%(name)s”.") % {"name": folder})
        if options["settled"] < 0:
            raise CommandError(_("--settled takes seconds from 0 up."))
        found = list(
            take_receipt_folder(
                folder=folder, by=Actor.system("import"), settled=options["settled"], again=options["again"]
            )
        )
        ends = Counter(one.end for one in found)
        read = Counter(one.receipt.read_by or "unread" for one in found if one.receipt)
        if options["json"]:
            self.stdout.write(
                json.dumps({"ends": ends, "read_by": read, "pixels": can_read_pixels()}, ensure_ascii=False)
            )
            return
        for one in found:
            signs = ", ".join(one.receipt.signs) if one.receipt else ""
            self.stdout.write(f"{one.end:14} {one.name}{'  ' + signs if signs else ''}")
        told = ", ".join(f"{what} {n}" for what, n in sorted(ends.items()))
        self.stdout.write(told or _("Nothing waits."))
        if ends[UNOPENED] and not options["again"]:
            self.stdout.write(
                _("“unopened”: no such file, or its reading took too long; --again reads those once more.")
            )
        if not can_read_pixels():
            self.stdout.write(_("Pictures are not read: no OCR engine is installed."))
