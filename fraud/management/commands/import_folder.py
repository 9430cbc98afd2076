"""`manage.py import_folder FOLDER --profile NAME`: take the claim files that wait in a folder, once or again and again."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import close_old_connections
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.commands import StruckCommand
from fraud.claims.importing.folders import Taken, take_folder
from fraud.claims.importing.problems import ProfileNotValid
from fraud.claims.importing.profiles import ProfileUnknown, get_profile
from fraud.claims.importing.summary import as_data, as_lines


class Command(StruckCommand):
    help = "Import the claim files that wait in a folder; they go to its folders taken and refused."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--profile", default="generic", help="import profile (default: generic)")
        parser.add_argument("--every", type=int, metavar="SECONDS", help="go on until stopped, this often")
        parser.add_argument(
            "--settled",
            type=int,
            default=60,
            metavar="SECONDS",
            help="how long a file must be left unchanged",
        )
        parser.add_argument(
            "--history", action="store_true", help="context only: the claims are never screened"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object a file")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(_("There is no folder “%(name)s”.") % {"name": folder})
        every = options["every"]
        if (every is not None and every < 1) or options["settled"] < 0:
            raise CommandError(_("--every takes seconds from 1 up, --settled from 0 up."))
        try:
            self._once(folder, options)
            while every:
                time.sleep(every)
                close_old_connections()
                self._once(folder, options)
        except KeyboardInterrupt:
            return

    def _once(self, folder: Path, options: dict[str, Any]) -> None:
        try:
            profile = get_profile(options["profile"])
            for taken in take_folder(
                folder=folder,
                profile=profile,
                by=Actor.system("import"),
                settled=options["settled"],
                is_history=options["history"],
            ):
                self._tell(taken, as_json=options["json"])
        except (ProfileUnknown, ProfileNotValid) as error:
            raise CommandError(str(error)) from error

    def _tell(self, taken: Taken, *, as_json: bool) -> None:
        if as_json:
            data = as_data(taken.file, taken.seconds, is_known=taken.is_known) | {"path": str(taken.path)}
            self.stdout.write(json.dumps(data, ensure_ascii=False))
        else:
            first, *rest = as_lines(taken.file, taken.seconds, is_known=taken.is_known)
            self.stdout.write("\n".join([first, f"  {taken.path}", *rest]))
        self.stdout.flush()
